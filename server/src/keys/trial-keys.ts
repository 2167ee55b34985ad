/** For tests: an owner's client, which makes keys and wraps and signs, on the auth room of `trial-auth.ts`. */
import {
  type AccountStatement,
  deriveSecret,
  generateKemKey,
  hashStatement,
  identityOf,
  type KemKey,
  kek,
  keyIdOf,
  recoveryKey,
  recoveryProofKey,
  type SigningKey,
  signClaim,
  signStatement,
  toBase64Url,
  wrapEpochKey,
  wrapRootSecret,
} from "@posthorn/crypto";
import { formatTime, type NewKeys, type NewStatement, type Tokens } from "@posthorn/protocol";
import { client } from "@serenity-kit/opaque";
import type { Caller } from "../auth/caller.ts";
import { host, identifiersOf, keyStretching, remoteAddress, type TrialAuth } from "../auth/trial-auth.ts";
import type { Clock, Random } from "../env/env.ts";
import { isOpenAccount } from "../store/auth-store.ts";
import type { StoredStatement } from "../store/key-store.ts";
import type { Store } from "../store/sql.ts";
import { startPassword } from "./password.ts";
import { type finishReset, startReset } from "./reset.ts";

const dayMs = 24 * 60 * 60_000;
const secretBytes = 32;

export interface TrialEpoch {
  key: KemKey;
  from: number;
}

interface Chance {
  ctx: { random: Random };
}

interface Time {
  clock: Clock;
}

/** What the owner of an account has, and nobody else. */
export interface TrialSecrets {
  root: Uint8Array;
  identity: SigningKey;
  /** Of the recovery phrase. */
  entropy: Uint8Array;
}

export interface TrialOwner {
  name: string;
  address: string;
  tokens: Tokens;
  caller: Caller;
  secrets: TrialSecrets;
  chain: StoredStatement[];
  /** All there ever were. */
  epochs: TrialEpoch[];
}

/** A new password as a client sends it; `exportKey` stays with the client. */
export interface TrialPassword {
  registrationRecord: string;
  exportKey: string;
}

/** What a new account's keys are made of, for a test that makes others of it. */
export interface Made {
  address: string;
  secrets: TrialSecrets;
  epoch: TrialEpoch;
}

/** Registers a sealed account, with an epoch that begins now; with other keys than a client would send where `change` says so. */
export async function registerSealed(
  trial: TrialAuth,
  name: string,
  password: string,
  { invite, change }: { invite?: string; change?: (keys: NewKeys, made: Made) => Promise<NewKeys> } = {},
): Promise<TrialOwner> {
  const address = `${name}@${host}`;
  const secrets = await makeSecrets(trial);
  const epoch = await makeEpoch(trial);
  const made = { address, secrets, epoch };
  const statement = await signFirst(trial, made);
  const tokens = await trial.register(name, password, invite, async (exportKey) => {
    const keys = await firstKeys(made, statement, exportKey);
    return change === undefined ? keys : change(keys, made);
  });
  const caller = await trial.callerOf(tokens.accessToken);
  return { name, address, tokens, caller, secrets, chain: [statement], epochs: [epoch] };
}

/** The store, where `meanwhile` is done and stored just before the transaction of this number, from 1. */
export function interrupted(store: Store, number: number, meanwhile: () => Promise<unknown>): Store {
  let begun = 0;
  return {
    dialect: store.dialect,
    read: store.read,
    async write(work) {
      begun++;
      if (begun === number) await meanwhile();
      return store.write(work);
    },
    close: () => store.close(),
  };
}

/** What a client sends to register a sealed account. */
export async function firstKeys(
  { address, secrets, epoch }: Made,
  statement: StoredStatement,
  exportKey: string,
): Promise<NewKeys> {
  return {
    statement,
    password: await wrapByPassword(secrets, address, exportKey),
    recovery: await recoveryOf(secrets, address),
    epochs: [await wrapEpoch(secrets, address, epoch)],
  };
}

