import type { SignedStatement } from "@posthorn/crypto";
import { type Problem, ProblemError } from "@posthorn/protocol";
import type { Session } from "../session.ts";
import type { SessionKeys } from "./session-keys.ts";

/** All statements of an account as its server shows them, or why it does not. None of it is believed yet. */
export type ChainAnswer =
  | { kind: "chain"; statements: readonly SignedStatement[] }
  | { kind: "refused"; problem: Problem };

/** Asks our own server, which asks the account's. Throws Unreachable, and when our own does not let us in. */
export async function askForChain(session: Session, address: string): Promise<ChainAnswer> {
  const chains = chainsOf(session);
  const kept = chains.get(address);
  const now = session.platform.clock.now();
  if (kept !== undefined && kept.untilMs > now) return kept.answer;
  const answer = await fetchChain(session, address);
  if (answer.kind === "chain") chains.set(address, { answer, untilMs: now + keepChainMs });
  return answer;
}

async function fetchChain(session: Session, address: string): Promise<ChainAnswer> {
  try {
    return { kind: "chain", ...(await session.call("lookUpKeys", { params: { address } })) };
  } catch (error) {
    if (!(error instanceof ProblemError) || error.problem.code === "unauthorized") throw error;
    return { kind: "refused", problem: error.problem };
  }
}

/** So that a page of messages by one person asks for that person's keys once. */
const keepChainMs = 60_000;
const kept = new WeakMap<SessionKeys, Map<string, { answer: ChainAnswer; untilMs: number }>>();

function chainsOf({ keys }: Session): Map<string, { answer: ChainAnswer; untilMs: number }> {
  const chains = kept.get(keys) ?? new Map<string, { answer: ChainAnswer; untilMs: number }>();
  kept.set(keys, chains);
  return chains;
}
