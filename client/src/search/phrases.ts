/**
 * Phrases, found in the text itself. The index keeps no places of words: they would take as much room again as all the
 * rest of it, and the opened text lies on the device anyway. It finds the messages with all the words of a phrase, and
 * of these, newest first, only as many texts are read as results are wanted.
 */
import { type FieldTexts, fields, includesField } from "./fields.ts";
import type { PlanNode } from "./plan.ts";
import { type Token, tokensOf } from "./terms.ts";

export type Phrase = Extract<PlanNode, { kind: "phrase" }>;

/** Whether one of the fields that the phrase is looked for in has it. */
export function hasPhrase(phrase: Phrase, texts: FieldTexts): boolean {
  return fields.some((field) => {
    const text = texts[field];
    return (
      text !== undefined && includesField(phrase.fields, field) && phraseAt(phrase, tokensOf(text), 0) >= 0
    );
  });
}

/** The first of `tokens`, from `start` on, that the phrase begins with; -1 when there is none. */
export function phraseAt(
  { tokens: wanted, isOpen }: Phrase,
  tokens: readonly Token[],
  start: number,
): number {
  const last = wanted.length - 1;
  for (let at = start; at + last < tokens.length; at++) {
    const isHere = wanted.every((term, ahead) => {
      const found = tokens[at + ahead]?.term;
      return found === term || (isOpen && ahead === last && found?.startsWith(term));
    });
    if (isHere) return at;
  }
  return -1;
}
