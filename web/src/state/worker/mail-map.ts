/**
 * All messages of an account in memory, as little of each as lists need, so that any list of a hundred thousand is in order
 * at once. It is filled from the device's store, what is looked at first, and follows it.
 */
import {
  applyToEmail,
  type EmailChange,
  type EmailEntry,
  type EmailRow,
  emails,
  entryOf,
  type LocalStore,
  type MailboxRow,
  mailboxes,
  readEntries,
  statuses,
  submissions,
} from "@posthorn/client";
import type { Topic } from "./topic.ts";

export interface MailMap {
  /** False while the store is still being read. */
  readonly isWhole: boolean;
  get(id: string): EmailEntry | undefined;
  /** Rows of these messages that are on the device, by their ids: those that were looked at are still here. */
  rows(ids: readonly string[]): Promise<ReadonlyMap<string, EmailRow>>;
  /** Whether something was said later about what this message says. */
  isAmended(row: EmailRow): boolean;
  mailboxes(): Promise<readonly MailboxRow[]>;
  /** Shows what is being done before it is kept. What is kept then, or is not, is shown by itself or by `settle`. */
  foresee(ids: readonly string[], change: EmailChange): void;
  /** Shows these as they are kept. */
  settle(ids: readonly string[]): Promise<void>;
  /** Of one thread, in no order. */
  thread(threadId: string): readonly EmailEntry[];
  all(): Iterable<EmailEntry>;
  /** Told of the threads that have changed, before the views are. */
  onChange(listener: (threadIds: ReadonlySet<string>) => void): void;
  /** Resolves when so many of a mailbox, or of all, are here that a list of them can begin. */
  newestOf(mailboxId: string | undefined): Promise<void>;
  /** Resolves when all of a thread are here. */
  wholeThread(threadId: string): Promise<void>;
  /** Resolves when all are here. */
  readonly whole: Promise<void>;
}

const firstPortion = 200;
const mostRows = 4_000;

