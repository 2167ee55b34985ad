import type { Place } from "../store/query-places.ts";
import type { Db } from "../store/sql.ts";
import type { Filter } from "./query-filter.ts";
import type { MailReading } from "./query-mail.ts";
import type { Comparator } from "./query-sort.ts";

/** What a query works with while it is carried out. */
export interface QueryContext {
  db: Db;
  accountId: number;
  /** The account's state when it began: messages that came later are not among the results. */
  newestId: number;
  /** Lets others come in between two slices (store/query-turns.ts). */
  turn(): Promise<void>;
  /** How many messages it may look at, by itself and with others; all of them are counted down. */
  budgets: readonly LookBudget[];
  reading: MailReading;
}

/** Looks at messages that are left; what one look costs grows with what is asked of each message. */
export interface LookBudget {
  left: number;
}

/** A query of mail (RFC 8621 §4.4). */
export interface Query {
  filter: Filter;
  /** The first decides. Without any the newest come first. */
  sort: readonly Comparator[];
  /** Only the first message of each thread. */
  collapseThreads: boolean;
}

export type Direction = "down" | "up";

/** A message among the results; `conversation` where it has been looked up. */
export interface Found {
  place: Place;
  conversation?: string;
}

/** Thrown when a query would have to look at more messages than one may. */
export class QueryTooWide extends Error {
  constructor() {
    super("This would look at too many messages. Name a mailbox, a span of time or a word besides.");
    this.name = "QueryTooWide";
  }
}

/** Throws QueryTooWide. */
export function spendLooks(ctx: QueryContext, looks: number): void {
  for (const budget of ctx.budgets) budget.left -= looks;
  if (ctx.budgets.some(({ left }) => left < 0)) throw new QueryTooWide();
}
