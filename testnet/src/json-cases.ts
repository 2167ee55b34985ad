/**
 * Bytes that are JSON, that are not, and that two programs could read differently (§20.3, threats A4). The published
 * suite runs elsewhere (`npm run vectors`); these are the same ideas, as bodies of a server that runs.
 */

export interface JsonCase {
  name: string;
  /** The whole body, given a good message as text. */
  body(good: string): Uint8Array;
  /** Absent when it is taken. */
  code?: "badJson" | "invalidMessage";
}

type Row = readonly [name: string, fragment: string | readonly number[]];

/** As the value of a field that is not known, which is not looked at but must be JSON. */
const goodValues: readonly Row[] = [
  ["white space of every kind", " \t\r {} \t\r "],
  ["an empty list", "[]"],
  ["a list of all kinds", '[null, true, false, 1, "a", [], {}]'],
  ["an empty name", '{"": 1}'],
  ["the same name in two objects", '[{"a": 1}, {"a": 1}]'],
  ["the same name one level deeper", '{"a": {"a": 1}}'],
  ["names that differ in case", '{"a": 1, "A": 1}'],
  ["names that differ in composition", '{"\u00e9": 1, "e\u0301": 1}'],
  ["the name constructor", '{"constructor": {"prototype": {"admin": true}}}'],
  ["the name prototype", '{"prototype": 1, "toString": 1, "hasOwnProperty": 1}'],
  ["a colon, braces and commas in a text", '":{},[]:"'],
  ["a quotation mark and a backslash in a text", '"\\"\\\\\\""'],
  ["every short escape", '"\\b\\f\\n\\r\\t\\/"'],
  ["an escaped pair of surrogates", '"\\ud83d\\udcef"'],
  ["a raw pair of surrogates", '"\u{1f4ef}"'],
  ["an escaped control character", '"\\u0001\\u001f"'],
  ["a raw DEL", '"\u007f"'],
  ["raw line separators", '"\u2028\u2029"'],
  ["a non-character", '"\uffff"'],
  ["a byte order mark inside", '"\ufeff"'],
  ["zero below nothing", "-0"],
  ["an exponent with plus", "1E+2"],
  ["a number of thirty digits", "123456789012345678901234567890"],
  ["a number too small for a double", "1e-400"],
  ["the largest double", "1.7976931348623157e308"],
  ["31 levels", `${"[".repeat(31)}${"]".repeat(31)}`],
];

const badValues: readonly Row[] = [
  ["nothing", ""],
  ["a comma too many in a list", "[1,]"],
  ["a comma too many in an object", '{"a": 1,}'],
  ["two commas", "[1,,2]"],
  ["a comma first", "[,1]"],
  ["no comma", "[1 2]"],
  ["no colon", '{"a" 1}'],
  ["two colons", '{"a":: 1}'],
  ["a name without quotes", "{a: 1}"],
  ["a number as name", "{1: 1}"],
  ["single quotes", "'a'"],
  ["a list that does not end", "[1"],
  ["an object that does not end", '{"a": 1'],
  ["a text that does not end", '"a'],
  ["a bracket of the other kind", "[1}"],
  ["a bracket too many", "[1]]"],
  ["a comment", "1 /* one */"],
  ["a comment to the end of the line", "1 // one"],
  ["True", "True"],
  ["nul", "nul"],
  ["undefined", "undefined"],
  ["NaN", "NaN"],
  ["Infinity", "-Infinity"],
  ["a plus sign", "+1"],
  ["a leading zero", "01"],
  ["a minus alone", "-"],
  ["a dot first", ".5"],
  ["a dot last", "1."],
  ["an exponent without digits", "1e"],
  ["hexadecimal", "0x1"],
  ["a number beyond a double (1e400)", "1e400"],
  ["a number beyond a double, written out", `1${"0".repeat(400)}`],
  ["full-width digits", "\uff11"],
  ["an unknown escape", '"\\a"'],
  ["an escape that is cut", '"\\u00"'],
  ["an escape with a letter that is none", '"\\u00g0"'],
  ["a backslash before the end", '"\\"'],
  ["a raw tab in a text", '"a\tb"'],
  ["a raw carriage return in a text", '"a\rb"'],
  ["a raw null byte in a text", '"a\0b"'],
  ["an escaped null byte", '"a\\u0000b"'],
  ["a null byte between", "[1\0]"],
  ["a form feed between", "[1\f]"],
  ["a space without a break between", "[1\u00a0]"],
  ["a byte order mark between", "[\ufeff1]"],
  ["half a surrogate, escaped, high", '"\\ud83d"'],
  ["half a surrogate, escaped, low", '"\\udcef"'],
  ["two halves in the wrong order", '"\\udcef\\ud83d"'],
  ["half a surrogate in a name", '{"\\ud83d": 1}'],
  ["the same name twice", '{"a": 1, "a": 2}'],
  ["the same name twice, once escaped", '{"a": 1, "\\u0061": 2}'],
  ["the same name twice with the same value", '{"a": 1, "a": 1}'],
  ["the same empty name twice", '{"": 1, "": 2}'],
  ["the same name twice, deep inside", '[[[{"b": {"a": 1, "c": [], "a": 2}}]]]'],
  ["__proto__", '{"__proto__": {"admin": true}}'],
  ["__proto__, escaped", '{"\\u005f_proto__": {}}'],
  ["__proto__, deep inside", '[{"a": [{"__proto__": null}]}]'],
  ["32 levels below the first", `${"[".repeat(32)}${"]".repeat(32)}`],
  ["100 levels", `${"[".repeat(100)}${"]".repeat(100)}`],
  ["100 levels of objects", `${'{"a":'.repeat(100)}1${"}".repeat(100)}`],
  ["100,000 levels that do not end", "[".repeat(100_000)],
  ["a byte that is no UTF-8", [0x22, 0xff, 0x22]],
  ["Latin-1", [0x22, 0xe9, 0x22]],
  ["UTF-8 that is cut", [0x22, 0xe2, 0x82, 0x22]],
  ["UTF-8 longer than it need be", [0x22, 0xc0, 0xaf, 0x22]],
  ["a null byte, longer than it need be", [0x22, 0xc0, 0x80, 0x22]],
  ["a surrogate in UTF-8", [0x22, 0xed, 0xa0, 0xbd, 0x22]],
  ["a character beyond the last", [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22]],
  ["five bytes for a character", [0x22, 0xf8, 0x88, 0x80, 0x80, 0x80, 0x22]],
];