export function openMailMap(
  store: LocalStore,
  signal: AbortSignal,
  { tell, restLater }: { tell: (topics: readonly Topic[]) => void; restLater: Promise<void> },
): MailMap {
  const byId = new Map<string, EmailEntry>();
  const byThread = new Map<string, Set<EmailEntry>>();
  const listeners: ((threadIds: ReadonlySet<string>) => void)[] = [];
  const amended = new Map<string, number>();
  const kept = new Map<string, EmailRow>();
  let boxes: Promise<readonly MailboxRow[]> | undefined;
  let isWhole = false;
  /** While it is being read. */
  const gone = new Set<string>();

  const keep = (rows: readonly EmailRow[]) => {
    for (const row of rows) {
      kept.delete(row.id);
      kept.set(row.id, row);
    }
    for (const id of kept.keys()) {
      if (kept.size <= mostRows) break;
      kept.delete(id);
    }
  };

  const count = (id: string | null, by: 1 | -1) => {
    if (id === null) return;
    const now = (amended.get(id) ?? 0) + by;
    if (now > 0) amended.set(id, now);
    else amended.delete(id);
  };

  const tellThreads = (touched: ReadonlySet<string>) => {
    if (touched.size > 0) for (const listener of listeners) listener(touched);
  };

  /** Adds those that are not here, without telling. */
  const add = (entries: readonly EmailEntry[], touched: Set<string>) => {
    for (const entry of entries) {
      byId.set(entry.id, entry);
      count(entry.amends, 1);
      const siblings = byThread.get(entry.threadId);
      if (siblings === undefined) byThread.set(entry.threadId, new Set([entry]));
      else siblings.add(entry);
      touched.add(entry.threadId);
    }
  };

  const take = (entries: readonly EmailEntry[], gone: readonly string[]) => {
    const touched = new Set<string>();
    for (const id of [...gone, ...entries.map((entry) => entry.id)]) {
      const before = byId.get(id);
      if (before === undefined) continue;
      byId.delete(id);
      count(before.amends, -1);
      const siblings = byThread.get(before.threadId);
      siblings?.delete(before);
      if (siblings?.size === 0) byThread.delete(before.threadId);
      touched.add(before.threadId);
    }
    add(entries, touched);
    tellThreads(touched);
  };

  /** What was read before all is. */
  const early = new Map<string, Promise<void>>();
  const readEarly = (name: string, read: () => Promise<EmailRow[]>): Promise<void> => {
    if (isWhole) return Promise.resolve();
    const known = early.get(name) ?? takeEarly(read);
    early.set(name, known);
    return known;
  };
  const takeEarly = async (read: () => Promise<EmailRow[]>) => {
    const rows = await read();
    take(
      rows.map(entryOf).filter(({ id }) => !byId.has(id) && !gone.has(id)),
      [],
    );
    keep(rows.filter(({ id }) => !kept.has(id) && byId.has(id)));
  };

  let round = 0;
  let reading: Promise<void> | undefined;
  const readAll = (): Promise<void> => {
    round++;
    reading = readRound(round);
    return reading;
  };
  /** One that was begun anew meanwhile ends with that. */
  const readRound = async (mine: number): Promise<void> => {
    await restLater;
    const touched = new Set<string>();
    for await (const part of readEntries(store)) {
      if (signal.aborted) return;
      if (mine !== round) return reading;
      // What has changed or gone meanwhile is newer here than what was read.
      add(
        part.filter(({ id }) => !byId.has(id) && !gone.has(id)),
        touched,
      );
    }
    gone.clear();
    early.clear();
    tellThreads(touched);
    isWhole = true;
    tell(["rows"]);
  };

  const whole = readAll().catch((error: unknown) => {
    if (!signal.aborted) console.error(error);
  });

  const stop = store.subscribe([emails, mailboxes, statuses, submissions], (change) => {
    const ids = change.get(emails.name);
    if (change.has(statuses.name)) tell(["status"]);
    if (change.has(mailboxes.name)) {
      boxes = undefined;
      tell(["folders"]);
    }
    if (change.has(submissions.name)) tell(["sending"]);
    if (ids === undefined) return;
    void reread(ids);
  });
  signal.addEventListener("abort", stop, { once: true });

  const reread = async (ids: ReadonlySet<string> | "all") => {
    if (ids === "all") {
      const before = [...byThread.keys()];
      for (const id of byId.keys()) byId.delete(id);
      byThread.clear();
      kept.clear();
      amended.clear();
      early.clear();
      isWhole = false;
      await readAll();
      const lost = new Set(before.filter((threadId) => !byThread.has(threadId)));
      if (lost.size === 0) return;
      for (const listener of listeners) listener(lost);
      tell(["rows"]);
      return;
    }
    const wanted = [...ids];
    const rows = await store.getMany(emails, wanted);
    const found = rows.filter((row) => row !== undefined);
    const there = new Set(found.map(({ id }) => id));
    const lost = wanted.filter((id) => !there.has(id));
    for (const id of lost) kept.delete(id);
    if (!isWhole) for (const id of lost) gone.add(id);
    keep(found.filter(({ id }) => kept.has(id) || !byId.has(id)));
    take(found.map(entryOf), lost);
    tell(["rows", "folders"]);
  };

  return {
    get isWhole() {
      return isWhole;
    },
    get: (id) => byId.get(id),
    async rows(ids) {
      const lacking = ids.filter((id) => !kept.has(id));
      const found = lacking.length === 0 ? [] : await store.getMany(emails, lacking);
      const read = found.filter((row) => row !== undefined);
      keep(read.filter(({ id }) => !kept.has(id)));
      const rows = new Map(read.map((row) => [row.id, row] as const));
      for (const id of ids) {
        const row = kept.get(id);
        if (row !== undefined) rows.set(id, row);
      }
      return rows;
    },
    isAmended: ({ wire }) => wire !== null && amended.has(wire.id),
    mailboxes() {
      boxes ??= store.list(mailboxes);
      return boxes;
    },
    foresee(ids, change) {
      const now = ids.flatMap((id) => applyToEmail(change, kept.get(id)) ?? []);
      if (now.length === 0) return;
      keep(now);
      take(now.map(entryOf), []);
      tell(["rows"]);
    },
    settle: (ids) => reread(new Set(ids)),
    thread: (threadId) => [...(byThread.get(threadId) ?? [])],
    all: () => byId.values(),
    onChange(listener) {
      listeners.push(listener);
    },
    newestOf: (mailboxId) =>
      readEarly(`newest of ${mailboxId}`, () =>
        store.list(emails, {
          ...(mailboxId === undefined ? { by: "byTime" } : { by: "byMailbox", prefix: [mailboxId] }),
          reverse: true,
          limit: firstPortion,
        }),
      ),
    wholeThread: (threadId) =>
      readEarly(`thread ${threadId}`, () => store.list(emails, { by: "byThread", prefix: [threadId] })),
    whole,
  };
}
