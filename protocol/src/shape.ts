import type { Static, TSchema } from "typebox";
import { Compile, type Validator } from "typebox/compile";
import type { TLocalizedValidationError } from "typebox/error";
import type { ErrorCode } from "./errors.ts";
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
      const { pointer, sentence } = firstFault(schema, validator().Errors(value));
      return fail(code, sentence, { pointer });
    },
  };
}

function firstFault(
  schema: TSchema,
  faults: TLocalizedValidationError[],
): { pointer: string; sentence: string } {
  const fault = faults[0];
  if (fault === undefined) return { pointer: "", sentence: "The value has the wrong shape." };
  const pointer = fault.instancePath;
  const name = fieldName(pointer);
  switch (fault.keyword) {
    case "required": {
      const missing = fault.params.requiredProperties[0] ?? "";
      const at = `${pointer}/${escapeToken(missing)}`;
      return { pointer: at, sentence: `${fieldName(at)} is missing.` };
    }
    case "type": {
      const wanted = faults.filter((other) => other.keyword === "type" && other.instancePath === pointer);
      return { pointer, sentence: `${name} must be ${listTypes(wanted)}.` };
    }
    case "boolean":
    case "additionalProperties":
      return { pointer, sentence: `${name} is not known here. Remove it.` };
    case "enum":
      return { pointer, sentence: `${name} must be one of ${fault.params.allowedValues.join(", ")}.` };
    case "const":
      return { pointer, sentence: `${name} must be ${JSON.stringify(fault.params.allowedValue)}.` };
    case "maxLength":
      return { pointer, sentence: `${name} is longer than ${fault.params.limit} characters.` };
    case "minLength":
      return { pointer, sentence: `${name} is shorter than ${fault.params.limit} characters.` };
    case "maxItems":
      return { pointer, sentence: `${name} has more than ${fault.params.limit} entries.` };
    case "minItems":
      return { pointer, sentence: `${name} needs at least ${fault.params.limit} entry.` };
    case "maximum":
      return { pointer, sentence: `${name} is more than ${fault.params.limit}.` };
    case "minimum":
      return { pointer, sentence: `${name} is less than ${fault.params.limit}.` };
    case "maxProperties":
      return { pointer, sentence: `${name} has more than ${fault.params.limit} members.` };
    default:
      return { pointer, sentence: `${name} must be ${describe(schema, fault.schemaPath)}.` };
  }
}

function fieldName(pointer: string): string {
  return pointer === "" ? "The whole" : `“${pointer.slice(1).replaceAll("/", ".").slice(0, 200)}”`;
}

function escapeToken(token: string): string {
  return token.replaceAll("~", "~0").replaceAll("/", "~1");
}

const typeNames: Readonly<Record<string, string>> = {
  string: "a text",
  object: "an object",
  array: "a list",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
  null: "null",
};

function listTypes(faults: TLocalizedValidationError[]): string {
  const names = faults.flatMap((fault) => (fault.keyword === "type" ? [fault.params.type].flat() : []));
  return [...new Set(names.map((name) => typeNames[name] ?? name))].join(" or ");
}

/** The description of the schema at `schemaPath`, a JSON pointer that begins with `#`. */
function describe(schema: TSchema, schemaPath: string): string {
  let at: unknown = schema;
  for (const token of schemaPath.split("/").slice(1)) {
    const key = token.replaceAll("~1", "/").replaceAll("~0", "~");
    at = typeof at === "object" && at !== null ? Reflect.get(at, key) : undefined;
  }
  const description = typeof at === "object" && at !== null ? Reflect.get(at, "description") : undefined;
  return typeof description === "string"
    ? description
    : "written in another way; see the documentation of this field";
}
