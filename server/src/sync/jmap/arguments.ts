/** Reading the arguments of a method: each is what the method knows and of the right type, or the call is refused. */
import { limits, ProblemError, type Shape, shape } from "@posthorn/protocol";
import { type Static, type TObject, type TSchema, Type } from "typebox";
import { type Arguments, type JmapCaller, type MethodCall, refuseCall } from "./method.ts";

export const closed = { additionalProperties: false } as const;

/** For a method that takes no arguments but those that all of its sort take. */
export const noMore = Type.Object({}, closed);

/** An id, or `#` and a creation id (RFC 8620 §1.2, §5.3). Whether it names anything is seen later. */
export const IdSchema = Type.String({ minLength: 1, maxLength: 256 });

export const UnsignedIntSchema = Type.Integer({ minimum: 0, maximum: limits.count });

export const IntSchema = Type.Integer({ minimum: -limits.count, maximum: limits.count });

/** What may be left out, or be null for the same. */
export function nullable<Schema extends TSchema>(schema: Schema) {
  return Type.Optional(Type.Union([schema, Type.Null()]));
}

const shapes = new WeakMap<TSchema, Shape<TSchema>>();

function check<Schema extends TSchema>(schema: Schema, value: unknown): asserts value is Static<Schema> {
  let known = shapes.get(schema);
  if (known === undefined) {
    known = shape<TSchema>(schema);
    shapes.set(schema, known);
  }
  known.parse(value);
}

/** Whether a value fits a schema; the checker is made once for each. */
export function fits<Schema extends TSchema>(schema: Schema, value: unknown): value is Static<Schema> {
  return faultIn(schema, value) === undefined;
}

/** A sentence that says how a value does not fit a schema, or undefined when it does. */
export function faultIn(schema: TSchema, value: unknown): string | undefined {
  try {
    check(schema, value);
    return undefined;
  } catch (error) {
    if (error instanceof ProblemError) return error.problem.detail;
    throw error;
  }
}

/** Arguments in a schema's shape. Throws MethodError `invalidArguments` for a wrong one and for one that is not known. */
export function readArguments<Schema extends TObject>(schema: Schema, args: Arguments): Static<Schema> {
  const given: unknown = args;
  if (fits(schema, given)) return given;
  return refuseCall("invalidArguments", faultIn(schema, args) ?? "The arguments are of another form.");
}

/** As `readArguments`, of the arguments that every method of a sort takes and those that only this one takes beside them. */
export function splitArguments<Base extends TObject, More extends TObject>(
  base: Base,
  more: More,
  args: Arguments,
): { base: Static<Base>; more: Static<More> } {
  const names: ReadonlySet<string> = new Set(Object.keys(base.properties));
  const entries = Object.entries(args);
  return {
    base: readArguments(base, Object.fromEntries(entries.filter(([name]) => names.has(name)))),
    more: readArguments(more, Object.fromEntries(entries.filter(([name]) => !names.has(name)))),
  };
}

/** The caller's account as clients see it. */
export function accountIdOf({ accountId }: Pick<JmapCaller, "accountId">): string {
  return `a${accountId}`;
}

/** Throws MethodError `accountNotFound` for any account but the caller's, `invalidArguments` for none (RFC 8620 §3.6.2). */
export function requireAccount({ caller }: Pick<MethodCall, "caller">, accountId: string | undefined): void {
  if (accountId === accountIdOf(caller)) return;
  if (accountId === undefined) refuseCall("invalidArguments", "“accountId” is missing.");
  refuseCall("accountNotFound", "There is no such account for this sign-in.");
}

/** Throws MethodError `invalidArguments` when an account is named to a method that is about none. */
export function refuseAccount(accountId: string | undefined): void {
  if (accountId === undefined) return;
  refuseCall(
    "invalidArguments",
    "“accountId” is not known here: these are the caller's, not an account's. Remove it.",
  );
}

/** The id that `#` and a creation id stand for (RFC 8620 §5.3); any other id is itself. Undefined when nothing was made by that name. */
export function resolveId({ createdIds }: Pick<MethodCall, "createdIds">, id: string): string | undefined {
  return id.startsWith("#") ? createdIds.get(id.slice(1)) : id;
}
