/**
 * An account's chain of key statements, held against what this client has seen of it before. The chain is served by
 * the account's own server, which is trusted with none of it: a key that the old one did not sign for, a statement
 * that is gone and a second history are all seen here, and each is told apart.
 */
import {
  type AccountStatement,
  type Epoch,
  hashStatement,
  type SignedStatement,
  statementBytes,
} from "./account-statement.ts";
import { type FormFault, findFormFault } from "./account-statement-form.ts";
import { fromBase64Url } from "./base64.ts";
import { importVerifyKey, verifyBytes } from "./ed25519.ts";

const maxStatements = 1000;
/** So much another's clock may be ahead: one that is set to a wrong day must not make an account unreachable. */
const maxSkewMs = 24 * 60 * 60 * 1000;
const signatureForm = /^[A-Za-z0-9_-]{85}[AQgw]$/;

/** What a client keeps of the newest statement it has believed, in its vault, so that the server cannot take it away. */
export interface ChainPin {
  seq: number;
  hash: string;
  identityKey: string;
  policy: AccountStatement["policy"];
}

/**
 * Why a chain is nobody's:
 * a fault of form (`FormFault`) · `empty` no statement at all · `tooLong` more than a thousand · `start` begins
 * neither with a first statement nor with a reset · `seq` not the number after the last one · `prev` names another
 * statement before it · `backInTime` made before the last one · `future` made more than a day after now · `reason` is
 * not the reason for what it changes · `oldKey` an identity key that was given up comes back · `oldEpoch` an epoch
 * comes back, has other dates than it had, or outlives its identity · `downgrade` another identity key, and with it
 * from `sealed` to `open` · `signature` its own key did not sign it · `previousSignature` the key before did not, or
 * there is such a signature where none belongs.
 */
export type ChainFault =
  | FormFault
  | "empty"
  | "tooLong"
  | "start"
  | "seq"
  | "prev"
  | "backInTime"
  | "future"
  | "reason"
  | "oldKey"
  | "oldEpoch"
  | "downgrade"
  | "signature"
  | "previousSignature";

/** A chain that holds. */
interface Believed {
  head: AccountStatement;
  /** To be kept in place of the last one. */
  pin: ChainPin;
}

/** A chain that holds and has gone on. */
interface Changed extends Believed {
  /** The account took sealed mail only when it was last seen, and now takes open mail too: to be shown. */
  policyLowered: boolean;
}

/**
 * `firstSeen` nothing was pinned · `unchanged` · `extended` newer statements of the same identity · `newKey` the
 * identity has changed, and the old key signed for it · `reset` the identity has changed without the old key: by an
 * owner who lost it, or by the server · `rolledBack` the pinned statement is not there: its place and all later ones
 * have `vanished`, or another one stands there (`replaced`) · `broken` the statement `at` (from 0) has this fault ·
 * `otherAccount` the statement `at` is another account's.
 */
export type ChainResult =
  | ({ kind: "firstSeen" | "unchanged" } & Believed)
  | ({ kind: "extended" | "newKey" | "reset" } & Changed)
  | { kind: "rolledBack"; why: "vanished" | "replaced" }
  | { kind: "broken"; at: number; why: ChainFault }
  | { kind: "otherAccount"; at: number };

export interface ChainContext {
  /** Of the account that was asked for, in lower case. */
  address: string;
  nowMs: number;
  pinned?: ChainPin;
}

/**
 * Holds all statements of an account, in order, against one another and against the pin. They begin with the first
 * one, or with a reset whose history is lost. Their shape must have been checked by a schema; their texts are here.
 */
export async function checkChain(
  statements: readonly SignedStatement[],
  context: ChainContext,
): Promise<ChainResult> {
  if (statements.length > maxStatements) return { kind: "broken", at: maxStatements, why: "tooLong" };
  const links: Link[] = [];
  const past: Past = { identityKeys: new Set(), keyIds: new Set() };
  for (const [at, signed] of statements.entries()) {
    const { statement } = signed;
    const formFault = await findFormFault(statement);
    if (formFault !== undefined) return { kind: "broken", at, why: formFault };
    if (statement.address !== context.address) return { kind: "otherAccount", at };
    const last = links.at(-1);
    const fault =
      (last === undefined ? findStartFault(statement) : findLinkFault(statement, last, past)) ??
      findTimeFault(statement, last, context.nowMs) ??
      (await findSignatureFault(signed, last));
    if (fault !== undefined) return { kind: "broken", at, why: fault };
    links.push({ statement, hash: await hashStatement(statement) });
    past.identityKeys.add(statement.identityKey);
    for (const { keyId } of statement.epochs) past.keyIds.add(keyId);
  }
  return compareWithPin(links, context.pinned);
}

/** A statement that has been checked. */
interface Link {
  statement: AccountStatement;
  hash: string;
}

