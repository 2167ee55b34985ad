/** Filters and sort orders of Email/query (RFC 8621 §4.4.1, §4.4.2), read into those of the room that answers them. */
import { capabilities, findTime, TimeSchema, UuidSchema } from "@posthorn/protocol";
import { type Static, type TSchema, Type } from "typebox";
import { findCollation } from "../../objects/collate.ts";
import { findId } from "../../objects/ids.ts";
import { everything, type Filter, type Test, type TextField } from "../../objects/query-filter.ts";
import type { Comparator } from "../../objects/query-sort.ts";
import { parseTerms } from "../../objects/query-terms.ts";
import { closed, IdSchema, UnsignedIntSchema } from "./arguments.ts";
import { type MethodCall, refuseCall } from "./method.ts";
import type { FilterTree, SortBy } from "./query-arguments.ts";

const Text = Type.Optional(Type.String({ maxLength: 1_000 }));
const Keyword = Type.Optional(Type.String({ minLength: 1, maxLength: 255 }));
const Time = Type.Optional(TimeSchema);
const Size = Type.Optional(UnsignedIntSchema);

export const EmailCondition = Type.Object(
  {
    inMailbox: Type.Optional(IdSchema),
    inMailboxOtherThan: Type.Optional(Type.Array(IdSchema, { maxItems: 1_000 })),
    before: Time,
    after: Time,
    minSize: Size,
    maxSize: Size,
    allInThreadHaveKeyword: Keyword,
    someInThreadHaveKeyword: Keyword,
    noneInThreadHaveKeyword: Keyword,
    hasKeyword: Keyword,
    notKeyword: Keyword,
    hasAttachment: Type.Optional(Type.Boolean()),
    text: Text,
    from: Text,
    to: Text,
    cc: Text,
    bcc: Text,
    subject: Text,
    body: Text,
    header: Type.Optional(Type.Array(Type.String({ maxLength: 1_000 }), { minItems: 1, maxItems: 2 })),
    /** Ours (§85.12). */
    wireIds: Type.Optional(Type.Array(UuidSchema, { maxItems: 100 })),
  },
  closed,
);

type Condition = Static<typeof EmailCondition>;

const withKeyword = { keyword: Type.String({ minLength: 1, maxLength: 255 }) };

/** What mail can be sorted by; told in the session. */
export const emailSorts: Readonly<Record<string, Readonly<Record<string, TSchema>>>> = {
  receivedAt: {},
  sentAt: {},
  size: {},
  from: {},
  to: {},
  subject: {},
  hasKeyword: withKeyword,
  allInThreadHaveKeyword: withKeyword,
  someInThreadHaveKeyword: withKeyword,
};

/** The filter of a query. Throws MethodError `invalidArguments` for a day that there is not. */
export function emailFilter(tree: FilterTree<Condition> | undefined): Filter {
  if (tree === undefined) return everything;
  if (tree.kind === "condition") return { kind: "and", of: conditionParts(tree.condition) };
  return { kind: tree.kind, of: tree.of.map(emailFilter) };
}

/** Throws MethodError `unsupportedFilter` for what is ours when the client does not use our capability (§85.8). */
export function refuseUnused(call: Pick<MethodCall, "using">, tree: FilterTree<Condition> | undefined): void {
  if (tree === undefined || call.using.has(capabilities.posthorn)) return;
  if (tree.kind !== "condition") {
    for (const part of tree.of) refuseUnused(call, part);
  } else if (tree.condition.wireIds !== undefined) {
    refuseCall("unsupportedFilter", `“wireIds” can be filtered by with ${capabilities.posthorn} in “using”.`);
  }
}

function conditionParts(condition: Condition): Filter[] {
  const { inMailbox, inMailboxOtherThan, before, after, minSize, maxSize, hasAttachment, header, wireIds } =
    condition;
  const parts: (Filter | undefined)[] = [
    when(inMailbox, (id) => is({ by: "mailbox", id: mailboxOf(id) })),
    when(inMailboxOtherThan, (ids) => is({ by: "otherMailbox", than: ids.map(mailboxOf) })),
    when(before, (time) => is({ by: "before", at: instant(time) })),
    when(after, (time) => isNot({ by: "before", at: instant(time) })),
    when(minSize, (sizeBytes) => is({ by: "atLeastBytes", sizeBytes })),
    when(maxSize, (sizeBytes) => isNot({ by: "atLeastBytes", sizeBytes })),
    when(hasAttachment, (has) => (has ? is({ by: "attachment" }) : isNot({ by: "attachment" }))),
    when(wireIds, (ids) => is({ by: "wireId", ids })),
    ...keywordParts(condition),
    ...textFields.map((field) =>
      when(condition[field], (text) => is({ by: "text", field, terms: parseTerms(text) })),
    ),
    when(header, ([name = "", text]) =>
      is({ by: "header", name, terms: text === undefined ? undefined : parseTerms(text) }),
    ),
  ];
  return parts.filter((part) => part !== undefined);
}

const textFields = ["text", "from", "to", "cc", "bcc", "subject", "body"] as const satisfies TextField[];

function keywordParts(condition: Condition): (Filter | undefined)[] {
  const inThread = (has: "all" | "some", keyword: string): Test => ({ by: "thread", has, keyword });
  return [
    when(condition.hasKeyword, (word) => is({ by: "keyword", keyword: word.toLowerCase() })),
    when(condition.notKeyword, (word) => isNot({ by: "keyword", keyword: word.toLowerCase() })),
    when(condition.allInThreadHaveKeyword, (word) => is(inThread("all", word.toLowerCase()))),
    when(condition.someInThreadHaveKeyword, (word) => is(inThread("some", word.toLowerCase()))),
    when(condition.noneInThreadHaveKeyword, (word) => isNot(inThread("some", word.toLowerCase()))),
  ];
}

function when<Value>(value: Value | undefined, make: (value: Value) => Filter): Filter | undefined {
  return value === undefined ? undefined : make(value);
}

function is(test: Test): Filter {
  return { kind: "test", test };
}

function isNot(test: Test): Filter {
  return { kind: "none", of: [is(test)] };
}

/** No message is in a mailbox that is none. */
function mailboxOf(id: string): number {
  return findId("mailbox", id) ?? -1;
}

function instant(time: string): number {
  return (
    findTime(time) ?? refuseCall("invalidArguments", `In the filter: “${time}” is no time that there is.`)
  );
}

/** The order of a query. */
export function emailOrder(sort: readonly SortBy[]): Comparator[] {
  return sort.map(comparatorOf);
}

function comparatorOf({ property, isAscending, collation, more }: SortBy): Comparator {
  const keyword = typeof more.keyword === "string" ? more.keyword.toLowerCase() : "";
  switch (property) {
    case "sentAt":
    case "size":
      return { by: property, isAscending };
    case "from":
    case "to":
    case "subject":
      return { by: property, isAscending, collation: findCollation(collation) };
    case "hasKeyword":
      return { by: "keyword", isAscending, keyword };
    case "allInThreadHaveKeyword":
      return { by: "allInThread", isAscending, keyword };
    case "someInThreadHaveKeyword":
      return { by: "someInThread", isAscending, keyword };
    default:
      return { by: "receivedAt", isAscending };
  }
}
