/** Filters of a query answered for every message of the account from memory, as long as its rows need not be asked. */
import type { Mailbox } from "@posthorn/protocol";
import type { LocalStore } from "../local/local-store.ts";
import { messageSorts, type RowFilter } from "../search/plan.ts";
import { type FindFacts, isNamed } from "../search/rows.ts";
import type { Mail } from "../sync/mail-context.ts";
import { type EmailFacts, emailFacts, factBits, factsPerRow, sortShift } from "./email-facts.ts";
import type { Place } from "./places.ts";

/** As the store has them; what was changed since is read before the next search. */
interface HeldFacts {
  readonly rows: Map<number, Columns>;
  stale: Set<string> | "all";
  lastTurn: Promise<void>;
}

interface Columns {
  /** By the id's rest: one more than the place in the columns, 0 where there is no such message. */
  readonly places: Uint16Array;
  readonly row: EmailFacts;
}

const heldOf = new WeakMap<LocalStore, HeldFacts>();

/** What is so of the account's messages now. Throws LocalStoreError. */
export async function readFacts(
  { store }: Pick<Mail, "store">,
  places: ReadonlyMap<Mailbox["id"], Place>,
): Promise<FindFacts> {
  const held = heldOf.get(store) ?? hold(store);
  const turn = held.lastTurn.then(() => refresh(store, held));
  held.lastTurn = turn.catch(() => undefined);
  await turn;
  return (filter) => {
    const holds = testOf(filter, places);
    if (holds === undefined) return undefined;
    return (id) => {
      const columns = held.rows.get(Math.floor(id / factsPerRow));
      const place = columns?.places[id % factsPerRow] ?? 0;
      return columns !== undefined && place > 0 && holds(columns.row, place - 1);
    };
  };
}

function hold(store: LocalStore): HeldFacts {
  const held: HeldFacts = { rows: new Map(), stale: "all", lastTurn: Promise.resolve() };
  heldOf.set(store, held);
  store.subscribe([emailFacts], (change) => {
    const keys = change.get(emailFacts.name) ?? [];
    if (keys === "all") held.stale = "all";
    else if (held.stale !== "all") for (const key of keys) held.stale.add(key);
  });
  return held;
}

async function refresh(store: LocalStore, held: HeldFacts): Promise<void> {
  const { stale } = held;
  if (stale !== "all" && stale.size === 0) return;
  held.stale = new Set();
  try {
    if (stale === "all") {
      const all = await store.list(emailFacts);
      held.rows.clear();
      for (const row of all) held.rows.set(Number(row.key), columnsOf(row));
      return;
    }
    const keys = [...stale];
    for (const [at, row] of (await store.getMany(emailFacts, keys)).entries()) {
      const number = Number(keys[at]);
      if (row === undefined) held.rows.delete(number);
      else held.rows.set(number, columnsOf(row));
    }
  } catch (error) {
    held.stale = "all";
    throw error;
  }
}

function columnsOf(row: EmailFacts): Columns {
  const places = new Uint16Array(factsPerRow);
  for (const [at, id] of row.ids.entries()) places[id % factsPerRow] = at + 1;
  return { places, row };
}

type Test = (row: EmailFacts, at: number) => boolean;

/** Undefined for what only the text of a message says. */
function testOf(filter: RowFilter, places: ReadonlyMap<Mailbox["id"], Place>): Test | undefined {
  const bit =
    (wanted: number): Test =>
    ({ marks }, at) =>
      ((marks[at] ?? 0) & wanted) !== 0;
  switch (filter.by) {
    case "attachment":
      return bit(factBits.attachment);
    case "read":
      return bit(factBits.read);
    case "unread": {
      const isRead = bit(factBits.read);
      return (row, at) => !isRead(row, at);
    }
    case "starred":
      return bit(factBits.starred);
    case "size": {
      const { fromBytes = 0, belowBytes = Number.POSITIVE_INFINITY } = filter;
      return ({ sizes }, at) => (sizes[at] ?? 0) >= fromBytes && (sizes[at] ?? 0) < belowBytes;
    }
    case "sort": {
      const sort = messageSorts.indexOf(filter.sort);
      return ({ marks }, at) => (marks[at] ?? 0) >> sortShift === sort;
    }
    case "mailbox":
    case "label":
      return liesIn(filter, places);
    default:
      return undefined;
  }
}

function liesIn(
  { by, name }: Extract<RowFilter, { name: string }>,
  places: ReadonlyMap<Mailbox["id"], Place>,
): Test {
  const wanted = new Set<string>();
  for (const [id, { names, isLabel }] of places) {
    if ((by === "mailbox" || isLabel) && isNamed(names, name)) wanted.add(id);
  }
  const known = new WeakMap<readonly string[], boolean>();
  return ({ sets, lies }, at) => {
    const set = sets[lies[at] ?? 0] ?? [];
    const before = known.get(set);
    if (before !== undefined) return before;
    const isIn = set.some((id) => wanted.has(id));
    known.set(set, isIn);
    return isIn;
  };
}
