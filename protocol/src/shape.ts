import type { Static, TSchema } from "typebox";
import { type Check, makeCheck } from "./check.ts";
import type { ErrorCode } from "./errors.ts";
import { findFault } from "./find-fault.ts";
import { fail } from "./problem.ts";

export interface Shape<Schema extends TSchema> {
  readonly schema: Schema;
  /** The value itself, checked. Throws ProblemError `code` (`badRequest` when not given) with the pointer of the first fault. */
  parse(value: unknown, code?: ErrorCode): Static<Schema>;
  matches(value: unknown): value is Static<Schema>;
}

/** A checker for a schema, made at its first use. */
export function shape<const Schema extends TSchema>(schema: Schema): Shape<Schema> {
  let check: Check<Schema> | undefined;
  function matches(value: unknown): value is Static<Schema> {
    check ??= makeCheck(schema);
    return check(value);
  }
  return {
    schema,
    matches,
    parse(value, code = "badRequest") {
      if (matches(value)) return value;
      const fault = findFault(schema, value);
      return fail(code, fault?.sentence ?? "The value has the wrong shape.", {
        pointer: fault?.pointer ?? "",
      });
    },
  };
}
