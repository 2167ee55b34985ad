/**
 * What an account says of its own keys, one signed statement after another. A statement is whole: the newest one alone
 * tells which keys are good now. Which statements may follow one another is `key-chain.ts`'s.
 */
import { findFormFault } from "./account-statement-form.ts";
import { toBase64Url } from "./base64.ts";
import { bindTexts } from "./bind-texts.ts";
import { sha256 } from "./digest.ts";
import { type SigningKey, signBytes } from "./ed25519.ts";

/** A key that mail is sealed to for some time. */
export interface Epoch {
  /** `keyIdOf` the public key. */
  keyId: string;
  /** X-Wing, 1216 bytes in base64url. */
  publicKey: string;
  validFrom: string;
  validUntil: string;
}

/** Times are UTC with three digits of fraction, `2026-11-25T10:00:00.000Z`; keys and hashes base64url. */
export interface AccountStatement {
  /** Of the account, `id@host` in lower case. */
  address: string;
  /** One more than that of the statement before; 0 for the first. */
  seq: number;
  /** `hashStatement` of the statement before; `""` for the first, and for a reset by an owner who cannot know it. */
  prev: string;
  /** Ed25519, 32 bytes. */
  identityKey: string;
  /** One to eight, the oldest first. */
  epochs: readonly Epoch[];
  /** Whether the account takes sealed mail only. */
  policy: "sealed" | "open";
  /** SHA-256 of the head of the owner's encrypted records; `""` for none. */
  vaultHead: string;
  /** When it was made, by its maker's clock. */
  validFrom: string;
  /**
   * `first` of the account · `rotation` the identity stays · `compromise` another identity key, which the old one
   * signs for · `reset` another identity key, and the old one is lost.
   */
  reason: "first" | "rotation" | "compromise" | "reset";
}

export interface SignedStatement {
  statement: AccountStatement;
  /** By the statement's own identity key: 64 bytes in base64url, as the next. */
  signature: string;
  /** By the identity key of the statement before, for the reason `compromise`; `""` for all others. */
  previousSignature: string;
}

/**
 * The bytes that are signed and hashed: at most 14,500, so that they fit unchanged into a leaf of a transparency log
 * (C2SP tlog-tiles: below 65,536). The number of epochs stands before them, so no text can pass for another one.
 */
export function statementBytes(statement: AccountStatement): Uint8Array {
  const { address, seq, prev, identityKey, epochs, policy, vaultHead, validFrom, reason } = statement;
  return bindTexts("posthorn-account-key-v1", [
    address,
    String(seq),
    prev,
    identityKey,
    String(epochs.length),
    ...epochs.flatMap((epoch) => [epoch.keyId, epoch.publicKey, epoch.validFrom, epoch.validUntil]),
    policy,
    vaultHead,
    validFrom,
    reason,
  ]);
}

/** By this the next statement names this one, and a client remembers it. Signatures are not part of it. */
export async function hashStatement(statement: AccountStatement): Promise<string> {
  return toBase64Url(await sha256(statementBytes(statement)));
}

/**
 * Signs a statement with its own identity key and, when that key replaces one (`compromise`), with that one too. Throws
 * Error when the statement's form is not sound, the key is not the one it names, or the replaced key is missing or
 * given for another reason. What came before it is not looked at: hold the chain against `checkChain` before it is sent.
 */
export async function signStatement(
  statement: AccountStatement,
  identity: SigningKey,
  replaced?: SigningKey,
): Promise<SignedStatement> {
  const fault = await findFormFault(statement);
  if (fault !== undefined) throw new Error(`The statement is not one to be signed: ${fault}.`);
  if (toBase64Url(identity.publicKey) !== statement.identityKey) {
    throw new Error("The statement names another identity key than the one that is to sign it.");
  }
  if ((statement.reason === "compromise") !== (replaced !== undefined)) {
    throw new Error("The key that is replaced signs a statement of compromise, and no other.");
  }
  const bytes = statementBytes(statement);
  return {
    statement,
    signature: toBase64Url(await signBytes(identity, bytes)),
    previousSignature: replaced === undefined ? "" : toBase64Url(await signBytes(replaced, bytes)),
  };
}
