/** Values that a schema must refuse, made from it: of every part of a good value each wrong type and each size beyond its limit. */

/** A good value with one thing wrong. */
export interface Wrong {
  /** Says what is wrong, for people. */
  what: string;
  /** JSON pointer (RFC 6901) to the fault. */
  pointer: string;
  value: unknown;
}

interface Change {
  what: string;
  path: readonly string[];
  replacement: unknown;
  /** Where the fault is, when it is not at `path` itself. */
  fault?: readonly string[];
}

type Kind = "null" | "boolean" | "number" | "string" | "array" | "object";

const samples: Readonly<Record<Kind, unknown>> = {
  null: null,
  boolean: true,
  number: 7,
  string: "wrong",
  array: [],
  object: {},
};
const nothing = Symbol("left out");

/**
 * Everything wrong that can be made of `good`, one thing at a time. `good` has every property that `schema` knows, at
 * any depth, and of each list at least one item; when it lacks one this throws, so that a new field does not go untested.
 */
export function* wrongValues(schema: object, good: unknown): Generator<Wrong> {
  for (const { what, path, replacement, fault = path } of changesAt(schema, good, [])) {
    yield { what, pointer: pointerOf(fault), value: withAt(good, path, replacement) };
  }
}

function* changesAt(schema: object, good: unknown, path: readonly string[]): Generator<Change> {
  const kinds = kindsOf(schema);
  for (const [kind, sample] of Object.entries(samples)) {
    if (!kinds.has(kind)) yield { what: `is ${kind}`, path, replacement: sample };
  }
  const branch = branchesOf(schema).find((one) => kindsOf(one).has(kindOf(good)));
  if (branch === undefined) return;
  if (typeof good === "string") {
    // Another branch may be a text of its own, such as the empty one for “none”.
    const others = branchesOf(schema).map((one) => Reflect.get(one, "const"));
    for (const change of textChanges(branch, path)) if (!others.includes(change.replacement)) yield change;
  } else if (typeof good === "number") yield* numberChanges(branch, path);
  else if (Array.isArray(good)) yield* listChanges(branch, good, path);
  else if (isObject(good)) yield* objectChanges(branch, good, path);
}

function* textChanges(schema: object, path: readonly string[]): Generator<Change> {
  const maxLength = numberIn(schema, "maxLength") ?? 0;
  const minLength = numberIn(schema, "minLength") ?? 0;
  yield { what: "is too long", path, replacement: "a".repeat(maxLength + 1) };
  yield { what: "is too long and of large characters", path, replacement: "\u{1f4ef}".repeat(maxLength + 1) };
  if (minLength > 0) yield { what: "is empty", path, replacement: "" };
  // No pattern of the wire takes a line feed.
  if ("pattern" in schema)
    yield { what: "has other letters", path, replacement: "\n".repeat(minLength || 1) };
}

function* numberChanges(schema: object, path: readonly string[]): Generator<Change> {
  const maximum = numberIn(schema, "maximum") ?? 0;
  const minimum = numberIn(schema, "minimum") ?? 0;
  yield { what: "is too small", path, replacement: minimum - 1 };
  if (maximum < Number.MAX_SAFE_INTEGER) yield { what: "is too large", path, replacement: maximum + 1 };
  yield { what: "is enormous", path, replacement: 1e300 };
  yield { what: "is no whole number", path, replacement: minimum + 0.5 };
}

function* listChanges(schema: object, good: readonly unknown[], path: readonly string[]): Generator<Change> {
  const maxItems = numberIn(schema, "maxItems") ?? 0;
  const minItems = numberIn(schema, "minItems") ?? 0;
  const [first] = good;
  if (first === undefined) throw new Error(`the good value has an empty list at ${pointerOf(path)}`);
  yield { what: "has too many items", path, replacement: Array(maxItems + 1).fill(first) };
  if (minItems > 0) yield { what: "has too few items", path, replacement: Array(minItems - 1).fill(first) };
  yield* changesAt(partOf(schema, "items"), first, [...path, "0"]);
}

function* objectChanges(schema: object, good: object, path: readonly string[]): Generator<Change> {
  if ("patternProperties" in schema) {
    yield* tableChanges(schema, good, path);
    return;
  }
  const required = "required" in schema && Array.isArray(schema.required) ? schema.required : [];
  for (const [name, part] of Object.entries(partOf(schema, "properties"))) {
    const at = [...path, name];
    if (!Object.hasOwn(good, name)) throw new Error(`the good value lacks ${pointerOf(at)}`);
    if (required.includes(name)) yield { what: "is missing", path: at, replacement: nothing };
    yield* changesAt(part, Reflect.get(good, name), at);
  }
  if ("additionalProperties" in schema)
    yield { what: "is unknown", path: [...path, "unknown"], replacement: 1 };
}

function* tableChanges(schema: object, good: object, path: readonly string[]): Generator<Change> {
  const maxProperties = numberIn(schema, "maxProperties") ?? 0;
  const [[name, value] = []] = Object.entries(good);
  const [[pattern = "", part] = []] = Object.entries(partOf(schema, "patternProperties"));
  if (name === undefined || !isObject(part))
    throw new Error(`the good value has no row at ${pointerOf(path)}`);
  const many = Array.from({ length: maxProperties + 1 }, (_, index) => [nameFor(pattern, index), value]);
  yield { what: "has too many rows", path, replacement: Object.fromEntries(many) };
  for (const wrong of ["", "a b", "a".repeat(256)]) {
    yield { what: "has a row of a bad name", path, replacement: { [wrong]: value }, fault: [...path, wrong] };
  }
  yield* changesAt(part, value, [...path, name]);
}

/** A name for a row: a local time where the table's names are times. */
function nameFor(pattern: string, index: number): string {
  if (!pattern.startsWith("^[0-9]{4}-")) return `row${index}`;
  const [minute, second] = [Math.floor(index / 60), index % 60].map((part) => String(part).padStart(2, "0"));
  return `2025-03-15T10:${minute}:${second}`;
}

function branchesOf(schema: object): object[] {
  return "anyOf" in schema && Array.isArray(schema.anyOf) ? schema.anyOf.filter(isObject) : [schema];
}

/** The kinds of JSON that a schema may take; none where only certain values will do. */
function kindsOf(schema: object): ReadonlySet<string> {
  const kinds = new Set<string>();
  for (const branch of branchesOf(schema)) {
    if ("const" in branch || "enum" in branch || !("type" in branch)) continue;
    kinds.add(branch.type === "integer" ? "number" : String(branch.type));
  }
  return kinds;
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function numberIn(schema: object, keyword: string): number | undefined {
  const value: unknown = Reflect.get(schema, keyword);
  return typeof value === "number" ? value : undefined;
}

function partOf(schema: object, keyword: string): object {
  const part: unknown = Reflect.get(schema, keyword);
  if (!isObject(part)) throw new Error(`a schema without ${keyword}`);
  return part;
}

/** A copy of `value` with something else at `path`. */
function withAt(value: unknown, path: readonly string[], replacement: unknown): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return replacement;
  if (Array.isArray(value)) return value.with(Number(name), withAt(value[Number(name)], rest, replacement));
  const part = isObject(value) && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
  const changed = Object.entries({ ...(isObject(value) && value), [name]: withAt(part, rest, replacement) });
  return Object.fromEntries(changed.filter(([, member]) => member !== nothing));
}

function pointerOf(path: readonly string[]): string {
  return path.map((name) => `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
