/** A query as it is carried out: words that the index answers, and conditions that only the messages' rows answer. */
import type { QueryTerm } from "./terms.ts";

export const messageSorts = ["mail", "chat", "event", "file"] as const;
export type MessageSort = (typeof messageSorts)[number];

/** What is asked of a row (`SearchRow`). */
export type RowFilter =
  | { by: "attachment" | "link" | "read" | "unread" | "starred" | "sealed" }
  | { by: "mailbox" | "label"; name: string }
  /** At least, or less than, so many bytes. */
  | { by: "size"; fromBytes?: number; belowBytes?: number }
  | { by: "sort"; sort: MessageSort };

export type PlanNode =
  | { kind: "all" }
  /** All terms, each in one of the fields (`anyField`, `bitOf`). */
  | { kind: "word"; terms: readonly QueryTerm[]; fields: number; text: string }
  /**
   * Words that follow each other in one field. The index finds where all of them are, the text decides. `isOpen`: the
   * last of `tokens` is the beginning of a word.
   */
  | {
      kind: "phrase";
      terms: readonly QueryTerm[];
      tokens: readonly string[];
      isOpen: boolean;
      fields: number;
    }
  /** Received at `from` or later, and before `before`: milliseconds since 1970. */
  | { kind: "received"; from?: number; before?: number }
  | { kind: "row"; filter: RowFilter }
  | { kind: "and" | "or"; parts: readonly PlanNode[] }
  | { kind: "not"; part: PlanNode };

/** What in a query was not understood; it was searched for as words. `start` and `end` are places in the query. */
export interface QueryProblem {
  problem: "unknownOperator" | "badValue" | "missingValue";
  operator: string;
  value: string;
  /** What one could write instead. */
  known: readonly string[];
  start: number;
  end: number;
}

export interface SearchPlan {
  root: PlanNode;
  problems: readonly QueryProblem[];
}

/** Whether rows are asked, and whether their texts are as well. */
export function needsOf(node: PlanNode): { rows: boolean; texts: boolean } {
  switch (node.kind) {
    case "row":
      return { rows: true, texts: false };
    case "phrase":
      return { rows: true, texts: true };
    case "not":
      return needsOf(node.part);
    case "and":
    case "or": {
      const needs = node.parts.map(needsOf);
      return { rows: needs.some(({ rows }) => rows), texts: needs.some(({ texts }) => texts) };
    }
    default:
      return { rows: false, texts: false };
  }
}

/** Whether it is said where messages are to lie, or not to. */
export function namesPlace(node: PlanNode): boolean {
  switch (node.kind) {
    case "row":
      return node.filter.by === "mailbox";
    case "not":
      return namesPlace(node.part);
    case "and":
    case "or":
      return node.parts.some(namesPlace);
    default:
      return false;
  }
}

/** All of them; of none, everything. */
export function allOf(parts: readonly PlanNode[]): PlanNode {
  const asked = parts.filter(({ kind }) => kind !== "all");
  const [only] = asked;
  if (only === undefined) return { kind: "all" };
  return asked.length === 1 ? only : { kind: "and", parts: asked };
}

/** Any of them. */
export function anyOf(parts: readonly PlanNode[]): PlanNode {
  const [only] = parts;
  if (only === undefined) return { kind: "all" };
  return parts.length === 1 ? only : { kind: "or", parts };
}
