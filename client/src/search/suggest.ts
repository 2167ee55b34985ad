/** What somebody may have meant who typed a word that nothing has. */
import { makeBits, nextBit } from "./bits.ts";
import { anyField } from "./fields.ts";
import type { PlanNode, SearchPlan } from "./plan.ts";
import type { Shelf } from "./shelf.ts";

export interface Suggestion {
  /** As it stands in the query. */
  word: string;
  /** A word that some message has. */
  instead: string;
}

type WordNode = Extract<PlanNode, { kind: "word" }>;

/** Terms that are looked at for one word: what is longer away than the newest of these is not suggested. */
const mostTerms = 150_000;
/** A word of so many letters may have two faults; one of fewer letters one, and a shorter one is not guessed at. */
const lengthForTwo = 6;
const lengthForOne = 3;

export async function suggestWords(shelves: readonly Shelf[], plan: SearchPlan): Promise<Suggestion[]> {
  const newestFirst = shelves.toSorted((a, b) => (b.table.times[0] ?? 0) - (a.table.times[0] ?? 0));
  const suggestions: Suggestion[] = [];
  for (const node of wordsOf(plan.root)) {
    const instead = await findNear(newestFirst, node);
    if (instead !== undefined) suggestions.push({ word: node.text, instead });
  }
  return suggestions;
}

function wordsOf(node: PlanNode): WordNode[] {
  if (node.kind === "word") return [node];
  return node.kind === "and" || node.kind === "or" ? node.parts.flatMap(wordsOf) : [];
}

async function findNear(shelves: readonly Shelf[], { terms }: WordNode): Promise<string | undefined> {
  const [only] = terms;
  if (only === undefined || terms.length > 1 || only.term.length < lengthForOne) return undefined;
  for (const shelf of shelves) {
    const found = makeBits(shelf.table.size);
    await shelf.find(only, anyField, found);
    if (nextBit(found, 0) >= 0) return undefined;
  }
  return nearest(shelves, only.term);
}

/** The nearest term, of equally near ones the most frequent, that begins with the word's first or second letter. */
async function nearest(shelves: readonly Shelf[], word: string): Promise<string | undefined> {
  const letters = [...word];
  const counts = new Map<string, { distance: number; count: number }>();
  let left = mostTerms;
  for (const first of new Set(letters.slice(0, 2))) {
    for (const shelf of shelves) {
      await shelf.list(first, (term, count) => {
        const distance = distanceOf(word, term, word.length >= lengthForTwo ? 2 : 1);
        if (distance !== undefined)
          counts.set(term, { distance, count: count + (counts.get(term)?.count ?? 0) });
        return --left > 0;
      });
      if (left <= 0) break;
    }
  }
  const [best] = [...counts].sort(([, a], [, b]) => a.distance - b.distance || b.count - a.count);
  return best?.[0];
}

/**
 * How many letters were left out, put in, exchanged for another or for the next one (the restricted distance of Damerau
 * and Levenshtein), when they are no more than `most`.
 */
function distanceOf(word: string, term: string, most: number): number | undefined {
  if (Math.abs(word.length - term.length) > most || term.includes("@")) return undefined;
  let beforeLast: number[] = [];
  let last = Array.from({ length: term.length + 1 }, (_, at) => at);
  for (let row = 1; row <= word.length; row++) {
    const current = [row];
    for (let column = 1; column <= term.length; column++) {
      const isSame = word.charCodeAt(row - 1) === term.charCodeAt(column - 1);
      const exchanged =
        row > 1 &&
        column > 1 &&
        word.charCodeAt(row - 1) === term.charCodeAt(column - 2) &&
        word.charCodeAt(row - 2) === term.charCodeAt(column - 1);
      current.push(
        Math.min(
          (last[column] ?? 0) + 1,
          (current[column - 1] ?? 0) + 1,
          (last[column - 1] ?? 0) + (isSame ? 0 : 1),
          exchanged ? (beforeLast[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    if (Math.min(...current) > most) return undefined;
    [beforeLast, last] = [last, current];
  }
  const distance = last[term.length] ?? 0;
  return distance <= most ? distance : undefined;
}
