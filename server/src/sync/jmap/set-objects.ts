/** The objects of a /set as they came: in which order they are made, and what each may hold (RFC 8620 §5.3). */
import { type Static, type TObject, Type } from "typebox";
import { faultIn, fits } from "./arguments.ts";
import { type JmapObject, refuseObject } from "./method.ts";
import { applyPatch, isSameJson } from "./patch.ts";

/** The objects to make, each after those of the same call that it names by `#` and their creation id. */
export function inOrder(
  creates: readonly (readonly [string, JmapObject])[],
): (readonly [string, JmapObject])[] {
  const byId = new Map(creates);
  const ordered = new Map<string, JmapObject>();
  const begun = new Set<string>();
  function add(creationId: string): void {
    const object = byId.get(creationId);
    if (object === undefined || begun.has(creationId)) return;
    begun.add(creationId);
    for (const named of creationIdsIn(object)) add(named);
    ordered.set(creationId, object);
  }
  for (const [creationId] of creates) add(creationId);
  return [...ordered];
}

/** A text that only looks like a reference changes the order and nothing else. */
function* creationIdsIn(value: unknown): Generator<string> {
  if (typeof value === "string") {
    if (value.startsWith("#")) yield value.slice(1);
  } else if (Array.isArray(value)) {
    for (const item of value) yield* creationIdsIn(item);
  } else if (typeof value === "object" && value !== null) {
    for (const [name, member] of Object.entries(value)) {
      yield* creationIdsIn(name);
      yield* creationIdsIn(member);
    }
  }
}

/** An object to make, in its schema's shape. Throws SetFailure `invalidProperties` with each property at fault. */
export function readGiven<Schema extends TObject>(schema: Schema, given: JmapObject): Static<Schema> {
  const object: unknown = given;
  if (fits(schema, object)) return object;
  const isClosed = Reflect.get(schema, "additionalProperties") === false;
  const missing = (schema.required ?? []).filter((name) => !Object.hasOwn(given, name));
  const wrong = Object.entries(given).filter(([name, value]) =>
    Object.hasOwn(schema.properties, name)
      ? faultIn(schema.properties[name] ?? Type.Never(), value) !== undefined
      : isClosed,
  );
  return refuseObject("invalidProperties", faultIn(schema, given) ?? "The object is of another form.", {
    properties: [...missing, ...wrong.map(([name]) => name)],
  });
}

interface Changeable<Schema extends TObject> {
  schema: Schema;
  defaults?: JmapObject;
}

/**
 * What a patch really changes of an object, each property whole; undefined when that is nothing. What cannot be set may
 * be given as it is, also as null. Throws SetFailure `invalidPatch`, and `invalidProperties` with each property at fault.
 */
export function readChange<Schema extends TObject>(
  { schema, defaults }: Changeable<Schema>,
  before: JmapObject,
  patch: JmapObject,
): Static<Schema> | undefined {
  const { after, touched } = applyPatch(before, patch, defaults);
  const changed = [...touched].filter((name) => !isSameJson(before[name] ?? null, after[name] ?? null));
  if (changed.length === 0) return undefined;
  const change: unknown = Object.fromEntries(changed.map((name) => [name, after[name] ?? null]));
  if (fits(schema, change)) return change;
  const properties = changed.filter(
    (name) =>
      !Object.hasOwn(schema.properties, name) ||
      faultIn(schema.properties[name] ?? Type.Never(), after[name] ?? null) !== undefined,
  );
  return refuseObject("invalidProperties", faultIn(schema, change) ?? "The change is of another form.", {
    properties,
  });
}
