import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { forEachTerm, termsToFind } from "./terms.ts";
import { longestWord, scanWords } from "./words.ts";

function termsOf(text: string): string[] {
  const terms: string[] = [];
  forEachTerm(text, (term) => terms.push(term));
  return terms;
}

/** Whether a text with all words of the query written to their ends is found. */
function finds(text: string, query: string, isOpen = false): boolean {
  const terms = termsOf(text);
  const wanted = termsToFind(query, isOpen);
  return (
    wanted.length > 0 &&
    wanted.every(({ term, isPrefix }) =>
      terms.some((found) => (isPrefix ? found.startsWith(term) : found === term)),
    )
  );
}

/** Of any code points, halves of characters among them. */
const anyText = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0x24ff }), fc.integer({ min: 0, max: 0x10ffff })), {
    maxLength: 60,
  })
  .map((points) => String.fromCodePoint(...points));

describe("a word is found however it is typed", () => {
  test.each([
    ["German", "Grüße aus Köln", "grusse"],
    ["German, written out", "GROSSE STRASSE", "straße"],
    ["German umlauts", "Die Übung", "ubung"],
    ["French", "Déjà vu à l’école", "ecole"],
    ["French ligature", "Le cœur", "coeur"],
    ["Spanish", "Mañana José", "jose"],
    ["Portuguese", "informação", "informacao"],
    ["Polish", "Łódź", "lodz"],
    ["Czech", "Příliš žluťoučký kůň", "zlutoucky"],
    ["Danish", "Øresund", "oresund"],
    ["Icelandic", "Þingvellir", "thingvellir"],
    ["Croatian", "Đorđe", "dorde"],
    ["Turkish dotless", "ılık", "ilik"],
    ["Turkish dotted capital", "İstanbul", "istanbul"],
    ["Vietnamese", "Nguyễn Đặng", "nguyen"],
    ["Greek", "Οδός Αθηνών", "οδος"],
    ["Greek capitals", "ΟΔΟΣ", "οδός"],
    ["Russian", "Ёлка зелёная", "елка"],
    ["Ukrainian", "Її дім", "іі"],
    ["Hebrew with points", "שָׁלוֹם", "שלום"],
    ["Arabic with marks", "مَرْحَبًا", "مرحبا"],
    ["Arabic, another alif", "أحمد", "احمد"],
    ["Persian", "کتاب فارسی", "كتاب"],
    ["Hindi", "हिन्दी भाषा", "भाषा"],
    ["Tamil", "தமிழ் மொழி", "தமிழ்"],
    ["Georgian", "თბილისი", "თბილისი"],
    ["Armenian", "Երևան", "երեւան"],
    ["Amharic", "ሰላም ልዑል", "ሰላም"],
    ["Chinese", "下午三点开会议讨论预算", "会议"],
    ["Chinese, one character", "下午开会", "会"],
    ["Chinese, last character", "下午开会", "午开会"],
    ["Japanese", "東京都に行くことにした", "東京都"],
    ["Japanese Kana", "これはペンです", "ペン"],
    ["Japanese half width", "ｶﾞﾗｽの窓", "ガラス"],
    ["Japanese taken apart", "ガラス", "ガラス"],
    ["Korean with a particle", "학교에서 만나요", "학교"],
    ["Korean taken apart", "한국어".normalize("NFD"), "한국"],
    ["Thai", "ประชุมวันพรุ่งนี้ที่กรุงเทพ", "กรุงเทพ"],
    ["Lao", "ສະບາຍດີປີໃຫມ່", "ປີໃຫມ່"],
    ["Khmer", "សួស្តីឆ្នាំថ្មី", "ឆ្នាំ"],
    ["Burmese", "မင်္ဂလာပါ", "ဂလာ"],
    ["full-width letters", "Ｐｏｓｔｈｏｒｎ １２３", "posthorn"],
    ["digits of other scripts", "الساعة ٣٠", "30"],
    ["ligatures", "eﬃcient", "efficient"],
    ["letters outside the first plane", "𐐘𐐯𐑌", "𐑀𐐯𐑌"],
    ["a soft hyphen", "Donau\u00addampf", "donaudampf"],
    ["emoji", "Party 🎉!", "🎉"],
    ["emoji with a tone", "ok 👍🏽", "👍"],
    ["emoji of several", "👨‍👩‍👧", "👩"],
    ["a flag", "🇩🇪🇫🇷", "🇫🇷"],
    ["an address", "Write to Bob.Smith@Mail.b.test now", "bob.smith@mail.b.test"],
    ["an address with a tag", "alice+news@a.test", "alice@a.test"],
    ["the tag of an address", "alice+news@a.test", "alice+news@a.test"],
    ["part of an address", "alice.jones@a.test", "jones"],
    ["the host of an address", "alice@mail.example.test", "example"],
    ["a host", "see www.example.test/path", "example.test"],
    ["an address at the end of a sentence", "Ask bob@b.test.", "bob@b.test"],
    ["an address in brackets", "<bob@b.test>", "bob@b.test"],
    ["a name of a file", "Annual_Report-2024.final.pdf", "report"],
    ["an ending of a file", "Annual_Report-2024.final.pdf", ".pdf"],
    ["a number", "EUR 1.234,50", "1.234,50"],
    ["a contraction", "don't", "don’t"],
  ])("%s: “%s” by “%s”", (_, text, query) => {
    expect(finds(text, query)).toBe(true);
  });

  test.each([
    ["another word", "the plan", "plane"],
    ["the beginning of a word that is ended", "planning", "plan"],
    ["a word of two names that belong together in a file", "camelCase", "camel"],
    ["another address", "bob@b.test", "bob@c.test"],
    ["characters that do not follow each other", "東と京", "東京"],
    ["й is no и", "мой", "мои"],
    ["Kana that sound otherwise", "ガラス", "カラス"],
  ])("not %s: “%s” by “%s”", (_, text, query) => {
    expect(finds(text, query)).toBe(false);
  });

  test.each([
    ["a word", "Planung", "pla"],
    ["a word with marks", "Überall", "ube"],
    ["an address up to the middle of its host", "alice@example.test", "alice@exa"],
    ["the last of several parts", "annual-report.pdf", "annual-rep"],
    ["one character", "会議", "会"],
  ])("while it is typed: %s, “%s” by “%s”", (_, text, query) => {
    expect(finds(text, query, true)).toBe(true);
  });
});

