import { readFileSync } from "node:fs";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makeRecoveryPhrase, readRecoveryPhrase, recoveryKey } from "./recovery-phrase.ts";
import { type RecoveryVectors, recoveryPhraseCases } from "./vector-cases/recovery-phrase.ts";

const vectors: RecoveryVectors = JSON.parse(
  readFileSync(new URL("../../vectors/recovery-phrase.json", import.meta.url), "utf8"),
);
const fromHex = (hex: string) => Uint8Array.from(Buffer.from(hex, "hex"));
const entropies = fc.uint8Array({ minLength: 16, maxLength: 16 });

describe("BIP-39: the published vectors of 128 bits", () => {
  test.each([
    [
      "00000000000000000000000000000000",
      "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about",
    ],
    [
      "7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f",
      "legal winner thank year wave sausage worth useful legal winner thank yellow",
    ],
    [
      "80808080808080808080808080808080",
      "letter advice cage absurd amount doctor acoustic avoid letter advice cage above",
    ],
    ["ffffffffffffffffffffffffffffffff", "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong"],
    [
      "9e885d952ad362caeb4efe34a8e91bd2",
      "ozone drill grab fiber curtain grace pudding thank cruise elder eight picnic",
    ],
    [
      "c0ba5a8e914111210f2bd131f3d5e08d",
      "scheme spot photo card baby mountain device kick cradle pact join borrow",
    ],
    [
      "23db8160a31d3e0dca3688ed941adbf3",
      "cat swing flag economy stadium alone churn speed unique patch report train",
    ],
    [
      "f30f8c1da665478f49b001d94c5fc452",
      "vessel ladder alter error federal sibling chat ability sun glass valve picture",
    ],
  ])("%s", (entropy, phrase) => {
    expect(makeRecoveryPhrase(fromHex(entropy))).toBe(phrase);
    expect(readRecoveryPhrase(phrase)).toEqual({ kind: "phrase", entropy: fromHex(entropy) });
  });
});

describe("vectors/recovery-phrase.json", () => {
  test.each(recoveryPhraseCases(vectors))("$name", async ({ find, expected }) => {
    expect(await find()).toEqual(expected);
  });
});

describe("a recovery phrase", () => {
  test("gives back its bytes, however it is written", () => {
    const separators = fc.constantFrom(" ", "  ", "\n", ", ", "\t", " - ", "\u00a0");
    fc.assert(
      fc.property(entropies, separators, fc.boolean(), fc.boolean(), (entropy, between, loud, numbered) => {
        const words = makeRecoveryPhrase(entropy).split(" ");
        const lines = words.map((word, at) => (numbered ? `${at + 1}. ${word}` : word));
        const text = loud ? lines.join(between).toUpperCase() : lines.join(between);
        expect(readRecoveryPhrase(text)).toEqual({ kind: "phrase", entropy });
      }),
    );
  });

  test("with one slip of the pen says which word it is, and offers the right one or says it is none of the list", () => {
    const slips = fc.constantFrom("swap", "drop", "double", "replace");
    fc.assert(
      fc.property(
        entropies,
        fc.nat(11),
        fc.nat(6),
        slips,
        fc.constantFrom(..."aeioustnq"),
        (entropy, place, at, slip, letter) => {
          const words = makeRecoveryPhrase(entropy).split(" ");
          const right = words[place] ?? "";
          const wrong = slipped(right, at % right.length, slip, letter);
          fc.pre(!wordlist.includes(wrong) && wrong !== "");
          const reading = readRecoveryPhrase(words.with(place, wrong).join(" "));
          expect(reading).toMatchObject({
            kind: "unknownWords",
            unknownWords: [{ place: place + 1, word: wrong }],
          });
          if (reading.kind !== "unknownWords") return;
          const [{ suggestions } = { suggestions: [] }] = reading.unknownWords;
          expect(suggestions.length).toBeLessThanOrEqual(3);
          expect(suggestions.every((word) => wordlist.includes(word))).toBe(true);
          if (suggestions.length < 3) expect(suggestions).toContain(right);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test("of any text at all is read without an error, and quickly", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
        expect(["phrase", "wrongCount", "unknownWords", "wrongChecksum"]).toContain(
          readRecoveryPhrase(text).kind,
        );
      }),
      { numRuns: 100 },
    );
    for (const unit of ["a", "1", "a ", "- ", "\u0301", "\ud800", "\ufdfa"]) {
      expect(readRecoveryPhrase(unit.repeat(500_000)).kind).toBe("wrongCount");
    }
    // Of a text pasted by mistake only the beginning is looked at.
    expect(readRecoveryPhrase("zoo ".repeat(500_000))).toMatchObject({ kind: "wrongCount", count: 500 });
  });

  test.each([0, 15, 17, 32])("is not made from %i bytes, nor is a key", async (length) => {
    expect(() => makeRecoveryPhrase(new Uint8Array(length))).toThrow("16 bytes");
    await expect(recoveryKey(new Uint8Array(length), "alice@alpha.example")).rejects.toThrow("16 bytes");
  });

  test("gives no key for an address that is not in its one spelling", async () => {
    await expect(recoveryKey(new Uint8Array(16), "Alice@alpha.example")).rejects.toThrow("lower case");
  });
});

function slipped(word: string, at: number, slip: string, letter: string): string {
  const [before, here, next, after] = [
    word.slice(0, at),
    word.charAt(at),
    word.charAt(at + 1),
    word.slice(at + 2),
  ];
  switch (slip) {
    case "swap":
      return before + next + here + after;
    case "drop":
      return before + next + after;
    case "double":
      return before + here + here + next + after;
    default:
      return before + letter + next + after;
  }
}
