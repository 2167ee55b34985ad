/** What one who keeps an account's mail the same knows meanwhile, and how long it waits after something has failed. */
import { ProblemError } from "@posthorn/protocol";
import { type Bell, newBell } from "./bell.ts";
import type { Failures } from "./failures.ts";
import type { Mail } from "./mail-context.ts";
import { newPageSize, type PageSize } from "./page-size.ts";
import type { WhyNot } from "./why-of.ts";

export interface Work {
  mail: Mail;
  signal: AbortSignal;
  /** Rings when there is something to do. */
  bell: Bell;
  /** What may have changed at the server since it was read; `all` when that is not known. */
  changed: Set<string> | "all";
  /** What this sign-in may not read. */
  skipped: Set<string>;
  isListening: boolean;
  /** Why it could not listen the last time, for people. */
  deafness: WhyNot | null;
  failures: Failures;
  page: PageSize;
  /** While letters are being sent; it never fails. */
  sending: Promise<void> | undefined;
  sentTimes: number;
  /** Why what was done here could not be told, and when. */
  untold: Untold | undefined;
}

interface Untold {
  error: unknown;
  atMs: number;
}

export function newWork(mail: Mail, signal: AbortSignal): Work {
  return {
    mail,
    signal,
    bell: newBell(),
    changed: "all",
    skipped: new Set(),
    isListening: false,
    deafness: null,
    failures: new Map(),
    page: newPageSize(),
    sending: undefined,
    sentTimes: 0,
    untold: undefined,
  };
}

/** What may have changed at the server beside what is known to have. */
export function noteMayHaveChanged(work: Pick<Work, "changed">, types: Iterable<string> | "all"): void {
  if (types === "all" || work.changed === "all") work.changed = "all";
  else for (const type of types) work.changed.add(type);
}

/** How long the server has asked not to be asked. */
export function askedMs(error: unknown): number {
  return error instanceof ProblemError ? (error.problem.retryAfterS ?? 0) * 1_000 : 0;
}

const firstPauseMs = 1_000;
const longestPauseMs = 60_000;

/** A pause after something has failed: longer each time, and not the same for all clients of a server that comes back. */
export function pauseMsAfter({ mail }: Work, failures: number): number {
  const [chance = 0] = mail.session.platform.randomBytes(1);
  return Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(failures, 10)) * (0.5 + chance / 512);
}