export async function makeSecrets(trial: Chance): Promise<TrialSecrets> {
  const root = trial.ctx.random.bytes(secretBytes);
  return { root, identity: await identityOf(root), entropy: trial.ctx.random.bytes(secretBytes / 2) };
}

export async function makeEpoch(
  trial: Chance & Time,
  before: readonly TrialEpoch[] = [],
): Promise<TrialEpoch> {
  const from = Math.max(trial.clock.now(), ...before.map((one) => one.from + 1));
  return { key: await generateKemKey(trial.ctx.random.bytes(secretBytes)), from };
}

/** The first statement of an account, but for what `change` says. */
export async function signFirst(
  trial: Time,
  { address, secrets, epoch }: Made,
  change: Partial<AccountStatement> = {},
): Promise<StoredStatement> {
  const first: AccountStatement = {
    address,
    seq: 0,
    prev: "",
    identityKey: toBase64Url(secrets.identity.publicKey),
    epochs: [await epochOf(epoch)],
    policy: "sealed",
    vaultHead: "",
    validFrom: formatTime(trial.clock.now()),
    reason: "first",
    ...change,
  };
  return sign(first, secrets.identity);
}

/** The next statement of the same identity, with one epoch more than the newest has, signed, with the epoch's secret. */
export async function rotate(
  trial: Chance & Time,
  owner: Pick<TrialOwner, "address" | "secrets" | "chain" | "epochs">,
  change: Partial<AccountStatement> = {},
): Promise<{ input: NewStatement; epoch: TrialEpoch }> {
  const last = headOf(owner);
  const epoch = await makeEpoch(trial, owner.epochs);
  const next: AccountStatement = {
    ...last,
    seq: last.seq + 1,
    prev: await hashStatement(last),
    epochs: [...last.epochs, await epochOf(epoch)],
    validFrom: formatTime(trial.clock.now()),
    reason: "rotation",
    ...change,
  };
  const statement = await sign(next, owner.secrets.identity);
  const epochs = [await wrapEpoch(owner.secrets, owner.address, epoch)];
  return { input: { statement, epochs }, epoch };
}

/** Another identity after a leak: everything wrapped anew, and a new password and phrase. */
export async function replaceIdentity(
  trial: TrialAuth,
  owner: TrialOwner,
  password: string,
): Promise<{ input: NewStatement; secrets: TrialSecrets; epoch: TrialEpoch }> {
  const last = headOf(owner);
  const secrets = await makeSecrets(trial);
  const epoch = await makeEpoch(trial);
  const next: AccountStatement = {
    ...last,
    seq: last.seq + 1,
    prev: await hashStatement(last),
    identityKey: toBase64Url(secrets.identity.publicKey),
    epochs: [await epochOf(epoch)],
    validFrom: formatTime(trial.clock.now()),
    reason: "compromise",
  };
  const statement = await sign(next, secrets.identity, owner.secrets.identity);
  const all = [...owner.epochs, epoch];
  const epochs = await Promise.all(all.map((one) => wrapEpoch(secrets, owner.address, one)));
  const { registrationRecord, exportKey } = await makePassword(trial, owner.caller, password);
  const identity = {
    registrationRecord,
    password: await wrapByPassword(secrets, owner.address, exportKey),
    recovery: await recoveryOf(secrets, owner.address),
  };
  return { input: { statement, epochs, identity }, secrets, epoch };
}

export interface TrialReset {
  input: Parameters<typeof finishReset>[1];
  secrets: TrialSecrets;
  epoch: TrialEpoch;
  statement: StoredStatement;
}

