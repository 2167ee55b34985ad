/**
 * What a plan finds on a shelf. The index cannot say everything: phrases and rows are asked later. So each part of a plan
 * has two sets, those that may match and those that surely do, and only between them a row is needed.
 */
import {
  addAll,
  type Bits,
  complementOf,
  fullBits,
  hasBit,
  isEmpty,
  keepCommon,
  makeBits,
  setBit,
} from "./bits.ts";
import { hasPhrase } from "./phrases.ts";
import type { PlanNode } from "./plan.ts";
import { type FindFacts, matchesRow, type SearchRow } from "./rows.ts";
import type { Shelf } from "./shelf.ts";
import type { QueryTerm } from "./terms.ts";

export interface Found {
  node: PlanNode;
  may: Bits;
  surely: Bits;
  parts: readonly Found[];
}

/** Undefined when the shelf cannot be read any more. */
export async function evaluate(
  node: PlanNode,
  shelf: Shelf,
  findFacts: FindFacts,
): Promise<Found | undefined> {
  const { size } = shelf.table;
  switch (node.kind) {
    case "all":
      return exactly(node, fullBits(size));
    case "received":
      return exactly(node, receivedIn(node, shelf));
    case "row": {
      const holds = findFacts(node.filter);
      if (holds !== undefined) return exactly(node, thoseOf(shelf, holds));
      return { node, may: fullBits(size), surely: makeBits(size), parts: [] };
    }
    case "word": {
      const found = await findAll(node.terms, node.fields, shelf);
      return found && exactly(node, found);
    }
    case "phrase": {
      const found = await findAll(node.terms, node.fields, shelf);
      return found && { node, may: found, surely: makeBits(size), parts: [] };
    }
    case "not": {
      const part = await evaluate(node.part, shelf, findFacts);
      if (part === undefined) return undefined;
      return {
        node,
        may: complementOf(part.surely, size),
        surely: complementOf(part.may, size),
        parts: [part],
      };
    }
    case "and":
      return evaluateAnd(node, shelf, findFacts);
    case "or":
      return evaluateOr(node, shelf, findFacts);
  }
}

/** Whether the message with this row matches, one of those that may. */
export function decide({ node, surely, parts }: Found, doc: number, row: SearchRow): boolean {
  if (hasBit(surely, doc)) return true;
  switch (node.kind) {
    case "row":
      return matchesRow(node.filter, row);
    case "phrase":
      return hasPhrase(node, row.texts ?? {});
    case "not":
      return parts.every((part) => !mayAndDoes(part, doc, row));
    case "and":
      return parts.every((part) => mayAndDoes(part, doc, row));
    case "or":
      return parts.some((part) => mayAndDoes(part, doc, row));
    default:
      return false;
  }
}

function mayAndDoes(found: Found, doc: number, row: SearchRow): boolean {
  return hasBit(found.may, doc) && decide(found, doc, row);
}

function exactly(node: PlanNode, found: Bits): Found {
  return { node, may: found, surely: found, parts: [] };
}

async function evaluateAnd(
  node: Extract<PlanNode, { kind: "and" | "or" }>,
  shelf: Shelf,
  findFacts: FindFacts,
): Promise<Found | undefined> {
  const { size } = shelf.table;
  const [may, surely] = [fullBits(size), fullBits(size)];
  const parts: Found[] = [];
  for (const part of node.parts.toSorted((a, b) => costOf(a) - costOf(b))) {
    const found = await evaluate(part, shelf, findFacts);
    if (found === undefined) return undefined;
    parts.push(found);
    keepCommon(may, found.may);
    keepCommon(surely, found.surely);
    // Nothing can match any more, so nothing more is read.
    if (isEmpty(may)) break;
  }
  return { node, may, surely, parts };
}

async function evaluateOr(
  node: Extract<PlanNode, { kind: "and" | "or" }>,
  shelf: Shelf,
  findFacts: FindFacts,
): Promise<Found | undefined> {
  const { size } = shelf.table;
  const [may, surely] = [makeBits(size), makeBits(size)];
  const parts: Found[] = [];
  for (const part of node.parts) {
    const found = await evaluate(part, shelf, findFacts);
    if (found === undefined) return undefined;
    parts.push(found);
    addAll(may, found.may);
    addAll(surely, found.surely);
  }
  return { node, may, surely, parts };
}

/** What costs little or leaves little comes first: times, then long words, then beginnings of words. */
function costOf(node: PlanNode): number {
  if (node.kind === "received") return 0;
  if (node.kind !== "word" && node.kind !== "phrase") return 1000;
  const longest = Math.max(
    ...node.terms.map(({ term, isPrefix }) => (isPrefix ? term.length - 500 : term.length)),
  );
  return 500 - longest;
}

function receivedIn(
  { from = Number.NEGATIVE_INFINITY, before = Number.POSITIVE_INFINITY }: { from?: number; before?: number },
  { table }: Shelf,
): Bits {
  const found = makeBits(table.size);
  for (const [doc, time] of table.times.entries()) if (time >= from && time < before) setBit(found, doc);
  return found;
}

function thoseOf({ table }: Shelf, holds: (id: number) => boolean): Bits {
  const found = makeBits(table.size);
  for (const [doc, id] of table.ids.entries()) if (holds(id)) setBit(found, doc);
  return found;
}

async function findAll(terms: readonly QueryTerm[], fields: number, shelf: Shelf): Promise<Bits | undefined> {
  const common = fullBits(shelf.table.size);
  for (const term of terms) {
    const found = makeBits(shelf.table.size);
    if (!(await shelf.find(term, fields, found))) return undefined;
    keepCommon(common, found);
    if (isEmpty(common)) break;
  }
  return common;
}
