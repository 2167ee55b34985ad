/** Letters as people's mailboxes have them, made of a seed: the same everywhere, in Node and in browsers. */
import type { SearchDoc } from "@posthorn/client";

const syllables =
  "ba be bi bo da de di do fa fe fi ga ge go ha he ho ka ke ki ko la le li lo ma me mi mo na ne ni no pa pe po ra re ri ro sa se si so ta te ti to va ve vi wa we zu".split(
    " ",
  );
const endings = ["", "n", "s", "ng", "tion", "er", "ly", "ed"];
const wordCount = 60_000;
const people = 400;
const yearsMs = 10 * 365 * 24 * 60 * 60 * 1000;
const lastAt = Date.UTC(2026, 10, 24);
/** Of a letter's text. */
const letterChars = 1_000;

export interface Letters {
  count: number;
  textBytes: number;
  /** The one that came as the nth, from 1 on. */
  at(place: number): SearchDoc;
  /** Without its texts. */
  rowAt(place: number): Omit<SearchDoc, "texts">;
  /** The nth most frequent word, from 0 on. */
  word(rank: number): string;
  /** The address of one of those who write. */
  address(person: number): string;
}

export function makeLetters(count: number): Letters {
  const words = Array.from({ length: wordCount }, (_, rank) => wordOf(rank));
  const addressOf = (person: number) =>
    `${words[2_000 + person]}.${words[9_000 + person]}@${words[500 + (person % 40)]}.example`;
  const nameOf = (person: number) => `${words[2_000 + person]} ${words[9_000 + person]}`;
  const rowAt = (place: number) => ({
    id: `m${place}`,
    receivedAt: lastAt - Math.floor(((count - place) / count) * yearsMs),
  });
  return {
    count,
    rowAt,
    textBytes: count * letterChars,
    word: (rank) => words[rank] ?? "",
    address: addressOf,
    at(place) {
      const next = chance(place);
      // Word n is about 1/n as frequent as the first, as in any language (Zipf).
      const word = () => words[Math.floor(wordCount ** next()) - 1] ?? "";
      const body: string[] = [];
      for (let length = 0; length < letterChars; ) {
        const one = next() < 0.08 ? `${word()}.` : word();
        body.push(one);
        length += one.length + 1;
      }
      const person = Math.floor(people * next() ** 2);
      return {
        ...rowAt(place),
        texts: {
          from: `${nameOf(person)} <${addressOf(person)}>`,
          to: "alice@alpha.example",
          subject: `${word()} ${word()} ${word()}`,
          body: body.join(" ").slice(0, letterChars),
        },
      };
    },
  };
}

/** Frequent words are short. */
function wordOf(rank: number): string {
  const next = chance(rank + 1_000_003);
  const length = Math.min(1 + Math.floor(Math.log(rank + 1) / 3), 4);
  const parts = Array.from({ length }, () => syllables[Math.floor(next() * syllables.length)]);
  return `${parts.join("")}${endings[Math.floor(next() * endings.length)]}`;
}

/** Numbers from 0 to 1 that follow from a seed: mulberry32. */
function chance(seed: number): () => number {
  let state = Math.imul(seed, 0x9e3779b1) | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