const bom = [0xef, 0xbb, 0xbf];

/** Bodies that are wrong as a whole. */
const badBodies: readonly (readonly [string, (good: string) => Uint8Array, JsonCase["code"]])[] = [
  ["a byte order mark first", (good) => Buffer.concat([Buffer.from(bom), Buffer.from(good)]), "badJson"],
  ["UTF-16", (good) => Buffer.from(`\ufeff${good}`, "utf16le").filter((byte) => byte !== 0x0a), "badJson"],
  ["two messages", (good) => Buffer.from(`${good} ${good}`), "badJson"],
  ["a message and a letter", (good) => Buffer.from(`${good}a`), "badJson"],
  ["a message and a null byte", (good) => Buffer.from(`${good}\0`), "badJson"],
  ["half a message", (good) => Buffer.from(good.slice(0, good.length / 2)), "badJson"],
  ["a message in a text", (good) => Buffer.from(JSON.stringify(good)), "invalidMessage"],
  ["a message in a list", (good) => Buffer.from(`[${good}]`), "invalidMessage"],
  ["a form", () => Buffer.from("to=alice&subject=hello"), "badJson"],
  ["XML", () => Buffer.from("<message><to>alice</to></message>"), "badJson"],
  ["a message as a script", (good) => Buffer.from(`callback(${good})`), "badJson"],
  ["a guard against inclusion", (good) => Buffer.from(`)]}', ${good}`), "badJson"],
  ["null", () => Buffer.from("null"), "invalidMessage"],
  ["a number", () => Buffer.from("1"), "invalidMessage"],
  ["true", () => Buffer.from("true"), "invalidMessage"],
  ["an empty text", () => Buffer.from('""'), "invalidMessage"],
  ["an empty list", () => Buffer.from("[]"), "invalidMessage"],
  ["spaces", () => Buffer.from("   "), "badJson"],
  ["a null byte", () => Buffer.from([0]), "badJson"],
  ["bytes without sense", () => Buffer.from([0x80, 0xfe, 0x00, 0x1f, 0x8b, 0x08]), "badJson"],
];

/** In a line of a batch the bytes are the same, so none of these has a line feed. */
export const jsonCases: readonly JsonCase[] = [
  ...goodValues.map(([name, value]) => ({ name, body: withField(value) })),
  ...badValues.map(([name, value]) => ({ name, body: withField(value), code: "badJson" as const })),
  ...badBodies.map(([name, body, code = "badJson" as const]) => ({ name, body, code })),
];

/** The good message with one more field, last. */
function withField(value: string | readonly number[]): JsonCase["body"] {
  const bytes = typeof value === "string" ? Buffer.from(value) : Buffer.from(value);
  return (good) => Buffer.concat([Buffer.from(`${good.slice(0, -1)},"x":`), bytes, Buffer.from("}")]);
}
