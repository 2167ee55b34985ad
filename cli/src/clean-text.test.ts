import { expect, test } from "vitest";
import { cleanJson, cleanLine, cleanLines } from "./clean-text.ts";

const hostile: [string, string, string][] = [
  ["a terminal's escape", "\x1b]0;owned\x07", "<U+001B>]0;owned<U+0007>"],
  ["an 8-bit escape", "\x9b31m", "<U+009B>31m"],
  ["CVE-2021-42574, text turned around", "invoice\u202egpj.exe", "invoice<U+202E>gpj.exe"],
  ["an isolate that is never closed", "a\u2066b", "a<U+2066>b"],
  ["what cannot be seen", "pay\u200bpal", "pay<U+200B>pal"],
  ["a tag character", "a\u{e0041}b", "a<U+E0041>b"],
  ["a carriage return that hides what stood before", "real\rfake", "real<U+000D>fake"],
  ["half a surrogate pair", "a\ud800b", "a<U+D800>b"],
  ["a separator of lines", "a\u2028b", "a<U+2028>b"],
];

for (const [what, text, shown] of hostile) {
  test(`${what} is shown by its number and not obeyed`, () => {
    expect(cleanLine(text)).toBe(shown);
    expect(cleanLines(text)).toBe(shown);
  });
}

test("Breaks and tabs are kept in a text and become spaces on a line", () => {
  expect(cleanLines("a\r\nb\n\tc")).toBe("a\nb\n\tc");
  expect(cleanLine("a\r\nb\n\tc")).toBe("a b  c");
});

test("Letters of all scripts and joined emoji stay as they are", () => {
  const text = "Grüße, שלום, नमस्ते, می‌خواهم, 👩‍👩‍👧, ❤️";
  expect(cleanLine(text)).toBe(text);
});

test("JSON is shown with escapes and still has the same value", () => {
  const value = { text: hostile.map(([, text]) => text).join("") };
  const shown = cleanJson(JSON.stringify(value));
  expect(JSON.parse(shown)).toEqual(value);
  expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
});
