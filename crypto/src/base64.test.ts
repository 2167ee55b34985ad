import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromBase64, fromBase64Url, toBase64, toBase64Url } from "./base64.ts";

describe("RFC 4648 §10: the RFC's own examples", () => {
  test.each([
    ["", ""],
    ["f", "Zg=="],
    ["fo", "Zm8="],
    ["foo", "Zm9v"],
    ["foob", "Zm9vYg=="],
    ["fooba", "Zm9vYmE="],
    ["foobar", "Zm9vYmFy"],
  ])("“%s” is %s", (text, base64) => {
    const bytes = new TextEncoder().encode(text);
    expect(toBase64(bytes)).toBe(base64);
    expect(fromBase64(base64)).toEqual(bytes);
    expect(toBase64Url(bytes)).toBe(base64.replaceAll("=", ""));
    expect(fromBase64Url(base64.replaceAll("=", ""))).toEqual(bytes);
  });
});

describe("RFC 4648 §3.5: a text that is not the one spelling of its bytes is refused", () => {
  test.each([
    "A",
    "AAAAA",
    "AB",
    "AAB",
    "AA==",
    "AA=",
    "=",
    "A A",
    "AA\n",
    " AA",
    "AA+A",
    "AA/A",
    "AÄA",
    "A\0AA",
    "AA.A",
    "\ud800AAA",
  ])("base64url %j", (text) => {
    expect(() => fromBase64Url(text)).toThrow("canonical");
  });

  test.each([
    "A",
    "AA",
    "AAA",
    "AA=",
    "A===",
    "====",
    "AAAA====",
    "AB==",
    "AAB=",
    "AA=A",
    "A=AA",
    "AA==AA==",
    "AA-_",
    "AA==\n",
    "AAA==",
  ])("base64 %j", (text) => {
    expect(() => fromBase64(text)).toThrow("canonical");
  });
});

describe("properties", () => {
  test("any bytes come back, and the platform spells them alike", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString("base64"));
        expect(toBase64Url(bytes)).toBe(Buffer.from(bytes).toString("base64url"));
        expect(fromBase64(toBase64(bytes))).toEqual(bytes);
        expect(fromBase64Url(toBase64Url(bytes))).toEqual(bytes);
      }),
    );
  });

  test("no two texts have the same bytes", () => {
    const letters = fc.constantFrom(..."ABCDwxyz0189+/-_=");
    fc.assert(
      fc.property(fc.string({ unit: letters, maxLength: 12 }), (text) => {
        for (const [decode, encode] of [
          [fromBase64, toBase64],
          [fromBase64Url, toBase64Url],
        ] as const) {
          const bytes = attempt(() => decode(text));
          if (bytes !== undefined) expect(encode(bytes)).toBe(text);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
