import { ProblemError } from "@posthorn/protocol";
import type { Platform } from "./platform.ts";
import { UnexpectedAnswer, Unreachable, type UnreachableReason } from "./unreachable.ts";

const pausesMs = [500, 2_000, 8_000];
/** A wrong name or certificate does not get better by itself. */
const passing: ReadonlySet<UnreachableReason> = new Set(["connect", "timeout", "cut", "unknown"]);
/** Too slow, failed, or unavailable: not what is full or refused. */
const passingStatus: ReadonlySet<number> = new Set([408, 500, 503]);

/**
 * Runs `step`, up to three times more with growing pauses while only the wire fails or the server is not itself. Throws what it threw last, or the
 * signal's reason.
 */
export async function withRetries<T>(
  { clock }: Pick<Platform, "clock">,
  signal: AbortSignal | undefined,
  step: () => Promise<T>,
): Promise<T> {
  for (const pauseMs of pausesMs) {
    signal?.throwIfAborted();
    try {
      return await step();
    } catch (error) {
      if (!isPassing(error)) throw error;
      await clock.sleep(pauseMs, signal);
    }
  }
  signal?.throwIfAborted();
  return step();
}

function isPassing(error: unknown): boolean {
  if (error instanceof UnexpectedAnswer) return error.status >= 500;
  if (error instanceof ProblemError) return passingStatus.has(error.problem.status);
  return error instanceof Unreachable && passing.has(error.reason);
}