/** What a client sends by an operator's link: another password, and keys that nobody vouches for. */
export async function trialReset(
  trial: TrialAuth,
  owner: TrialOwner,
  token: string,
  password: string,
): Promise<TrialReset> {
  const { name, address } = owner;
  const last = headOf(owner);
  const made = { address, secrets: await makeSecrets(trial), epoch: await makeEpoch(trial, owner.epochs) };
  const statement = await signFirst(trial, made, {
    seq: last.seq + 1,
    prev: await hashStatement(last),
    reason: "reset",
  });
  const { clientRegistrationState, registrationRequest } = client.startRegistration({ password });
  const { registrationResponse } = await startReset(trial.ctx, { token, registrationRequest, remoteAddress });
  const { registrationRecord, exportKey } = client.finishRegistration({
    password,
    clientRegistrationState,
    registrationResponse,
    identifiers: identifiersOf(name, "sealed"),
    keyStretching,
  });
  const keys = await firstKeys(made, statement, exportKey);
  const { secrets, epoch } = made;
  return { input: { token, registrationRecord, keys, remoteAddress }, secrets, epoch, statement };
}

/** Both halves of registering another password, for somebody signed in. */
export async function makePassword(
  trial: TrialAuth,
  caller: Caller,
  password: string,
): Promise<TrialPassword> {
  const { clientRegistrationState, registrationRequest } = client.startRegistration({ password });
  const { registrationResponse } = await startPassword(trial.ctx, caller, {
    registrationRequest,
    remoteAddress,
  });
  const mode = (await isOpenAccount(trial.store.read, caller.name)) ? "open" : "sealed";
  return client.finishRegistration({
    password,
    clientRegistrationState,
    registrationResponse,
    identifiers: identifiersOf(caller.name, mode),
    keyStretching,
  });
}

/** Another password as the owner of a sealed account proves it. */
export async function provenPassword(
  trial: TrialAuth,
  owner: Pick<TrialOwner, "caller" | "address" | "secrets">,
  password: string,
) {
  const { registrationRecord, exportKey } = await makePassword(trial, owner.caller, password);
  const { address, secrets } = owner;
  const wrapped = await wrapByPassword(secrets, address, exportKey);
  const claim = { kind: "password", address, registrationRecord, wrapped } as const;
  const signature = await signClaim(secrets.identity, claim);
  return { registrationRecord, proof: { kind: "identity", wrapped, signature } as const, remoteAddress };
}

export async function wrapByPassword(
  { root }: TrialSecrets,
  address: string,
  exportKey: string,
): Promise<string> {
  const key = await kek(Buffer.from(exportKey, "base64url"), address);
  return toBase64Url(await wrapRootSecret(key, { address, way: "password" }, root));
}

export async function recoveryOf(
  { root, entropy }: TrialSecrets,
  address: string,
): Promise<{ wrapped: string; proofKey: string }> {
  const wrapped = await wrapRootSecret(
    await recoveryKey(entropy, address),
    { address, way: "recovery" },
    root,
  );
  const { publicKey } = await recoveryProofKey(entropy, address);
  return { wrapped: toBase64Url(wrapped), proofKey: toBase64Url(publicKey) };
}

export async function wrapEpoch(
  { root }: TrialSecrets,
  address: string,
  { key }: TrialEpoch,
): Promise<{ keyId: string; wrapped: string }> {
  const wrapped = await wrapEpochKey(await deriveSecret(root, "wrap"), address, key);
  return { keyId: await keyIdOf(key.publicKey), wrapped: toBase64Url(wrapped) };
}

export function headOf({ chain }: Pick<TrialOwner, "chain">): StoredStatement["statement"] {
  const last = chain.at(-1);
  if (last === undefined) throw new Error("the account has no statement");
  return last.statement;
}

async function epochOf({ key, from }: TrialEpoch): Promise<AccountStatement["epochs"][number]> {
  return {
    keyId: await keyIdOf(key.publicKey),
    publicKey: toBase64Url(key.publicKey),
    validFrom: formatTime(from),
    validUntil: formatTime(from + 90 * dayMs),
  };
}

async function sign(
  statement: AccountStatement,
  identity: SigningKey,
  replaced?: SigningKey,
): Promise<StoredStatement> {
  const signed = await signStatement(statement, identity, replaced);
  return { ...signed, statement: { ...signed.statement, epochs: [...signed.statement.epochs] } };
}
