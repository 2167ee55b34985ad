/** The words of the page, in the language of whoever sits before it. */
import { useSyncExternalStore } from "react";
import type english from "../../messages/en.json";
import { type Arguments, type Catalogue, type Language, makeLanguage, putTogether } from "./put-together.ts";

/** Names a message. */
export type Words = keyof typeof english;

/** What is understood, with the name that each has for itself. */
export const languages = { en: "English", de: "Deutsch" } as const;

export type LanguageTag = keyof typeof languages;

const loaders: Readonly<Record<string, () => Promise<{ default: Catalogue }>>> = {
  en: () => import("../../messages/en.json"),
  de: () => import("../../messages/de.json"),
};

let language: Language = makeLanguage("en", {});
const listeners = new Set<() => void>();

/** What is wished for, or the first of the browser's languages that is understood. */
export function chooseLanguage(wished: string | undefined, browsers: readonly string[]): LanguageTag {
  for (const tag of [wished ?? "", ...browsers]) {
    const base = tag.split("-")[0] ?? "";
    if (isLanguageTag(base)) return base;
  }
  return "en";
}

function isLanguageTag(tag: string): tag is LanguageTag {
  return Object.hasOwn(languages, tag);
}

/** From now on the page speaks this language. Resolves when its words are here. */
export async function speak(tag: LanguageTag): Promise<void> {
  const { default: catalogue } = await (loaders[tag] ?? loaders.en ?? noWords)();
  const isPseudo = import.meta.env.PSEUDO === true;
  language = makeLanguage(tag, isPseudo ? accented(catalogue) : catalogue);
  document.documentElement.lang = tag;
  for (const listener of listeners) listener();
}

async function noWords(): Promise<{ default: Catalogue }> {
  return { default: {} };
}

/** The message in the language that is spoken now. */
export function say(id: Words, given: Arguments = {}): string {
  return putTogether(language, id, given);
}

/** Whether there is a message of this name. */
export function isWords(id: string): id is Words {
  return Object.hasOwn(language.catalogue, id);
}

/** The tag of the language that is spoken, for dates and numbers. A component that calls it is drawn anew when that changes. */
export function useLanguage(): string {
  return useSyncExternalStore(listen, () => language.tag);
}

export function languageNow(): string {
  return language.tag;
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const accents: Readonly<Record<string, string>> = { a: "á", e: "é", i: "í", o: "ó", u: "ú", n: "ñ", s: "š" };

/** Words that no catalogue has show at once, and what is too narrow for German shows before there is any. */
function accented(catalogue: Catalogue): Catalogue {
  const change = (value: unknown): unknown => {
    if (typeof value === "string")
      return value.replaceAll(/[aeionsu]/g, (letter) => `${accents[letter] ?? letter}`);
    if (!Array.isArray(value)) return value;
    return value.map((part: unknown) => (Array.isArray(part) ? changeWithin(part) : change(part)));
  };
  // An argument; those that choose between texts have them third.
  const changeWithin = (part: readonly unknown[]): readonly unknown[] => {
    const [name, kind, choices, ...more] = part;
    if (typeof choices !== "object" || choices === null) return part;
    const changed = Object.entries(choices).map(([when, text]) => [when, change(text)]);
    return [name, kind, Object.fromEntries(changed), ...more];
  };
  return Object.fromEntries(
    Object.entries(catalogue).map(([id, value]) => [
      id,
      typeof value === "string" ? `[${change(value)}··]` : change(value),
    ]),
  );
}
