/** How many objects are asked for at once: fewer from the time on that an answer was too large to be read. */
import { ProblemError } from "@posthorn/protocol";
import { UnexpectedAnswer } from "../unreachable.ts";

export interface PageSize {
  most: number;
}

/** A server gives no more in one answer. */
const largest = 500;

export function newPageSize(): PageSize {
  return { most: largest };
}

/** Halves it when this is why something failed. False when it is not, or one object alone is too large. */
export function isHalvedFor(error: unknown, page: PageSize): boolean {
  if (!isTooLarge(error) || page.most <= 1) return false;
  page.most = Math.ceil(page.most / 2);
  return true;
}

function isTooLarge(error: unknown): boolean {
  if (error instanceof UnexpectedAnswer) return error.isTooLarge;
  return error instanceof ProblemError && error.problem.code === "tooLarge";
}
