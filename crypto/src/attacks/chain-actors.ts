/** Who takes part in the attacks on key chains, and how they make statements, sound ones and others. */
import {
  type AccountStatement,
  type Epoch,
  hashStatement,
  type SignedStatement,
  statementBytes,
} from "../account-statement.ts";
import { toBase64Url } from "../base64.ts";
import { generateSigningKey, type SigningKey, signBytes } from "../ed25519.ts";
import type { ChainPin } from "../key-chain.ts";
import { keyIdOf } from "../key-id.ts";

const dayMs = 24 * 60 * 60 * 1000;

export const alice = "alice@alpha.example";
export const bob = "bob@beta.example";
export const nowMs = Date.parse("2026-11-25T12:00:00.000Z");

export const keys = {
  alice: await generateSigningKey(new Uint8Array(32).fill(11)),
  aliceSecond: await generateSigningKey(new Uint8Array(32).fill(12)),
  aliceThird: await generateSigningKey(new Uint8Array(32).fill(13)),
  bob: await generateSigningKey(new Uint8Array(32).fill(21)),
  evil: await generateSigningKey(new Uint8Array(32).fill(66)),
};

/** An identity key as it stands in a statement. */
export function textOf(key: SigningKey): string {
  return toBase64Url(key.publicKey);
}

/** 1216 bytes of one value: of the right length, and nobody's key. */
export function publicKeyOf(value: number, length = 1216): string {
  return toBase64Url(new Uint8Array(length).fill(value));
}

/** The epoch of this number, which begins with that month of 2026 and can be used for 90 days. */
export async function epochOf(number: number, change: Partial<Epoch> = {}): Promise<Epoch> {
  const begin = Date.UTC(2026, number - 1, 1);
  return {
    keyId: await keyIdOf(new Uint8Array(1216).fill(number)),
    publicKey: publicKeyOf(number),
    validFrom: timeOf(begin),
    validUntil: timeOf(begin + 90 * dayMs),
    ...change,
  };
}

export function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}

/** What is to be other than it would be; values that no statement may have are allowed. */
export type Change = Partial<Record<keyof AccountStatement, unknown>>;

export interface Signers {
  own?: SigningKey | undefined;
  previous?: SigningKey | undefined;
}

/** A statement signed whatever it says, with nothing looked at. */
async function signAnything(
  statement: AccountStatement,
  own: SigningKey,
  previous?: SigningKey,
): Promise<SignedStatement> {
  const bytes = statementBytes(statement);
  return {
    statement,
    signature: toBase64Url(await signBytes(own, bytes)),
    previousSignature: previous === undefined ? "" : toBase64Url(await signBytes(previous, bytes)),
  };
}

/** A chain's first statement: Alice's of 1 August 2026, sealed, with epoch 8. */
export async function begin(change: Change = {}, signers: Signers = {}): Promise<SignedStatement[]> {
  const statement: AccountStatement = {
    address: alice,
    seq: 0,
    prev: "",
    identityKey: textOf(keys.alice),
    epochs: [await epochOf(8)],
    policy: "sealed",
    vaultHead: "",
    validFrom: "2026-08-01T00:00:00.000Z",
    reason: "first",
  };
  const changed = Object.assign(statement, change);
  return [await signAnything(changed, signers.own ?? signerOf(changed, keys.alice), signers.previous)];
}

/**
 * The chain with one statement more, made a day later: a sound rotation, but for what `change` says, and signed by the
 * keys that have to sign what it then says, but for `signers`.
 */
export async function append(
  chain: readonly SignedStatement[],
  change: Change = {},
  signers: Signers = {},
): Promise<SignedStatement[]> {
  const last = headOf(chain);
  const statement: AccountStatement = {
    ...last,
    seq: last.seq + 1,
    prev: await hashStatement(last),
    validFrom: timeOf(Date.parse(last.validFrom) + dayMs),
    reason: "rotation",
  };
  const changed = Object.assign(statement, change);
  const before = signerOf(last, keys.alice);
  const replaced = changed.reason === "compromise" ? before : undefined;
  const signed = await signAnything(
    changed,
    signers.own ?? signerOf(changed, before),
    "previous" in signers ? signers.previous : replaced,
  );
  return [...chain, signed];
}

export async function replaceKey(
  chain: readonly SignedStatement[],
  key: SigningKey,
  change: Change = {},
  signers: Signers = {},
): Promise<SignedStatement[]> {
  const epochs = [await epochOf(11)];
  return append(chain, { identityKey: textOf(key), reason: "compromise", epochs, ...change }, signers);
}

export function resetKey(
  chain: readonly SignedStatement[],
  key: SigningKey,
  change: Change = {},
): Promise<SignedStatement[]> {
  return replaceKey(chain, key, { reason: "reset", ...change });
}

export function headOf(chain: readonly SignedStatement[]): AccountStatement {
  const last = chain.at(-1);
  if (last === undefined) throw new Error("The chain is empty.");
  return last.statement;
}

/** What a client remembers that has seen the chain up to its last statement. */
export async function pinTo(chain: readonly SignedStatement[]): Promise<ChainPin> {
  const head = headOf(chain);
  const { seq, identityKey, policy } = head;
  return { seq, hash: await hashStatement(head), identityKey, policy };
}

/** The chain with what stands around its last statement changed after it was signed. */
export function tamper(
  chain: readonly SignedStatement[],
  change: Partial<SignedStatement>,
): SignedStatement[] {
  return chain.map((signed, at) => (at === chain.length - 1 ? { ...signed, ...change } : signed));
}

/** The chain with its last statement's texts changed after it was signed. */
export function tamperText(chain: readonly SignedStatement[], change: Change): SignedStatement[] {
  return tamper(chain, { statement: Object.assign({ ...headOf(chain) }, change) });
}

function signerOf(statement: AccountStatement, otherwise: SigningKey): SigningKey {
  return Object.values(keys).find((key) => textOf(key) === statement.identityKey) ?? otherwise;
}
