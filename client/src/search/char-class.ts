/** What a character is to search: part of a word, one of many in a row without spaces, a picture, or what parts words. */

/**
 * `word` letters and digits · `mark` goes with the letter before it · `ideograph` scripts that are searched by two
 * characters · `unspaced` scripts without spaces that are searched by three · `picture` emoji · `flag` half of a flag ·
 * `ignored` as if it were not there · `other` parts words.
 */
export const charClass = {
  other: 1,
  word: 2,
  mark: 3,
  ideograph: 4,
  unspaced: 5,
  picture: 6,
  flag: 7,
  ignored: 8,
} as const;

const ideographs =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\u30fc\uff70]$/u;
const unspaced = new RegExp(
  `^[${[
    "Thai",
    "Lao",
    "Khmer",
    "Myanmar",
    "Tai_Le",
    "New_Tai_Lue",
    "Tai_Tham",
    "Tai_Viet",
    "Javanese",
    "Balinese",
  ]
    .map((script) => `\\p{Script=${script}}`)
    .join("")}]$`,
  "u",
);
const ignored = /^[\p{Default_Ignorable_Code_Point}\p{Emoji_Modifier}]$/u;
/** Vowels and finals of Hangul that was taken apart, and the voicing marks of half-width Katakana, go with what is before. */
const goesWithFormer = /^[\p{M}\u1160-\u11ff\ud7b0-\ud7ff\uff9e\uff9f]$/u;
const letter = /^[\p{L}\p{Nl}]$/u;
const letterOrMark = /^[\p{L}\p{M}]$/u;
const letterOrNumber = /^[\p{L}\p{N}]$/u;

/** Classes of the first two planes as they are met; 0 where it is not known yet. */
const known = new Uint8Array(0x20000);

/** One of `charClass` for a code point. */
export function classOf(code: number): number {
  const found = known[code];
  if (found !== undefined && found !== 0) return found;
  const made = makeClass(String.fromCodePoint(code));
  if (found === 0) known[code] = made;
  return made;
}

function makeClass(char: string): number {
  if (ignored.test(char)) return charClass.ignored;
  if (/^\p{Regional_Indicator}$/u.test(char)) return charClass.flag;
  if (/^\p{Extended_Pictographic}$/u.test(char)) return charClass.picture;
  if (unspaced.test(char) && letterOrMark.test(char)) return charClass.unspaced;
  if (goesWithFormer.test(char)) return charClass.mark;
  if (ideographs.test(char) && letter.test(char)) return charClass.ideograph;
  return letterOrNumber.test(char) ? charClass.word : charClass.other;
}
