import fc from "fast-check";
import { expect, test } from "vitest";
import { hidesHost, linksIn, safeUrl, withoutTurns } from "./text-links.ts";

function urlOf(text: string): URL {
  return safeUrl(text) ?? new URL("about:blank");
}

test("addresses of the web are found, without the end of their sentence", () => {
  const pieces = linksIn("See https://a.test/x?y=(1), www.b.test. (And https://c.test/)");
  expect(pieces.filter(({ kind }) => kind === "link")).toEqual([
    { kind: "link", text: "https://a.test/x?y=(1)", url: "https://a.test/x?y=(1)" },
    { kind: "link", text: "www.b.test", url: "https://www.b.test/" },
    { kind: "link", text: "https://c.test/", url: "https://c.test/" },
  ]);
});

test("addresses of people are no addresses of the web", () => {
  expect(linksIn("Ask bo@b.test.")).toEqual([
    { kind: "text", text: "Ask " },
    { kind: "address", text: "bo@b.test" },
    { kind: "text", text: "." },
  ]);
});

test("nothing that runs is a link", () => {
  for (const text of ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "vbscript:x"]) {
    expect(safeUrl(text)).toBeUndefined();
    expect(linksIn(text).some(({ kind }) => kind === "link")).toBe(false);
  }
});

test.each([
  ["https://a.test/x", "https://a.test/x", false],
  ["a.test", "https://www.a.test/", false],
  ["our page", "https://a.test/", true],
  ["https://bank.test/", "https://evil.test/", true],
  ["https://bank.test@evil.test/", "https://bank.test@evil.test/", true],
  ["https://аpple.test/", "https://аpple.test/", true],
])("the words %s over %s hide where it leads: %s", (words, url, hides) => {
  expect(hidesHost(words, urlOf(url))).toBe(hides);
});

test("whatever a text is, its pieces are the text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      expect(
        linksIn(`${text} https://a.test/${text}`)
          .map((piece) => piece.text)
          .join(""),
      ).toBe(`${text} https://a.test/${text}`);
    }),
  );
});

test("what turns the direction of reading is taken out", () => {
  expect(withoutTurns("moc\u202eelpmaxe")).toBe("mocelpmaxe");
});
