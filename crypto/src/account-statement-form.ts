/** The form of a statement by itself: every text in its one spelling, every date and list within bounds. */
import { isAccountAddress } from "./account-address.ts";
import type { AccountStatement, Epoch } from "./account-statement.ts";
import { fromBase64Url } from "./base64.ts";
import { isSoundPoint } from "./ed25519-point.ts";
import { keyIdOf } from "./key-id.ts";

const maxEpochs = 8;
const maxSeq = 2 ** 31 - 1;
const maxDaysMs = 400 * 24 * 60 * 60 * 1000;
const earliestMs = Date.parse("2025-01-01T00:00:00.000Z");
const endMs = Date.parse("2100-01-01T00:00:00.000Z");

/** Base64url of 32, 16 and 1216 bytes: the last letter has two or four bits that must be zero. */
const bytes32 = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;
const bytes16 = /^[A-Za-z0-9_-]{21}[AQgw]$/;
const bytes1216 = /^[A-Za-z0-9_-]{1621}[AQgw]$/;

/**
 * `malformed` a text or number is not in its one spelling or out of bounds · `unsoundKey` no signature can be trusted
 * with this identity key · `keyId` the id of an epoch is not that of its key · `doubledEpoch` one stands there twice ·
 * `epochOrder` they do not begin one after the other · `epochDates` one ends before it begins, lasts longer than 400
 * days, or begins more than 400 days after the statement.
 */
export type FormFault = "malformed" | "unsoundKey" | "keyId" | "doubledEpoch" | "epochOrder" | "epochDates";

/** What is wrong with the form of a statement; undefined when it is sound. Its signatures are not looked at. */
export async function findFormFault(statement: AccountStatement): Promise<FormFault | undefined> {
  if (!isWellFormed(statement)) return "malformed";
  if (!isSoundPoint(fromBase64Url(statement.identityKey))) return "unsoundKey";
  for (const { keyId, publicKey } of statement.epochs) {
    if (keyId !== (await keyIdOf(fromBase64Url(publicKey)))) return "keyId";
  }
  return findEpochFault(statement);
}

/** Milliseconds since 1970 of a time in the one spelling statements have; undefined for any other text. */
function findStatementTime(text: string): number | undefined {
  const ms = Date.parse(text);
  if (!(ms >= earliestMs && ms < endMs)) return undefined;
  return new Date(ms).toISOString() === text ? ms : undefined;
}

function isWellFormed(statement: AccountStatement): boolean {
  const { address, seq, prev, identityKey, epochs, policy, vaultHead, validFrom, reason } = statement;
  return (
    isAccountAddress(address) &&
    Number.isInteger(seq) &&
    seq >= 0 &&
    seq <= maxSeq &&
    (prev === "" || bytes32.test(prev)) &&
    bytes32.test(identityKey) &&
    epochs.length >= 1 &&
    epochs.length <= maxEpochs &&
    epochs.every(isWellFormedEpoch) &&
    (policy === "sealed" || policy === "open") &&
    (vaultHead === "" || bytes32.test(vaultHead)) &&
    findStatementTime(validFrom) !== undefined &&
    (reason === "first" || reason === "rotation" || reason === "compromise" || reason === "reset")
  );
}

function isWellFormedEpoch({ keyId, publicKey, validFrom, validUntil }: Epoch): boolean {
  return (
    bytes16.test(keyId) &&
    bytes1216.test(publicKey) &&
    findStatementTime(validFrom) !== undefined &&
    findStatementTime(validUntil) !== undefined
  );
}

function findEpochFault({ epochs, validFrom }: AccountStatement): FormFault | undefined {
  if (new Set(epochs.map(({ keyId }) => keyId)).size < epochs.length) return "doubledEpoch";
  const madeAt = Date.parse(validFrom);
  let lastBegin = Number.NEGATIVE_INFINITY;
  for (const epoch of epochs) {
    const [begin, end] = [Date.parse(epoch.validFrom), Date.parse(epoch.validUntil)];
    if (begin <= lastBegin) return "epochOrder";
    if (end <= begin || end - begin > maxDaysMs || begin - madeAt > maxDaysMs) return "epochDates";
    lastBegin = begin;
  }
  return undefined;
}
