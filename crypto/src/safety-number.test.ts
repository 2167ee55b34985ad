import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toBase64Url } from "./base64.ts";
import { compareVerifyText, safetyNumber, verifyText } from "./safety-number.ts";
import { findPerson, type SafetyVectors, safetyNumberCases } from "./vector-cases/safety-number.ts";

const vectors: SafetyVectors = JSON.parse(
  readFileSync(new URL("../../vectors/safety-number.json", import.meta.url), "utf8"),
);

const alice = findPerson(vectors, "alice");
const bob = findPerson(vectors, "bob");

describe("vectors/safety-number.json", () => {
  test.each(safetyNumberCases(vectors))("$name", async ({ find, expected }) => {
    expect(await find()).toEqual(expected);
  });
});

describe("a safety number", () => {
  test("is sixty digits in twelve groups of five", () => {
    expect(safetyNumber(alice, bob)).toMatch(/^[0-9]{5}(?: [0-9]{5}){11}$/);
  });

  test("is the same on both sides, and another one with another key or address", () => {
    const people = fc.record({
      address: fc.constantFrom("alice@alpha.example", "bob@beta.example", "carol@gamma.example"),
      identityKey: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    });
    fc.assert(
      fc.property(people, people, people, (one, other, third) => {
        const number = safetyNumber(one, other);
        expect(safetyNumber(other, one)).toBe(number);
        const sameAsOther =
          third.address === other.address &&
          toBase64Url(third.identityKey) === toBase64Url(other.identityKey);
        expect(safetyNumber(one, third) === number).toBe(sameAsOther);
      }),
      { numRuns: 10 },
    );
  });

  test.each([
    ["an address in capitals", { address: "Alice@alpha.example" }, "lower case"],
    ["no address", { address: "" }, "lower case"],
    ["two lines of address", { address: "alice@alpha.example\n" }, "lower case"],
    ["a key of 31 bytes", { identityKey: new Uint8Array(31) }, "32 bytes"],
    ["a key of 33 bytes", { identityKey: new Uint8Array(33) }, "32 bytes"],
  ])("is not made for %s", (_, change, message) => {
    expect(() => safetyNumber({ ...alice, ...change }, bob)).toThrow(message);
    expect(() => safetyNumber(bob, { ...alice, ...change })).toThrow(message);
  });
});

describe("a code to be scanned", () => {
  test("shows on each device what the other one accepts", () => {
    expect(compareVerifyText(verifyText(alice, bob), bob, alice)).toBe("same");
    expect(compareVerifyText(verifyText(bob, alice), alice, bob)).toBe("same");
  });

  test("of a device whose server gave it another key is different, from both sides", () => {
    const substituted = { ...bob, identityKey: findPerson(vectors, "carol").identityKey };
    expect(compareVerifyText(verifyText(alice, substituted), bob, alice)).toBe("different");
    expect(compareVerifyText(verifyText(bob, alice), alice, substituted)).toBe("different");
  });

  test("with any character changed is never the same", () => {
    const text = verifyText(bob, alice);
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (at, letter) => {
        fc.pre(text.charAt(at) !== letter);
        const changed = text.slice(0, at) + letter + text.slice(at + 1);
        expect(compareVerifyText(changed, alice, bob)).not.toBe("same");
      }),
      { numRuns: 20 },
    );
  });

  test("that is very long is read in no time", () => {
    const text = `posthorn:verify/1?by=${"%40".repeat(300_000)}`;
    expect(compareVerifyText(text, alice, bob)).toBe("unreadable");
  });
});
