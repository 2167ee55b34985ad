/**
 * The keys of any account, for an account of ours: from the store when it is of our host, else asked of its own (§90.9).
 * What comes back is believed by nobody here; the client that asked checks it.
 */
import {
  accountName,
  type ErrorCode,
  fail,
  formatAddress,
  isErrorCode,
  type KeyChain,
  KeyChainSchema,
  limits,
  type Problem,
  ProblemError,
  ProblemSchema,
  parseAddress,
  problem,
  readJson,
  shape,
} from "@posthorn/protocol";
import { callSigned, type RemoteContext } from "../deliver/signed-call.ts";
import type { InboundAnswer } from "../env/env.ts";
import type { PeerPolicy } from "../store/peer-store.ts";
import { type DirectoryContext, type ShownKeys, showKeys } from "./directory.ts";
import { inTurn } from "./in-turn.ts";

const answerTimeoutMs = 10_000;
/** A statement has eight epochs of some 1,750 bytes at most, and less than 2,000 bytes besides. */
const statementBytes = 16_000;
/** So much of an account's look-ups is under way: an answer may be large, and a host may not answer. */
const atOncePerAccount = 4;
/** What one who is not there counts for, so that trying out names comes to an end before looking up friends (threats C4). */
const unknownCost = 25;

/** What a host may say of an account. Anything else that it says is its own trouble, and not the client's. */
const handedOn: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "recipientUnknown",
  "recipientGone",
  "noConsent",
  "senderMismatch",
  "peerBlocked",
]);

const chainShape = shape(KeyChainSchema);
const problemShape = shape(ProblemSchema);

/** How many accounts an account may look up. Made by the server; this room only spends it. */
interface LookUpBudget {
  take(key: string): { ok: true } | { ok: false; retryAfterS: number };
  charge(key: string, count: number): void;
}

export interface LookUpContext extends DirectoryContext {
  remote: RemoteContext;
  policy(host: string): Promise<PeerPolicy>;
  budget: LookUpBudget;
}

/**
 * Throws ProblemError `badAddress`, `rateLimited`, `peerBlocked`, `unavailable` when the account's host gives no signed
 * word, and what it says of the account: `recipientUnknown`, `recipientGone`, `noConsent`.
 */
export type LookUpKeys = (caller: { accountId: number; name: string }, address: string) => Promise<KeyChain>;

export function lookingUpKeys(ctx: LookUpContext): LookUpKeys {
  const takeTurn = inTurn(atOncePerAccount);
  const asking = new Map<string, Promise<ShownKeys>>();

  /** Several devices of one owner that ask the same at the same time are one. */
  function askOnce(asker: string, name: string, host: string): Promise<ShownKeys> {
    const question = `${asker} ${name}@${host}`;
    const known = asking.get(question);
    if (known !== undefined) return known;
    const asked = takeTurn(asker, () => ask(ctx, asker, name, host)).finally(() => asking.delete(question));
    asking.set(question, asked);
    return asked;
  }

  return async (caller, text) => {
    const { id, host } = parseAddress(text);
    const key = String(caller.accountId);
    spend(ctx.budget, key);
    const name = accountName(id);
    const asker = formatAddress({ id: caller.name, host: ctx.host });
    const shown = await (host === ctx.host ? showKeys(ctx, name, asker) : askOnce(asker, name, host));
    if (shown.ok) return shown.chain;
    const { code } = shown.problem;
    if (code === "recipientUnknown" || code === "recipientGone") ctx.budget.charge(key, unknownCost - 1);
    throw new ProblemError(shown.problem);
  };
}

function spend(budget: LookUpBudget, key: string): void {
  const spent = budget.take(key);
  if (spent.ok) return;
  const { retryAfterS } = spent;
  fail("rateLimited", `You have looked up very many addresses. Try again in ${retryAfterS} s.`, {
    retryAfterS,
  });
}

async function ask(ctx: LookUpContext, asker: string, name: string, host: string): Promise<ShownKeys> {
  if ((await ctx.policy(host)) === "block") {
    return refused("peerBlocked", `The operator of this server exchanges nothing with ${host}.`);
  }
  const found = await ctx.remote.findPeer(host);
  if (!found.ok) return refused("unavailable", found.detail);
  const asked = await callSigned(ctx.remote, host, found.discovery, {
    method: "GET",
    path: `/email/keys/${name}`,
    query: new URLSearchParams({ for: asker }),
    timeoutMs: answerTimeoutMs,
    maxAnswerBytes: limits.statements * statementBytes,
  });
  if (asked.kind === "signed") return readAnswer(host, asked.answer);
  const { problem: reason, retryAfterS } = asked;
  return { ok: false, problem: problem("unavailable", reason.detail, { retryAfterS }) };
}

function readAnswer(host: string, { status, body }: InboundAnswer): ShownKeys {
  if (status === 200) {
    const chain = understood(() => chainShape.parse(readJson(body)));
    if (chain !== undefined) return { ok: true, chain: chainOf(chain) };
    return refused("unavailable", `${host} answered with what are no keys of an account.`);
  }
  const said = understood(() => problemShape.parse(readJson(body)));
  if (said !== undefined && isErrorCode(said.code) && handedOn.has(said.code)) {
    return refused(said.code, `${host} says: ${said.detail}`);
  }
  return refused(
    "unavailable",
    `${host} does not tell the keys of the account (${status}). ${quoted(said)}`.trim(),
  );
}

/** Without what a later version may say beside it. */
function chainOf({ statements, closing }: KeyChain): KeyChain {
  return closing === undefined ? { statements } : { statements, closing };
}

function quoted(said: Problem | undefined): string {
  return said === undefined ? "" : `It says: ${said.detail}`;
}

function understood<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof ProblemError) return undefined;
    throw error;
  }
}

function refused(code: ErrorCode, detail: string): ShownKeys {
  return { ok: false, problem: problem(code, detail) };
}
