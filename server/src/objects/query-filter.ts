/** What a query of mail asks of each message (RFC 8621 §4.4.1), and whether one meets it. */
import type { Traits } from "../store/query-traits.ts";
import type { Term } from "./query-terms.ts";

/** Where a text is looked for; `text` is all of them and the names of files. */
export type TextField = "text" | "from" | "to" | "cc" | "bcc" | "subject" | "body";

export type Test =
  | { by: "mailbox"; id: number }
  /** In any mailbox but these. */
  | { by: "otherMailbox"; than: readonly number[] }
  | { by: "before"; at: number }
  | { by: "atLeastBytes"; sizeBytes: number }
  | { by: "keyword"; keyword: string }
  | { by: "thread"; has: "all" | "some"; keyword: string }
  | { by: "attachment" }
  /** A Posthorn message that its author has given one of these ids. */
  | { by: "wireId"; ids: readonly string[] }
  | { by: "text"; field: TextField; terms: readonly Term[] }
  /** Without terms it is enough that the field is there. */
  | { by: "header"; name: string; terms: readonly Term[] | undefined };

/** `or` of nothing is met by nothing, `and` of nothing by all; `none` is met where none of its parts is. */
export type Filter = { kind: "test"; test: Test } | { kind: "and" | "or" | "none"; of: readonly Filter[] };

export const everything: Filter = { kind: "and", of: [] };

/** What is known of a test by now: `undefined` when it takes reading the message. */
export type Known = boolean | undefined;

/** Whether a message meets a filter, as far as it can be told from what is known of its tests. */
export function meets(filter: Filter, known: (test: Test) => Known): Known {
  switch (filter.kind) {
    case "test":
      return known(filter.test);
    case "and":
      return every(filter.of, known);
    case "or":
      return some(filter.of, known);
    case "none": {
      const any = some(filter.of, known);
      return any === undefined ? undefined : !any;
    }
  }
}

function every(parts: readonly Filter[], known: (test: Test) => Known): Known {
  let sum: Known = true;
  for (const part of parts) {
    const one = meets(part, known);
    if (one === false) return false;
    if (one === undefined) sum = undefined;
  }
  return sum;
}

function some(parts: readonly Filter[], known: (test: Test) => Known): Known {
  let sum: Known = false;
  for (const part of parts) {
    const one = meets(part, known);
    if (one === true) return true;
    if (one === undefined) sum = undefined;
  }
  return sum;
}

/** What a message's own row says of a test; undefined for what takes more. */
export function knownByTraits(test: Test, traits: Traits): Known {
  switch (test.by) {
    case "mailbox":
      return traits.mailboxes.includes(test.id);
    case "otherMailbox":
      return traits.mailboxes.some((id) => !test.than.includes(id));
    case "before":
      return traits.receivedAt < test.at;
    case "atLeastBytes":
      return traits.sizeBytes >= test.sizeBytes;
    case "keyword":
      return traits.keywords.includes(test.keyword);
    case "wireId":
      return traits.wireId !== undefined && test.ids.includes(traits.wireId);
    case "thread":
    case "attachment":
    case "text":
    case "header":
      return undefined;
  }
}

/** All tests of a filter. */
export function testsOf(filter: Filter): Test[] {
  return filter.kind === "test" ? [filter.test] : filter.of.flatMap(testsOf);
}

/** A part that must be met. When it is a single test it is told here, and whether it must not be met. */
export interface Demand {
  filter: Filter;
  test: Test | undefined;
  not: boolean;
}

/** The parts of a filter that must all be met, taken apart as far as that goes. */
export function demandsOf(filter: Filter): Demand[] {
  switch (filter.kind) {
    case "test":
      return [{ filter, test: filter.test, not: false }];
    case "and":
      return filter.of.flatMap(demandsOf);
    case "or":
      return filter.of.length === 1
        ? filter.of.flatMap(demandsOf)
        : [{ filter, test: undefined, not: false }];
    case "none":
      return filter.of.flatMap(denialsOf);
  }
}

function denialsOf(part: Filter): Demand[] {
  if (part.kind === "none") return demandsOf({ kind: "or", of: part.of });
  if (part.kind === "or") return demandsOf({ kind: "none", of: part.of });
  const test = part.kind === "test" ? part.test : undefined;
  return [{ filter: { kind: "none", of: [part] }, test, not: test !== undefined }];
}
