/** The keys a sealed account begins with, and each new epoch, made on the client. */
import {
  type AccountStatement,
  deriveSecret,
  type Epoch,
  generateKemKey,
  hashStatement,
  identityOf,
  type KemKey,
  kek,
  keyIdOf,
  makeRecoveryPhrase,
  recoveryKey,
  recoveryProofKey,
  type SignedStatement,
  signStatement,
  toBase64Url,
  type WrapWay,
  wrapEpochKey,
  wrapRootSecret,
} from "@posthorn/crypto";
import { formatTime, type NewKeys } from "@posthorn/protocol";
import type { Platform } from "../platform.ts";

const dayMs = 24 * 3_600_000;
/** A new epoch is begun when the last one is as old as this (§90.4). */
export const epochEveryMs = 30 * dayMs;
const epochLifeMs = 90 * dayMs;
const secretBytes = 32;
const entropyBytes = 16;

type Chance = Pick<Platform, "clock" | "randomBytes">;

export interface NewEpoch {
  epoch: Epoch;
  key: KemKey;
}

/** A key to seal to from now on, for 90 days. */
export async function makeEpoch({ clock, randomBytes }: Chance): Promise<NewEpoch> {
  const key = await generateKemKey(randomBytes(secretBytes));
  const now = clock.now();
  return {
    key,
    epoch: {
      keyId: await keyIdOf(key.publicKey),
      publicKey: toBase64Url(key.publicKey),
      validFrom: formatTime(now),
      validUntil: formatTime(now + epochLifeMs),
    },
  };
}

/** The root secret for the server to keep, in base64url. */
export async function wrapRoot(
  key: Uint8Array,
  address: string,
  way: WrapWay,
  rootSecret: Uint8Array,
): Promise<string> {
  return toBase64Url(await wrapRootSecret(key, { address, way }, rootSecret));
}

/** The secret of an epoch for the server to keep. */
export async function wrapEpoch(
  wrapSecret: Uint8Array,
  address: string,
  keyId: string,
  key: KemKey,
): Promise<{ keyId: string; wrapped: string }> {
  return { keyId, wrapped: toBase64Url(await wrapEpochKey(wrapSecret, address, key)) };
}

export interface NewPhrase {
  /** Twelve words, to be shown to the owner once and kept nowhere. */
  phrase: string;
  recovery: NewKeys["recovery"];
}

/** A recovery phrase, and what the server keeps for it. */
export async function makePhrase(
  { randomBytes }: Chance,
  address: string,
  rootSecret: Uint8Array,
): Promise<NewPhrase> {
  const entropy = randomBytes(entropyBytes);
  const { publicKey } = await recoveryProofKey(entropy, address);
  const wrapped = await wrapRoot(await recoveryKey(entropy, address), address, "recovery", rootSecret);
  return { phrase: makeRecoveryPhrase(entropy), recovery: { wrapped, proofKey: toBase64Url(publicKey) } };
}

export interface BegunKeys {
  keys: NewKeys;
  rootSecret: Uint8Array;
  /** The recovery phrase, to be shown once. */
  phrase: string;
}

/**
 * The keys of a new account at `address`, whose password gives the export key of 64 bytes (§90.2), or with which one
 * begins anew that has said `former` last of those it has lost.
 */
export async function makeFirstKeys(
  platform: Chance,
  {
    address,
    exportKey,
    former,
  }: { address: string; exportKey: Uint8Array; former?: AccountStatement | undefined },
): Promise<BegunKeys> {
  const rootSecret = platform.randomBytes(secretBytes);
  const identity = await identityOf(rootSecret);
  const { epoch, key } = await makeEpoch(platform);
  const said = {
    address,
    identityKey: toBase64Url(identity.publicKey),
    epochs: [epoch],
    vaultHead: "",
    // Whatever was said before, as a server shows it: that mail may come in the open is for the owner to say anew.
    policy: "sealed" as const,
  };
  const first: AccountStatement =
    former === undefined
      ? { ...said, seq: 0, prev: "", validFrom: epoch.validFrom, reason: "first" }
      : {
          ...said,
          seq: former.seq + 1,
          prev: await hashStatement(former),
          validFrom: formatTime(Math.max(platform.clock.now(), Date.parse(former.validFrom))),
          reason: "reset",
        };
  const { phrase, recovery } = await makePhrase(platform, address, rootSecret);
  const keys: NewKeys = {
    statement: wireStatement(await signStatement(first, identity)),
    password: await wrapRoot(await kek(exportKey, address), address, "password", rootSecret),
    recovery,
    epochs: [await wrapEpoch(await deriveSecret(rootSecret, "wrap"), address, epoch.keyId, key)],
  };
  return { keys, rootSecret, phrase };
}

/** A statement as the table of routes has it. */
export function wireStatement({ statement, ...signatures }: SignedStatement): NewKeys["statement"] {
  return { statement: { ...statement, epochs: [...statement.epochs] }, ...signatures };
}
