/**
 * The recovery phrase: twelve English words of BIP-39 that stand for 16 random bytes and a checksum of four bits, and
 * open an account again when its password is lost. People write it down and type it back, so reading it says which
 * word is wrong and what it may have been.
 */
import { entropyToMnemonic, mnemonicToEntropy, validateMnemonic } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { checkAccountAddress } from "./account-address.ts";
import { bindTexts } from "./bind-texts.ts";
import { hkdfSha256 } from "./hkdf.ts";
import { suggestWords } from "./suggest-words.ts";

const entropyBytes = 16;
const phraseWords = 12;
/** Beyond this it is some other text; nobody is helped by advice about its words. */
const advisedWords = 2 * phraseWords;
const shownLetters = 40;
/** Of a text that somebody pasted by mistake no more is looked at. */
const readLetters = 2000;

/** A word that is not in the list. */
interface UnknownWord {
  /** Its place in the phrase; the first word has place 1. */
  place: number;
  /** As it was read: in lower case, without accents and numbering, cut after 40 characters. */
  word: string;
  /** At most three words of the list that it may have been, the likeliest first. */
  suggestions: readonly string[];
}

/**
 * `phrase`: these 16 bytes · `wrongCount`: not twelve words but `count` · `unknownWords`: twelve, some not in the list
 * · `wrongChecksum`: twelve words of the list that are no phrase, so one of them is spelled right and yet not the one
 * that was written down, or they stand in another order.
 */
export type PhraseReading =
  | { kind: "phrase"; entropy: Uint8Array }
  | { kind: "wrongCount"; count: number; unknownWords: readonly UnknownWord[] }
  | { kind: "unknownWords"; unknownWords: readonly UnknownWord[] }
  | { kind: "wrongChecksum" };

/** The twelve words, joined by single spaces, of 16 random bytes. Throws Error when it is another number of bytes. */
export function makeRecoveryPhrase(entropy: Uint8Array): string {
  checkEntropy(entropy);
  return entropyToMnemonic(entropy, wordlist);
}

/**
 * Reads what a person typed or pasted. Case, accents, compatibility forms (NFKD), line breaks, commas and numbering
 * make no difference; words that are numbered from 1 to 12 are put in that order, since a sheet with two columns is
 * copied line by line. One wrong phrase in sixteen passes the checksum, and then opens nothing.
 */
export function readRecoveryPhrase(text: string): PhraseReading {
  const words = inOrder(readWords(text));
  const unknownWords = words.length > advisedWords ? [] : words.flatMap(adviseOn);
  if (words.length !== phraseWords) return { kind: "wrongCount", count: words.length, unknownWords };
  if (unknownWords.length > 0) return { kind: "unknownWords", unknownWords };
  const phrase = words.join(" ");
  if (!validateMnemonic(phrase, wordlist)) return { kind: "wrongChecksum" };
  return { kind: "phrase", entropy: mnemonicToEntropy(phrase, wordlist) };
}

/**
 * The key of 32 bytes that wraps the account's root secret beside the password's. Bound to the address, so that one
 * phrase used for two accounts makes two keys. The 128 bits are random and need no stretching.
 */
export async function recoveryKey(entropy: Uint8Array, address: string): Promise<Uint8Array> {
  checkEntropy(entropy);
  checkAccountAddress(address);
  return hkdfSha256(entropy, bindTexts("posthorn-recovery-v1", [address]), 32);
}

function checkEntropy(entropy: Uint8Array): void {
  if (entropy.length !== entropyBytes) {
    throw new Error(`A recovery phrase stands for ${entropyBytes} bytes, not ${entropy.length}.`);
  }
}

interface NumberedWord {
  word: string;
  number: number | undefined;
}

/**
 * Numbering is digits by themselves before a word: `1. word`, `1.word`, `1) word`, `1 word`. Digits in a word are
 * letters misread, and never dropped: `0zone` must not become another word of the list.
 */
function readWords(text: string): NumberedWord[] {
  const words: NumberedWord[] = [];
  let number: number | undefined;
  const plain = text
    .slice(0, readLetters)
    .normalize("NFKD")
    .replaceAll(/[\p{M}\p{Cf}]/gu, "")
    .toLowerCase();
  for (const [piece] of plain.matchAll(/[\p{L}\d]+/gu)) {
    if (/^\d+$/.test(piece)) {
      number = Number(piece);
    } else {
      words.push({ word: piece, number });
      number = undefined;
    }
  }
  return words;
}

function inOrder(words: readonly NumberedWord[]): string[] {
  const numbers = new Set(words.map(({ number }) => number));
  const numbered = words.length === phraseWords && words.every((_, at) => numbers.has(at + 1));
  const ordered = numbered ? words.toSorted((a, b) => (a.number ?? 0) - (b.number ?? 0)) : words;
  return ordered.map(({ word }) => word);
}

function adviseOn(word: string, at: number): UnknownWord[] {
  if (wordlist.includes(word)) return [];
  return [
    {
      place: at + 1,
      word: [...word].slice(0, shownLetters).join(""),
      suggestions: suggestWords(word, wordlist),
    },
  ];
}
