/** ICU messages as the build has compiled them (build/compile-words.ts), put together for somebody's language. */

export type Arguments = Readonly<Record<string, string | number | Date>>;

type Parts = readonly unknown[];

/** A catalogue: by id a text, or the parts of one. */
export type Catalogue = Readonly<Record<string, unknown>>;

/** What a language needs; formats are dear to make. */
export interface Language {
  readonly tag: string;
  readonly catalogue: Catalogue;
  readonly number: Intl.NumberFormat;
  readonly date: Intl.DateTimeFormat;
  readonly cardinal: Intl.PluralRules;
  readonly ordinal: Intl.PluralRules;
}

export function makeLanguage(tag: string, catalogue: Catalogue): Language {
  return {
    tag,
    catalogue,
    number: new Intl.NumberFormat(tag),
    date: new Intl.DateTimeFormat(tag, { dateStyle: "medium" }),
    cardinal: new Intl.PluralRules(tag),
    ordinal: new Intl.PluralRules(tag, { type: "ordinal" }),
  };
}

/** The text of a message. An argument that is missing stays empty, for half a sentence is better than no page. */
export function putTogether(language: Language, id: string, given: Arguments): string {
  const message = language.catalogue[id];
  if (typeof message === "string") return message;
  return isList(message) ? join(language, message, given, undefined) : id;
}

function join(language: Language, parts: Parts, given: Arguments, count: number | undefined): string {
  return parts.map((part) => (isList(part) ? one(language, part, given, count) : String(part))).join("");
}

function one(language: Language, part: Parts, given: Arguments, count: number | undefined): string {
  const [name, kind, choices, offset] = part;
  if (name === "#") return count === undefined ? "" : language.number.format(count);
  const value = given[String(name)];
  switch (kind) {
    case "plural":
    case "selectordinal": {
      const number = Number(value ?? 0);
      const less = number - Number(offset ?? 0);
      const word = (kind === "plural" ? language.cardinal : language.ordinal).select(less);
      return join(language, chosen(choices, [`=${number}`, word, "other"]), given, less);
    }
    case "select":
      return join(language, chosen(choices, [String(value), "other"]), given, count);
    default:
      return plain(language, value);
  }
}

function plain(language: Language, value: Arguments[string] | undefined): string {
  if (typeof value === "number") return language.number.format(value);
  if (value instanceof Date) return language.date.format(value);
  return value ?? "";
}

function chosen(choices: unknown, keys: readonly string[]): Parts {
  if (typeof choices !== "object" || choices === null) return [];
  const found: unknown = keys.map((key) => Reflect.get(choices, key)).find((choice) => choice !== undefined);
  return isList(found) ? found : [];
}

function isList(value: unknown): value is Parts {
  return Array.isArray(value);
}
