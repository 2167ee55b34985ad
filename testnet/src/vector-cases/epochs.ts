/** The cases of epochs.json: to which epoch of an account the SDK seals what it writes to it. In Node and in a browser. */
import { prepare, type Session } from "@posthorn/client";
import {
  deriveSecret,
  type Epoch,
  generateKemKey,
  identityOf,
  keyIdOf,
  type SignedStatement,
  type SigningKey,
  signStatement,
  toBase64Url,
  wrapEpochKey,
} from "@posthorn/crypto";
import type { VectorCase } from "@posthorn/crypto/vector-cases";
import { formatTime, ProblemError, sealOf } from "@posthorn/protocol";
import { openTrialSession, trialPlatform } from "./trial-session.ts";

export interface EpochVectors {
  publicKeys: readonly string[];
  choices: readonly EpochChoice[];
}

interface EpochChoice {
  name: string;
  now: string;
  /** Those of a statement, but for their keys, which are places in `publicKeys`. */
  epochs: readonly (Omit<Epoch, "publicKey"> & { publicKey: number })[];
  /** The key id of the one that a sender seals to; null for none. */
  sender: string | null;
  /** That of the one that the account's own server seals to on arrival. */
  arrival: string | null;
}

const alice = "alice@alpha.example";
const bob = "bob@beta.example";
const hourMs = 3_600_000;

/** Which epoch a sender takes at that hour. */
export function epochCases(vectors: EpochVectors): VectorCase[] {
  return vectors.choices.map((choice) => ({
    name: `a sender seals to: ${choice.name}`,
    expected: choice.sender,
    find: () => epochSealedTo(epochsOf(choice, vectors), Date.parse(choice.now)),
  }));
}

function epochsOf({ epochs }: EpochChoice, { publicKeys }: EpochVectors): Epoch[] {
  return epochs.map((epoch) => ({ ...epoch, publicKey: publicKeys[epoch.publicKey] ?? "" }));
}

/** The key id of the epoch of Bob's that Alice's letter to him is sealed to. */
async function epochSealedTo(epochs: readonly Epoch[], nowMs: number): Promise<string | null> {
  const session = await openSession(epochs, nowMs);
  try {
    const { message } = await prepare(session, { from: alice, to: [bob], subject: "Hello" });
    return sealOf(message)?.recipients.find(({ address }) => address === bob)?.keyId ?? null;
  } catch (error) {
    if (error instanceof ProblemError && error.problem.code === "noKeys") return null;
    throw error;
  }
}

/** Alice, with a key of her own of an hour ago; Bob has these epochs. */
async function openSession(epochs: readonly Epoch[], nowMs: number): Promise<Session> {
  const rootSecret = new Uint8Array(32).fill(1);
  const epoch = await generateKemKey(new Uint8Array(32).fill(2));
  const keyId = await keyIdOf(epoch.publicKey);
  const own: Epoch = {
    keyId,
    publicKey: toBase64Url(epoch.publicKey),
    validFrom: formatTime(nowMs - hourMs),
    validUntil: formatTime(nowMs + hourMs),
  };
  const wrapped = toBase64Url(await wrapEpochKey(await deriveSecret(rootSecret, "wrap"), alice, epoch));
  const account = {
    statements: [await firstOf(alice, await identityOf(rootSecret), [own], nowMs)],
    epochs: [{ keyId, wrapped }],
    records: new Map(),
    chains: new Map([
      [bob, [await firstOf(bob, await identityOf(new Uint8Array(32).fill(3)), epochs, nowMs)]],
    ]),
  };
  const platform = trialPlatform(nowMs, (size) => crypto.getRandomValues(new Uint8Array(size)));
  return openTrialSession(account, { address: alice, rootSecret: toBase64Url(rootSecret) }, platform);
}

function firstOf(
  address: string,
  identity: SigningKey,
  epochs: readonly Epoch[],
  nowMs: number,
): Promise<SignedStatement> {
  return signStatement(
    {
      ...{ address, seq: 0, prev: "", identityKey: toBase64Url(identity.publicKey), epochs },
      ...{ policy: "sealed", vaultHead: "", validFrom: formatTime(nowMs), reason: "first" },
    },
    identity,
  );
}