test("words of a plain text are its runs of letters and digits", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."abcXYZ019 .,-_/'\n") }), (text) => {
      expect(termsOf(text)).toEqual(
        text
          .toLowerCase()
          .match(/[a-z0-9]+/g)
          ?.map((word) => word.slice(0, 40)) ?? [],
      );
    }),
  );
});

test("whatever a text consists of, every word stands where it is said to, and is found by itself", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const note = (term: string, start: number, end: number) => {
        expect(term).not.toBe("");
        expect(term.length).toBeLessThanOrEqual(longestWord);
        expect(term.isWellFormed()).toBe(true);
        expect(end).toBeGreaterThan(start);
        expect(end).toBeLessThanOrEqual(text.length);
      };
      scanWords(text, {
        word: note,
        address: note,
        run: (units) => expect(units.every((unit) => unit !== "")).toBe(true),
      });
      if (termsToFind(text, false).length > 0) expect(finds(text, text)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

test("a text in any form of Unicode has the same terms", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("é", "ü", "ガ", "한", "ộ", "क़", "ё", "й", "a", " ", "ثً"), { maxLength: 30 }),
      (parts) => {
        const text = parts.join("");
        expect(termsOf(text.normalize("NFD"))).toEqual(termsOf(text.normalize("NFC")));
      },
    ),
  );
});

test("very long words and addresses are cut, and found by what is left of them", () => {
  const long = "a1".repeat(500);
  expect(termsOf(long)).toEqual([long.slice(0, longestWord)]);
  expect(finds(`x ${long} y`, long)).toBe(true);
  expect(
    finds(`${"b".repeat(60)}@${"c".repeat(100)}.test`, `${"b".repeat(60)}@${"c".repeat(100)}.test`),
  ).toBe(true);
});
