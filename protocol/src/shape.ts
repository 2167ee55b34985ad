import type { Static, TSchema } from "typebox";
import { Compile, type Validator } from "typebox/compile";
import type { ErrorCode } from "./errors.ts";
import { findFault } from "./find-fault.ts";
import { fail } from "./problem.ts";

export interface Shape<Schema extends TSchema> {
  readonly schema: Schema;
  /** The value itself, checked. Throws ProblemError `code` (`badRequest` when not given) with the pointer of the first fault. */
  parse(value: unknown, code?: ErrorCode): Static<Schema>;
  matches(value: unknown): value is Static<Schema>;
}

/**
 * A checker for a schema, compiled at its first use; where making functions from text is forbidden (a page's content
 * security policy) it interprets the schema instead, with the same result.
 */
export function shape<const Schema extends TSchema>(schema: Schema): Shape<Schema> {
  let compiled: Validator<Record<never, never>, Schema, Static<Schema>> | undefined;
  function validator() {
    compiled ??= Compile(schema);
    return compiled;
  }
  function matches(value: unknown): value is Static<Schema> {
    return validator().Check(value);
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
