import { type Static, Type } from "typebox";
import { type ErrorCode, errors } from "./errors.ts";
import { HashSchema } from "./hash.ts";
import { limits } from "./limits.ts";
import { whole } from "./number.ts";
import { manyLines, oneLine } from "./text.ts";

/**
 * What went wrong, as RFC 9457 `application/problem+json` (§70). `code` is a text, not the union of codes, because a
 * peer of a later version may send one that is not in the table; `status` and `retry` then still tell what to do.
 */
export const ProblemSchema = Type.Object({
  type: oneLine(limits.code + 32),
  code: Type.String({
    minLength: 1,
    maxLength: limits.code,
    pattern: "^[a-z][A-Za-z0-9]{0,63}$",
    description: "the code of a problem such as badJson",
  }),
  status: whole(599, 400),
  title: oneLine(200),
  detail: manyLines(limits.detail),
  retry: Type.Enum(["never", "later", "after-change"]),
  pointer: Type.Optional(manyLines(limits.pointer)),
  retryAfterS: Type.Optional(whole(limits.retryAfterS)),
  missing: Type.Optional(Type.Array(HashSchema, { maxItems: limits.missing })),
  instance: Type.Optional(oneLine(200)),
});

export type Problem = Static<typeof ProblemSchema>;

export interface ProblemExtra {
  /** JSON pointer (RFC 6901) to the field at fault. */
  pointer?: string | undefined;
  retryAfterS?: number | undefined;
  missing?: readonly string[] | undefined;
  /** Names this occurrence, to be found again in the server's log. */
  instance?: string | undefined;
}

/**
 * A problem of the table; `detail` is a sentence a person understands. Texts beyond their maximum are cut, and what
 * strict JSON would not take (§20.3) is replaced, so that any peer can read what this makes.
 */
export function problem(code: ErrorCode, detail: string, extra: ProblemExtra = {}): Problem {
  const { status, title, retry } = errors[code];
  const made: Problem = {
    type: `urn:posthorn:problem:${code}`,
    code,
    status,
    title,
    detail: cut(detail, limits.detail),
    retry,
  };
  if (extra.pointer !== undefined) made.pointer = cut(extra.pointer, limits.pointer);
  if (extra.retryAfterS !== undefined) made.retryAfterS = clampSeconds(extra.retryAfterS);
  if (extra.missing !== undefined) made.missing = extra.missing.slice(0, limits.missing);
  if (extra.instance !== undefined) made.instance = cut(extra.instance, 200);
  return made;
}

/** A problem on its way to whoever asked; its message is the problem's detail. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.name = "ProblemError";
    this.problem = problem;
  }
}

/** Throws ProblemError. */
export function fail(code: ErrorCode, detail: string, extra?: ProblemExtra): never {
  throw new ProblemError(problem(code, detail, extra));
}

function cut(text: string, maxLength: number): string {
  const short = text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text;
  return short.toWellFormed().replaceAll("\0", "\ufffd");
}

function clampSeconds(seconds: number): number {
  return Math.min(Math.max(Math.ceil(seconds), 0), limits.retryAfterS);
}
