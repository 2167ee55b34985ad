/** What opens a sealed account: its root secret and all that follows from it, held against the account's own statements. */
import {
  type AccountStatement,
  type ChainPin,
  type ChainResult,
  checkChain,
  deriveSecret,
  findBase64Url,
  identityOf,
  type KemKey,
  keyIdOf,
  type SignedStatement,
  type SigningKey,
  unwrapEpochKey,
  unwrapRootSecret,
} from "@posthorn/crypto";
import { type AccountSecrets, fail } from "@posthorn/protocol";

/** Holds secrets: never log it, never send it. */
export interface Keyring {
  /** Of the account, `name@host`. */
  readonly address: string;
  readonly rootSecret: Uint8Array;
  /** Signs what the account writes, and what it says of its keys. */
  readonly identity: SigningKey;
  /** Names the identity key on messages. */
  readonly identityKeyId: string;
  /** Wraps the secrets of epochs. */
  readonly wrapSecret: Uint8Array;
  /** All statements of the account, believed. */
  readonly statements: readonly SignedStatement[];
  readonly head: AccountStatement;
  readonly pin: ChainPin;
  /** The keys that open what was sealed to the account, by key id. */
  readonly epochs: ReadonlyMap<string, KemKey>;
}

export interface OwnAccount {
  address: string;
  nowMs: number;
  /** What this device believed last; undefined on a new one. */
  pinned?: ChainPin | undefined;
}

/** A key of 32 bytes that unwraps the root secret. What it unwraps lies with the account, or has come with a link. */
export type Unlock =
  | { way: "password" | "recovery"; key: Uint8Array }
  | { way: "device"; key: Uint8Array; wrapped: string };

/**
 * The root secret as this key unwraps it. Undefined when it does not: the key is another one, or what the server has
 * given is not what the account's statements say.
 */
export async function findRootSecret(
  unlock: Unlock,
  account: OwnAccount,
  secrets: AccountSecrets,
): Promise<Uint8Array | undefined> {
  const { head } = await believeOwnChain(account, secrets);
  const { key, way } = unlock;
  const wrapped = findBase64Url((way === "device" ? unlock.wrapped : secrets[way]) ?? "");
  return wrapped && unwrapRootSecret(key, { address: account.address, way }, head, wrapped);
}

/**
 * The keyring of a root secret. Throws ProblemError `keysNotBelieved` when the account's own server shows statements
 * that do not hold, older ones than this device knows, an identity that is not that of the root secret, or keeps back
 * the secret of an epoch that is in use.
 */
export async function openKeyring(
  account: OwnAccount,
  rootSecret: Uint8Array,
  secrets: AccountSecrets,
): Promise<Keyring> {
  const { address } = account;
  const { head, pin } = await believeOwnChain(account, secrets);
  const identity = await identityOf(rootSecret);
  if (!isSameKey(identity, head.identityKey)) {
    fail(
      "keysNotBelieved",
      `The keys of ${address} are no longer those of this sign-in. If you have not changed your identity on another device, somebody else is speaking for you: tell your contacts. Otherwise sign in again.`,
    );
  }
  const wrapSecret = await deriveSecret(rootSecret, "wrap");
  const epochs = await unwrapEpochs(address, wrapSecret, secrets);
  if (head.epochs.some(({ keyId }) => !epochs.has(keyId))) {
    fail("keysNotBelieved", `The server keeps back a key of ${address}, or has changed it. ${tellOperator}`);
  }
  const identityKeyId = await keyIdOf(identity.publicKey);
  const { statements } = secrets;
  return { address, rootSecret, identity, identityKeyId, wrapSecret, statements, head, pin, epochs };
}

const tellOperator = "Tell whoever runs it, and send nothing until that is settled.";

async function believeOwnChain(
  { address, nowMs, pinned }: OwnAccount,
  { statements }: AccountSecrets,
): Promise<{ head: AccountStatement; pin: ChainPin }> {
  const result = await checkChain(
    statements,
    pinned === undefined ? { address, nowMs } : { address, nowMs, pinned },
  );
  if (isBelieved(result)) return result;
  return fail("keysNotBelieved", `${sentenceOf(result, address)} ${tellOperator}`);
}

/** A chain that holds, whatever is new in it. */
export type BelievedChain = Extract<ChainResult, { head: AccountStatement }>;

export function isBelieved(result: ChainResult): result is BelievedChain {
  return "head" in result;
}

/** Why a chain is not believed, for a person. */
export function sentenceOf(result: Exclude<ChainResult, BelievedChain>, address: string): string {
  if (result.kind === "otherAccount")
    return `The server shows keys of another account as those of ${address}.`;
  if (result.kind === "broken") {
    return `The keys that the server shows for ${address} do not hold (statement ${result.at}: ${result.why}).`;
  }
  return result.why === "vanished"
    ? `The server shows older keys for ${address} than before, or none.`
    : `The server shows another history of the keys of ${address} than before.`;
}

async function unwrapEpochs(
  address: string,
  wrapSecret: Uint8Array,
  { statements, epochs }: AccountSecrets,
): Promise<ReadonlyMap<string, KemKey>> {
  const stated = new Map(
    statements.flatMap(({ statement }) => statement.epochs.map((epoch) => [epoch.keyId, epoch] as const)),
  );
  const opened = new Map<string, KemKey>();
  for (const { keyId, wrapped } of epochs) {
    const [epoch, bytes] = [stated.get(keyId), findBase64Url(wrapped)];
    const key = epoch && bytes && (await unwrapEpochKey(wrapSecret, address, epoch, bytes));
    if (key !== undefined) opened.set(keyId, key);
  }
  return opened;
}

/** True when `text` is the public half of the key in base64url. */
function isSameKey({ publicKey }: SigningKey, text: string): boolean {
  const bytes = findBase64Url(text);
  return bytes?.length === publicKey.length && publicKey.every((byte, at) => byte === bytes[at]);
}
