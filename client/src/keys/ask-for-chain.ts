import type { SignedStatement } from "@posthorn/crypto";
import { type Problem, ProblemError } from "@posthorn/protocol";
import type { Session } from "../session.ts";
import { makeMemo } from "./memo.ts";

/** All statements of an account as its server shows them, or why it does not. None of it is believed yet. */
export type ChainAnswer =
  | { kind: "chain"; statements: readonly SignedStatement[]; closing?: boolean | undefined }
  | { kind: "refused"; problem: Problem };

const recent = makeMemo<ChainAnswer>(60_000);

/**
 * Asks our own server, which asks the account's; what it answered within the last minute is not asked for again. Throws
 * Unreachable, and when our own does not let us in.
 */
export async function askForChain(session: Session, address: string): Promise<ChainAnswer> {
  const kept = recent.find(session, address);
  if (kept !== undefined) return kept;
  const answer = await fetchChain(session, address);
  if (answer.kind === "chain") recent.keep(session, address, answer);
  return answer;
}

/** Makes the next question a new one; answers whether the last would have been answered from memory. */
export function forgetChain(session: Session, address: string): boolean {
  return recent.drop(session, address);
}

async function fetchChain(session: Session, address: string): Promise<ChainAnswer> {
  try {
    return { kind: "chain", ...(await session.call("lookUpKeys", { params: { address } })) };
  } catch (error) {
    if (!(error instanceof ProblemError) || error.problem.code === "unauthorized") throw error;
    return { kind: "refused", problem: error.problem };
  }
}