/** What has stood in the chain so far. */
interface Past {
  identityKeys: Set<string>;
  keyIds: Set<string>;
}

function findTimeFault(
  { validFrom }: AccountStatement,
  last: Link | undefined,
  nowMs: number,
): ChainFault | undefined {
  const madeAt = Date.parse(validFrom);
  if (last !== undefined && madeAt < Date.parse(last.statement.validFrom)) return "backInTime";
  return madeAt > nowMs + maxSkewMs ? "future" : undefined;
}

function findStartFault({ seq, prev, reason }: AccountStatement): ChainFault | undefined {
  const isFirst = reason === "first" && seq === 0 && prev === "";
  const isReset = reason === "reset" && seq > 0;
  return isFirst || isReset ? undefined : "start";
}

function findLinkFault(statement: AccountStatement, last: Link, past: Past): ChainFault | undefined {
  const before = last.statement;
  if (statement.seq !== before.seq + 1) return "seq";
  if (statement.prev !== last.hash) return "prev";
  const sameIdentity = statement.identityKey === before.identityKey;
  if (statement.reason === "first" || (statement.reason === "rotation") !== sameIdentity) return "reason";
  if (!sameIdentity && past.identityKeys.has(statement.identityKey)) return "oldKey";
  // Who takes over an identity must not be able to have its mail written in the open by the same step.
  if (!sameIdentity && isLowered(before.policy, statement.policy)) return "downgrade";
  const kept = sameIdentity ? before.epochs : [];
  const isOld = (epoch: Epoch) =>
    past.keyIds.has(epoch.keyId) && !kept.some((one) => isSameEpoch(one, epoch));
  return statement.epochs.some(isOld) ? "oldEpoch" : undefined;
}

function isSameEpoch(one: Epoch, other: Epoch): boolean {
  return (
    one.keyId === other.keyId && one.validFrom === other.validFrom && one.validUntil === other.validUntil
  );
}

async function findSignatureFault(
  { statement, signature, previousSignature }: SignedStatement,
  last: Link | undefined,
): Promise<ChainFault | undefined> {
  const bytes = statementBytes(statement);
  if (!(await isSignedBy(statement.identityKey, bytes, signature))) return "signature";
  if (statement.reason !== "compromise") return previousSignature === "" ? undefined : "previousSignature";
  const signed =
    last !== undefined && (await isSignedBy(last.statement.identityKey, bytes, previousSignature));
  return signed ? undefined : "previousSignature";
}

async function isSignedBy(identityKey: string, bytes: Uint8Array, signature: string): Promise<boolean> {
  if (!signatureForm.test(signature)) return false;
  return verifyBytes(await importVerifyKey(fromBase64Url(identityKey)), bytes, fromBase64Url(signature));
}

function compareWithPin(links: readonly Link[], pinned: ChainPin | undefined): ChainResult {
  const last = links.at(-1);
  if (last === undefined) {
    return pinned === undefined
      ? { kind: "broken", at: 0, why: "empty" }
      : { kind: "rolledBack", why: "vanished" };
  }
  const head = last.statement;
  const pin = { seq: head.seq, hash: last.hash, identityKey: head.identityKey, policy: head.policy };
  if (pinned === undefined) return { kind: "firstSeen", head, pin };
  if (head.seq < pinned.seq) return { kind: "rolledBack", why: "vanished" };

  const pinnedAt = links.findIndex(({ statement }) => statement.seq === pinned.seq);
  if (pinnedAt < 0) {
    const fault = findLostHistoryFault(links, pinned);
    if (fault !== undefined) return fault;
  } else if (links[pinnedAt]?.hash !== pinned.hash) {
    return { kind: "rolledBack", why: "replaced" };
  }
  const newer = links.slice(pinnedAt + 1);
  if (newer.length === 0) return { kind: "unchanged", head, pin };
  const reasons = new Set(newer.map(({ statement }) => statement.reason));
  const kind = reasons.has("reset") ? "reset" : reasons.has("compromise") ? "newKey" : "extended";
  return { kind, head, pin, policyLowered: isLowered(pinned.policy, head.policy) };
}

/** The list begins, with a reset, after what was pinned: what the links would have shown is held against the pin. */
function findLostHistoryFault(links: readonly Link[], pinned: ChainPin): ChainResult | undefined {
  const returned = links.findIndex(({ statement }) => statement.identityKey === pinned.identityKey);
  if (returned >= 0) return { kind: "broken", at: returned, why: "oldKey" };
  const lowered = links.slice(0, 1).some(({ statement }) => isLowered(pinned.policy, statement.policy));
  return lowered ? { kind: "broken", at: 0, why: "downgrade" } : undefined;
}

function isLowered(before: AccountStatement["policy"], after: AccountStatement["policy"]): boolean {
  return before === "sealed" && after === "open";
}
