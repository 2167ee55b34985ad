import { type TArray, type TObject, type TRecord, type TSchema, type TUnion, Type } from "typebox";

/** What is wrong with a value: where, as a JSON pointer (RFC 6901), and a sentence for people. */
export interface Fault {
  readonly pointer: string;
  readonly sentence: string;
}

/**
 * The first fault of `value` by `schema`; undefined when there is none. It looks at a size before it looks at what is
 * inside and stops at the first fault, so that refusing a hostile body costs no more than reading it (threats D1).
 * It knows the keywords that schemas of the wire may use (`schemas.test.ts`) and takes no notice of others.
 */
export function findFault(schema: TSchema, value: unknown, pointer = ""): Fault | undefined {
  if (Type.IsUnion(schema)) return faultOfUnion(schema, value, pointer);
  if (!hasType(schema, value)) {
    return { pointer, sentence: `${nameOf(pointer)} must be ${expected(schema)}.` };
  }
  if (typeof value === "string") return faultOfText(schema, value, pointer);
  if (typeof value === "number") return faultOfNumber(schema, value, pointer);
  if (Array.isArray(value)) return Type.IsArray(schema) ? faultOfList(schema, value, pointer) : undefined;
  if (typeof value !== "object" || value === null) return undefined;
  if (Type.IsObject(schema)) return faultOfObject(schema, value, pointer);
  return Type.IsRecord(schema) ? faultOfTable(schema, value, pointer) : undefined;
}

/** A branch whose type fits tells more than that no branch fits. */
function faultOfUnion(schema: TUnion, value: unknown, pointer: string): Fault | undefined {
  let closest: Fault | undefined;
  for (const branch of schema.anyOf) {
    const fault = findFault(branch, value, pointer);
    if (fault === undefined) return undefined;
    if (hasType(branch, value)) closest ??= fault;
  }
  const wanted = [...new Set(schema.anyOf.map(expected))].join(" or ");
  return closest ?? { pointer, sentence: `${nameOf(pointer)} must be ${wanted}.` };
}

function faultOfText(schema: TSchema, text: string, pointer: string): Fault | undefined {
  const minLength = numberAt(schema, "minLength") ?? 0;
  const maxLength = numberAt(schema, "maxLength") ?? Number.POSITIVE_INFINITY;
  if (minLength === maxLength && (isLongerThan(text, maxLength) || isShorterThan(text, minLength)))
    return { pointer, sentence: `${nameOf(pointer)} must be ${describe(schema)}.` };
  if (isLongerThan(text, maxLength))
    return { pointer, sentence: `${nameOf(pointer)} is longer than ${maxLength} characters.` };
  const isShort = isShorterThan(text, minLength);
  if (isShort && text === "") return { pointer, sentence: `${nameOf(pointer)} is empty.` };
  const pattern = Reflect.get(schema, "pattern");
  if (typeof pattern === "string" && !expressionOf(pattern).test(text))
    return { pointer, sentence: `${nameOf(pointer)} must be ${describe(schema)}.` };
  if (!isShort) return undefined;
  return { pointer, sentence: `${nameOf(pointer)} is shorter than ${minLength} characters.` };
}

function faultOfNumber(schema: TSchema, value: number, pointer: string): Fault | undefined {
  const minimum = numberAt(schema, "minimum") ?? Number.NEGATIVE_INFINITY;
  const maximum = numberAt(schema, "maximum") ?? Number.POSITIVE_INFINITY;
  if (value < minimum) return { pointer, sentence: `${nameOf(pointer)} is less than ${minimum}.` };
  if (value > maximum) return { pointer, sentence: `${nameOf(pointer)} is more than ${maximum}.` };
  return undefined;
}

function faultOfList(schema: TArray, list: readonly unknown[], pointer: string): Fault | undefined {
  const minItems = numberAt(schema, "minItems") ?? 0;
  const maxItems = numberAt(schema, "maxItems") ?? Number.POSITIVE_INFINITY;
  if (list.length > maxItems) {
    return { pointer, sentence: `${nameOf(pointer)} has more than ${maxItems} entries.` };
  }
  if (list.length < minItems) {
    const sentence = list.length === 0 ? "is empty." : `has fewer than ${minItems} entries.`;
    return { pointer, sentence: `${nameOf(pointer)} ${sentence}` };
  }
  return firstOf(list.keys(), (index) => findFault(schema.items, list[index], `${pointer}/${index}`));
}

