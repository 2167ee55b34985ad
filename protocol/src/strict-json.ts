import { limits } from "./limits.ts";
import { fail } from "./problem.ts";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;

/**
 * Reads JSON so that no second reader can see another meaning in the same bytes (§20.3, threats A4): UTF-8 without
 * fault and without BOM, at most 32 arrays and objects deep, no name twice in an object, no lone surrogate, no
 * U+0000, no number beyond a double, no `__proto__`. Throws ProblemError `badJson`, or `tooLarge` beyond `maxBytes`.
 */
export function readJson(bytes: Uint8Array, options: { maxBytes?: number } = {}): unknown {
  const { maxBytes } = options;
  if (maxBytes !== undefined && bytes.length > maxBytes) {
    fail("tooLarge", `The body has ${bytes.length} bytes; at most ${maxBytes} are taken.`);
  }
  const text = decode(bytes);
  const membersWritten = countMembers(text);
  const value = parse(text);
  const membersRead = walk(value, text.includes("\\u"));
  if (membersRead !== membersWritten)
    fail("badJson", "An object has the same name twice. Remove one of the two.");
  return value;
}

function decode(bytes: Uint8Array): string {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    fail("badJson", "The body begins with a byte order mark. Send it without.");
  }
  try {
    return decoder.decode(bytes);
  } catch {
    return fail("badJson", "The body is not UTF-8.");
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return fail("badJson", "The body is not JSON.");
  }
}

/**
 * Counts the colons outside of strings, of which valid JSON has one per member of an object. It runs before parsing,
 * so that nesting beyond the limit costs no memory; on text that is no JSON its count means nothing and is not used.
 */
function countMembers(text: string): number {
  let members = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === quote) {
      at = endOfString(text, at);
    } else if (unit === colon) {
      members++;
    } else if (unit === 0x7b || unit === 0x5b) {
      if (++depth > limits.jsonDepth) {
        fail("badJson", `The body is nested deeper than ${limits.jsonDepth} levels.`);
      }
    } else if (unit === 0x7d || unit === 0x5d) {
      depth--;
    }
  }
  return members;
}

/** Where the string that opens at `start` closes; the end of the text when it never does. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end > 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end < 0 ? text.length : end;
}

function isEscaped(text: string, at: number): boolean {
  let before = at - 1;
  while (text.charCodeAt(before) === backslash) before--;
  return (at - before) % 2 === 0;
}

/**
 * Counts the members of all objects in `value`. Its depth is bounded, since `countMembers` came first. Faulty
 * UTF-8 is already refused, so only an escape can bring a surrogate or U+0000: without one, strings need no look.
 */
function walk(value: unknown, hasEscapes: boolean): number {
  if (typeof value === "string") {
    if (hasEscapes) checkString(value);
    return 0;
  }
  if (typeof value === "number") {
    if (!Number.isFinite(value)) fail("badJson", "A number is larger than a double can hold.");
    return 0;
  }
  if (typeof value !== "object" || value === null) return 0;
  let members = 0;
  if (Array.isArray(value)) {
    for (const item of value) members += walk(item, hasEscapes);
    return members;
  }
  for (const [name, member] of Object.entries(value)) {
    if (name === "__proto__") fail("badJson", "An object has a member named __proto__, which is not taken.");
    if (hasEscapes) checkString(name);
    members += 1 + walk(member, hasEscapes);
  }
  return members;
}

function checkString(text: string): void {
  if (!text.isWellFormed()) fail("badJson", "A string holds half of a surrogate pair.");
  if (text.includes("\0")) fail("badJson", "A string holds the character U+0000, which is not taken.");
}
