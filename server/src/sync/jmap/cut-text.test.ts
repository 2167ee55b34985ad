import fc from "fast-check";
import { expect, it } from "vitest";
import { cutText } from "./cut-text.ts";

it("has no more octets than asked, whole characters, and says when something is missing", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.nat(60), (text, maxBytes) => {
      const cut = cutText(text, maxBytes, false);
      expect(Buffer.byteLength(cut.value)).toBeLessThanOrEqual(maxBytes);
      expect(text.startsWith(cut.value)).toBe(true);
      expect(cut.value.isWellFormed()).toBe(true);
      expect(cut.isTruncated).toBe(cut.value !== text);
      const next = String.fromCodePoint(text.codePointAt(cut.value.length) ?? 0);
      if (cut.isTruncated) expect(Buffer.byteLength(cut.value + next)).toBeGreaterThan(maxBytes);
    }),
  );
});

it("is not cut when there is no bound, or a high one", () => {
  expect(cutText("abc", undefined, false)).toEqual({ value: "abc", isTruncated: false });
  expect(cutText("abc", Number.MAX_SAFE_INTEGER, true)).toEqual({ value: "abc", isTruncated: false });
});

it("ends before a tag that it would cut", () => {
  const html = '<p>Hello <a href="https://example.com">there</a>';
  expect(cutText(html, 20, true).value).toBe("<p>Hello ");
  expect(cutText(html, 20, false).value).toBe('<p>Hello <a href="ht');
  expect(cutText(html, 8, true).value).toBe("<p>Hello");
  expect(cutText(html, 42, true).value).toBe('<p>Hello <a href="https://example.com">the');
});