function faultOfObject(schema: TObject, value: object, pointer: string): Fault | undefined {
  const missing = schema.required?.find((name) => !Object.hasOwn(value, name));
  if (missing !== undefined) {
    const at = memberOf(pointer, missing);
    return { pointer: at, sentence: `${nameOf(at)} is missing.` };
  }
  if (Reflect.get(schema, "additionalProperties") === false) {
    const unknown = Object.keys(value).find((name) => !Object.hasOwn(schema.properties, name));
    if (unknown !== undefined) return unknownMember(memberOf(pointer, unknown));
  }
  return firstOf(Object.entries(schema.properties), ([name, member]) => {
    const given: unknown = Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
    return given === undefined && Type.IsOptional(member)
      ? undefined
      : findFault(member, given, memberOf(pointer, name));
  });
}

function faultOfTable(schema: TRecord, value: object, pointer: string): Fault | undefined {
  const maxProperties = numberAt(schema, "maxProperties") ?? Number.POSITIVE_INFINITY;
  const names = Object.keys(value);
  if (names.length > maxProperties) {
    return { pointer, sentence: `${nameOf(pointer)} has more than ${maxProperties} members.` };
  }
  const patterns = Object.entries(schema.patternProperties);
  return firstOf(names, (name) => {
    const at = memberOf(pointer, name);
    const fitting = patterns.find(([pattern]) => expressionOf(pattern).test(name));
    return fitting === undefined ? unknownMember(at) : findFault(fitting[1], Reflect.get(value, name), at);
  });
}

function unknownMember(pointer: string): Fault {
  return { pointer, sentence: `${nameOf(pointer)} is not known here. Remove it.` };
}

function firstOf<Item>(items: Iterable<Item>, find: (item: Item) => Fault | undefined): Fault | undefined {
  for (const item of items) {
    const fault = find(item);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function hasType(schema: TSchema, value: unknown): boolean {
  if (Type.IsLiteral(schema)) return value === schema.const;
  if (Type.IsEnum(schema)) return schema.enum.some((choice) => choice === value);
  if (Type.IsString(schema)) return typeof value === "string";
  if (Type.IsInteger(schema)) return Number.isInteger(value);
  if (Type.IsNumber(schema)) return Number.isFinite(value);
  if (Type.IsBoolean(schema)) return typeof value === "boolean";
  if (Type.IsNull(schema)) return value === null;
  if (Type.IsArray(schema)) return Array.isArray(value);
  if (Type.IsObject(schema) || Type.IsRecord(schema)) {
    return typeof value === "object" && value !== null && !Array.isArray(value);
  }
  return true;
}

function expected(schema: TSchema): string {
  if (Type.IsLiteral(schema)) return JSON.stringify(schema.const);
  if (Type.IsEnum(schema)) return `one of ${schema.enum.join(", ")}`;
  if (Type.IsString(schema)) return "a text";
  if (Type.IsInteger(schema)) return "a whole number";
  if (Type.IsNumber(schema)) return "a number";
  if (Type.IsBoolean(schema)) return "true or false";
  if (Type.IsNull(schema)) return Object.hasOwn(schema, "description") ? describe(schema) : "null";
  return Type.IsArray(schema) ? "a list" : "an object";
}

function describe(schema: TSchema): string {
  const description = Reflect.get(schema, "description");
  return typeof description === "string" ? description : "written in another way";
}

function numberAt(schema: TSchema, keyword: string): number | undefined {
  const value = Reflect.get(schema, keyword);
  return typeof value === "number" ? value : undefined;
}

/** Lengths count code points, of which a text has at most as many as UTF-16 units and at least half as many. */
function isLongerThan(text: string, length: number): boolean {
  return text.length > length && (text.length > 2 * length || Array.from(text).length > length);
}

function isShorterThan(text: string, length: number): boolean {
  return text.length < length || (text.length < 2 * length && Array.from(text).length < length);
}

const expressions = new Map<string, RegExp>();

/** Schemas are few and fixed, so each pattern is made once and kept. */
function expressionOf(pattern: string): RegExp {
  const known = expressions.get(pattern);
  if (known !== undefined) return known;
  const made = new RegExp(pattern, "u");
  expressions.set(pattern, made);
  return made;
}

function memberOf(pointer: string, name: string): string {
  return `${pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** The field as a person would write it, at most a few lines long. */
function nameOf(pointer: string): string {
  if (pointer === "") return "The whole";
  const path = pointer.slice(1, 200).replaceAll("/", ".");
  return `“${path.replaceAll("~1", "/").replaceAll("~0", "~")}”`;
}
