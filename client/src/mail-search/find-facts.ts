/** Filters of a query answered for every message of the account from memory, as long as its rows need not be asked. */
import type { Mailbox } from "@posthorn/protocol";
import type { LocalStore } from "../local/local-store.ts";
import { messageSorts, type RowFilter } from "../search/plan.ts";
import { type FindFacts, isNamed } from "../search/rows.ts";
import type { Mail } from "../sync/mail-context.ts";
import { type EmailFacts, emailFacts, factBits, factsAt, factsPerRow, sortShift } from "./email-facts.ts";
import type { Place } from "./places.ts";

/** As the store has them; what was changed since is read before the next search. */
interface HeldFacts {
  readonly rows: Map<number, EmailFacts>;
  stale: Set<string> | "all";
  lastTurn: Promise<void>;
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
      const row = held.rows.get(Math.floor(id / factsPerRow));
      const at = id % factsPerRow;
      return row !== undefined && factsAt.isThere(row, at) && holds(row, at);
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
      for (const row of all) held.rows.set(Number(row.key), row);
      return;
    }
    const keys = [...stale];
    for (const [at, row] of (await store.getMany(emailFacts, keys)).entries()) {
      const number = Number(keys[at]);
      if (row === undefined) held.rows.delete(number);
      else held.rows.set(number, row);
    }
  } catch (error) {
    held.stale = "all";
    throw error;
  }
}

type Test = (row: EmailFacts, at: number) => boolean;

/** Undefined for what only the text of a message says. */
function testOf(filter: RowFilter, places: ReadonlyMap<Mailbox["id"], Place>): Test | undefined {
  const bit =
    (wanted: number): Test =>
    (row, at) =>
      (factsAt.marks(row, at) & wanted) !== 0;
  switch (filter.by) {
    case "attachment":
      return bit(factBits.hasAttachment);
    case "read":
      return bit(factBits.isSeen);
    case "unread": {
      const isRead = bit(factBits.isSeen);
      return (row, at) => !isRead(row, at);
    }
    case "starred":
      return bit(factBits.isFlagged);
    case "size": {
      const { fromBytes = 0, belowBytes = Number.POSITIVE_INFINITY } = filter;
      return (row, at) => {
        const size = factsAt.size(row, at);
        return size >= fromBytes && size < belowBytes;
      };
    }
    case "sort": {
      const sort = messageSorts.indexOf(filter.sort);
      return (row, at) => factsAt.marks(row, at) >> sortShift === sort;
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
  return (row, at) => {
    const set = factsAt.mailboxIds(row, at);
    const before = known.get(set);
    if (before !== undefined) return before;
    const isIn = set.some((id) => wanted.has(id));
    known.set(set, isIn);
    return isIn;
  };
}
