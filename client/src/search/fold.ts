/**
 * How words are written to be compared: small letters without the marks that people leave out when they type, in one
 * spelling of Unicode. Marks that are letters of their own, as in Devanagari or Kana, stay.
 */

/** Latin, Cyrillic, Hebrew and Arabic marks, and marks around any letter; and what is not seen. */
const leftOut = new RegExp(
  "[\\u0300-\\u036f\\u0483-\\u0487\\u0591-\\u05bd\\u05bf\\u05c1\\u05c2\\u05c4\\u05c5\\u05c7\\u0610-\\u061a\\u0640" +
    "\\u064b-\\u065f\\u0670\\u06d6-\\u06dc\\u06df-\\u06e4\\u06e7\\u06e8\\u06ea-\\u06ed\\u1ab0-\\u1aff\\u1dc0-\\u1dff" +
    "\\u20d0-\\u20ff\\ufe20-\\ufe2f\\p{Default_Ignorable_Code_Point}\\p{Emoji_Modifier}]",
  "gu",
);

/** Letters that Unicode does not take apart, and letters that keyboards of one script write in two ways. */
const spellings = new Map(
  Object.entries({
    ß: "ss",
    æ: "ae",
    œ: "oe",
    ø: "o",
    đ: "d",
    ð: "d",
    ł: "l",
    þ: "th",
    ħ: "h",
    ŧ: "t",
    ŋ: "n",
    ı: "i",
    ĸ: "k",
    ς: "σ",
    ى: "ي",
    ی: "ي",
    ک: "ك",
    ة: "ه",
  }),
);
const spelledTwice = new RegExp(`[${[...spellings.keys()].join("")}]`, "gu");

/** The zeros of decimal digits in other scripts; nine more digits are behind each. */
const zeros = [
  0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0xf20,
  0x1040, 0x17e0, 0x1810,
];
const foreignDigit = new RegExp(
  `[${zeros.map((zero) => `${String.fromCharCode(zero)}-${String.fromCharCode(zero + 9)}`).join("")}]`,
  "gu",
);

const remembered = new Map<string, string>();
const mostRemembered = 20_000;

/** A word as it is compared; nothing when nothing of it can be searched for. */
export function fold(word: string): string {
  const known = remembered.get(word);
  if (known !== undefined) return known;
  if (remembered.size >= mostRemembered) remembered.clear();
  const folded = makeFold(word);
  remembered.set(word, folded);
  return folded;
}

function makeFold(word: string): string {
  return (
    word
      .normalize("NFKD")
      .toLowerCase()
      // й is a letter of its own, as nobody leaves its mark out; ё is written without.
      .replaceAll("и\u0306", "й")
      .replace(leftOut, "")
      .replace(spelledTwice, (letter) => spellings.get(letter) ?? letter)
      .replace(foreignDigit, asciiDigit)
      .normalize("NFC")
  );
}

function asciiDigit(digit: string): string {
  const code = digit.charCodeAt(0);
  const zero = zeros.find((first) => code >= first && code < first + 10) ?? code;
  return String(code - zero);
}
