/**
 * The language of searches. Words are all to be found; the last one may be unfinished. “…” a phrase · `-` not · `OR` ·
 * ( ) · `wor*` · `from: to: subject: filename:` in that part alone · `has: is: in: label: type: larger: smaller:
 * before: after:`. Values with spaces stand in quotes.
 */
import { anyField, bitOf, type Field } from "./fields.ts";
import {
  allOf,
  anyOf,
  messageSorts,
  type PlanNode,
  type QueryProblem,
  type RowFilter,
  type SearchPlan,
} from "./plan.ts";
import { dateForms, findMoment, findSize, type QueryTime, sizeForms } from "./query-dates.ts";
import { type QueryToken, tokenize } from "./query-tokens.ts";
import { termsToFind, tokensOf } from "./terms.ts";

type TextToken = Extract<QueryToken, { kind: "text" }>;

const fieldOf = new Map<string, Field>([
  ["from", "from"],
  ["to", "to"],
  ["cc", "to"],
  ["subject", "subject"],
  ["filename", "filename"],
]);

const filtersOf = new Map<string, ReadonlyMap<string, RowFilter>>([
  [
    "has",
    new Map<string, RowFilter>([
      ["attachment", { by: "attachment" }],
      ["link", { by: "link" }],
    ]),
  ],
  [
    "is",
    new Map<string, RowFilter>([
      ["unread", { by: "unread" }],
      ["read", { by: "read" }],
      ["starred", { by: "starred" }],
      ["sealed", { by: "sealed" }],
    ]),
  ],
  ["type", new Map(messageSorts.map((sort): [string, RowFilter] => [sort, { by: "sort", sort }]))],
]);

const operators = [
  ...fieldOf.keys(),
  ...filtersOf.keys(),
  "in",
  "label",
  "before",
  "after",
  "larger",
  "smaller",
];
/** Deeper parentheses are not looked at: nobody writes them, and no query may take all of the stack. */
const deepest = 50;

/** What a query asks for. Never throws: what is not understood is searched for as words, and told in `problems`. */
export function parseQuery(query: string, time: QueryTime): SearchPlan {
  const problems: QueryProblem[] = [];
  const tokens = matched(tokenize(query));
  let at = 0;

  function either(): PlanNode {
    const parts = [every()];
    while (tokens[at]?.kind === "or") {
      at++;
      // “a OR” has not come to its end.
      if (isPart(tokens[at])) parts.push(every());
    }
    return anyOf(parts.length > 1 ? parts.filter(({ kind }) => kind !== "all") : parts);
  }

  function every(): PlanNode {
    const parts: PlanNode[] = [];
    for (let token = tokens[at]; token !== undefined; token = tokens[at]) {
      if (token.kind === "or" || token.kind === "close") break;
      at++;
      if (token.kind === "text") parts.push(negated(planOf(token), token.isNot));
      if (token.kind !== "open") continue;
      parts.push(negated(either(), token.isNot));
      if (tokens[at]?.kind === "close") at++;
    }
    return allOf(parts);
  }

  function planOf(token: TextToken): PlanNode {
    const { operator, value } = token;
    if (operator === undefined) return wordOrPhrase(token, anyField);
    if (operators.includes(operator) && value === "") {
      problems.push(problemOf(token, operator, "missingValue"));
      return { kind: "all" };
    }
    const field = fieldOf.get(operator);
    if (field !== undefined) return wordOrPhrase(token, bitOf(field));
    const planned = planOfFilter(operator, value, time);
    if (planned !== undefined) return planned;
    problems.push(problemOf(token, operator, operators.includes(operator) ? "badValue" : "unknownOperator"));
    return allOf([
      wordOrPhrase({ ...token, value: operator, isOpen: false }, anyField),
      wordOrPhrase(token, anyField),
    ]);
  }

  const root = either();
  return { root, problems };
}

/** Without the parentheses that close nothing, and those that stand too deep. */
function matched(tokens: readonly QueryToken[]): QueryToken[] {
  let depth = 0;
  return tokens.filter(({ kind }) => {
    if (kind === "open") return ++depth <= deepest;
    if (kind !== "close" || depth === 0) return kind !== "close";
    return depth-- <= deepest;
  });
}

function isPart(token: QueryToken | undefined): boolean {
  return token?.kind === "text" || token?.kind === "open";
}

function negated(part: PlanNode, isNot: boolean): PlanNode {
  return isNot && part.kind !== "all" ? { kind: "not", part } : part;
}

function wordOrPhrase({ value, isQuoted, isOpen }: TextToken, fields: number): PlanNode {
  if (!isQuoted) {
    const text = value.replace(/\*+$/, "");
    const terms = termsToFind(text, isOpen || text !== value);
    return terms.length === 0 ? { kind: "all" } : { kind: "word", terms, fields, text };
  }
  const tokens = tokensOf(value);
  const terms = termsToFind(value, isOpen);
  const last = tokens.at(-1);
  if (last === undefined) return { kind: "all" };
  if (tokens.length === 1) return { kind: "word", terms, fields, text: value };
  const goesOn = isOpen && last.end === value.length;
  return { kind: "phrase", terms, tokens: tokens.map(({ term }) => term), isOpen: goesOn, fields };
}

function planOfFilter(operator: string, value: string, time: QueryTime): PlanNode | undefined {
  const named = filtersOf.get(operator)?.get(value.toLowerCase());
  if (named !== undefined) return { kind: "row", filter: named };
  if (operator === "in") return { kind: "row", filter: { by: "mailbox", name: value } };
  if (operator === "label") return { kind: "row", filter: { by: "label", name: value } };
  if (operator === "before" || operator === "after") {
    const moment = findMoment(value, time);
    if (moment === undefined) return undefined;
    return operator === "before" ? { kind: "received", before: moment } : { kind: "received", from: moment };
  }
  if (operator !== "larger" && operator !== "smaller") return undefined;
  const bytes = findSize(value);
  if (bytes === undefined) return undefined;
  const filter: RowFilter =
    operator === "larger" ? { by: "size", fromBytes: bytes } : { by: "size", belowBytes: bytes };
  return { kind: "row", filter };
}

function problemOf(
  { value, start, end }: TextToken,
  operator: string,
  problem: QueryProblem["problem"],
): QueryProblem {
  return { problem, operator, value, known: knownFor(operator), start, end };
}

/** Values of an operator; for one that there is not, the operators. */
function knownFor(operator: string): readonly string[] {
  if (!operators.includes(operator)) return operators;
  if (operator === "before" || operator === "after") return dateForms;
  if (operator === "larger" || operator === "smaller") return sizeForms;
  return [...(filtersOf.get(operator)?.keys() ?? [])];
}
