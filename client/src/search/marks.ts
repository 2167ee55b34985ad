/** Where in a text a query was found: what is shown in another colour. */
import { type Field, includesField } from "./fields.ts";
import { fold } from "./fold.ts";
import { type Phrase, phraseAt } from "./phrases.ts";
import type { PlanNode, SearchPlan } from "./plan.ts";
import { type QueryTerm, type Token, tokensOf } from "./terms.ts";
import { type Bounds, scanWords } from "./words.ts";

/**
 * The places in a field's text that the words and phrases of the plan are found at, in order and apart from each other.
 * Of a word that is asked for by its beginning, the beginning. Nothing that the query asks not to be there.
 */
export function marks(text: string, plan: SearchPlan, field: Field): Bounds[] {
  const found: Bounds[] = [];
  const terms: QueryTerm[] = [];
  const phrases: Phrase[] = [];
  collect(plan.root, field, terms, phrases);
  if (terms.length > 0) markTerms(text, terms, found);
  if (phrases.length > 0) markPhrases(text, phrases, found);
  return joined(found);
}

function collect(node: PlanNode, field: Field, terms: QueryTerm[], phrases: Phrase[]): void {
  if (node.kind === "and" || node.kind === "or") {
    for (const part of node.parts) collect(part, field, terms, phrases);
  }
  if (node.kind === "word" && includesField(node.fields, field)) terms.push(...node.terms);
  if (node.kind === "phrase" && includesField(node.fields, field)) phrases.push(node);
}

function markTerms(text: string, terms: readonly QueryTerm[], found: Bounds[]): void {
  const exact = new Set(terms.filter(({ isPrefix }) => !isPrefix).map(({ term }) => term));
  const prefixes = terms.filter(({ isPrefix }) => isPrefix).map(({ term }) => term);
  const mark = (term: string, start: number, end: number) => {
    if (exact.has(term)) found.push({ start, end });
    for (const prefix of prefixes) {
      if (term.startsWith(prefix)) found.push({ start, end: endOfPrefix(text, { start, end }, prefix) });
    }
  };
  scanWords(text, {
    word: mark,
    address: mark,
    run(units, bounds, gramSize) {
      for (const [at, { start }] of bounds.entries()) {
        const gram = units.slice(at, at + gramSize).join("");
        const end = bounds[Math.min(at + gramSize, bounds.length) - 1]?.end ?? start;
        if (exact.has(gram)) found.push({ start, end });
        for (const prefix of prefixes) {
          if (gram.startsWith(prefix)) found.push({ start, end: endOfPrefix(text, { start, end }, prefix) });
        }
      }
    },
  });
}

/** Where the part of a word ends that is the prefix when it is folded: letters may become more, or none. */
function endOfPrefix(text: string, { start, end }: Bounds, prefix: string): number {
  for (let at = start + 1; at < end; at++) {
    const next = text.charCodeAt(at);
    const splitsCharacter = next >= 0xdc00 && next < 0xe000;
    if (!splitsCharacter && fold(text.slice(start, at)).startsWith(prefix)) return endOfLetter(text, at, end);
  }
  return end;
}

/** With the marks that go with the last letter. */
function endOfLetter(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && /\p{M}/u.test(text.charAt(at))) at++;
  return at;
}

function markPhrases(text: string, phrases: readonly Phrase[], found: Bounds[]): void {
  const tokens = tokensOf(text);
  for (const phrase of phrases) {
    for (let at = phraseAt(phrase, tokens, 0); at >= 0; at = phraseAt(phrase, tokens, at + 1)) {
      const { start } = tokens[at] ?? { start: 0 };
      found.push({ start, end: endOfPhrase(text, phrase, tokens[at + phrase.tokens.length - 1]) });
    }
  }
}

function endOfPhrase(text: string, { tokens, isOpen }: Phrase, last: Token | undefined): number {
  if (last === undefined) return 0;
  return isOpen ? endOfPrefix(text, last, tokens.at(-1) ?? "") : last.end;
}

/** In order; those that touch as one. */
function joined(found: readonly Bounds[]): Bounds[] {
  const all: Bounds[] = [];
  for (const { start, end } of found.toSorted((a, b) => a.start - b.start)) {
    const last = all.at(-1);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else all.push({ start, end });
  }
  return all;
}
