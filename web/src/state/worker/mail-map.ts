/**
 * All messages of an account in memory, as little of each as lists need, so that any list of a hundred thousand is in order
 * at once. It is filled from the device's store, newest first, and follows it.
 */
import {
  applyToEmail,
  type EmailChange,
  type EmailRow,
  emails,
  type LocalStore,
  type MailboxRow,
  mailboxes,
  statuses,
  submissions,
} from "@posthorn/client";
import type { Topic } from "./topic.ts";

export interface MailEntry {
  readonly id: string;
  readonly threadId: string;
  readonly atMs: number;
  readonly mailboxIds: readonly string[];
  readonly isSeen: boolean;
  readonly isFlagged: boolean;
  readonly isDraft: boolean;
  readonly isAnswered: boolean;
  readonly hasAttachment: boolean;
  /** False for what only says something about another message, or belongs to a chat. */
  readonly isMail: boolean;
  /** The message that it changes or takes back. */
  readonly amends: string | null;
}

export interface MailMap {
  /** False while the store is still being read. */
  readonly isWhole: boolean;
  get(id: string): MailEntry | undefined;
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
  thread(threadId: string): readonly MailEntry[];
  all(): Iterable<MailEntry>;
  /** Told of the threads that have changed, before the views are. */
  onChange(listener: (threadIds: ReadonlySet<string>) => void): void;
  /** Resolves when so much was read that the first page of a list can be shown. */
  readonly begun: Promise<void>;
  /** Resolves when all are here. */
  readonly whole: Promise<void>;
}

const portion = 1_000;
const firstPortion = 200;
/** What is told while it is being read is told so often. */
const tellEveryMs = 400;
const mostRows = 4_000;

export function openMailMap(
  store: LocalStore,
  signal: AbortSignal,
  tell: (topics: readonly Topic[]) => void,
): MailMap {
  const byId = new Map<string, MailEntry>();
  const byThread = new Map<string, Set<MailEntry>>();
  const listeners: ((threadIds: ReadonlySet<string>) => void)[] = [];
  const amended = new Map<string, number>();
  const kept = new Map<string, EmailRow>();
  let boxes: Promise<readonly MailboxRow[]> | undefined;
  let isWhole = false;

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

  const take = (rows: readonly EmailRow[], gone: readonly string[]) => {
    const touched = new Set<string>();
    for (const id of [...gone, ...rows.map((row) => row.id)]) {
      const before = byId.get(id);
      if (before === undefined) continue;
      byId.delete(id);
      count(before.amends, -1);
      const siblings = byThread.get(before.threadId);
      siblings?.delete(before);
      if (siblings?.size === 0) byThread.delete(before.threadId);
      touched.add(before.threadId);
    }
    for (const row of rows) {
      const entry = entryOf(row);
      byId.set(entry.id, entry);
      count(entry.amends, 1);
      const siblings = byThread.get(entry.threadId);
      if (siblings === undefined) byThread.set(entry.threadId, new Set([entry]));
      else siblings.add(entry);
      touched.add(entry.threadId);
    }
    if (touched.size > 0) for (const listener of listeners) listener(touched);
  };

  const readAll = async (onBegun: () => void) => {
    let before: readonly (number | string)[] | undefined;
    let size = firstPortion;
    let toldAtMs = 0;
    while (!signal.aborted) {
      const rows = await store.list(emails, { by: "byTime", before, reverse: true, limit: size });
      // What has changed meanwhile is newer here than what was read.
      take(
        rows.filter(({ id }) => !byId.has(id)),
        [],
      );
      if (before === undefined) keep(rows.filter(({ id }) => !kept.has(id)));
      onBegun();
      const nowMs = performance.now();
      if (nowMs - toldAtMs > tellEveryMs) {
        tell(["rows"]);
        toldAtMs = nowMs;
      }
      const last = rows.at(-1);
      if (last === undefined || rows.length < size) break;
      before = [Date.parse(last.receivedAt) || 0, last.id];
      size = portion;
    }
    isWhole = true;
    tell(["rows"]);
  };

  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const whole = readAll(begin)
    .catch((error: unknown) => {
      if (!signal.aborted) console.error(error);
    })
    .finally(begin);

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
      for (const id of byId.keys()) byId.delete(id);
      byThread.clear();
      kept.clear();
      amended.clear();
      isWhole = false;
      await readAll(() => undefined);
      return;
    }
    const wanted = [...ids];
    const rows = await store.getMany(emails, wanted);
    const found = rows.filter((row) => row !== undefined);
    const there = new Set(found.map(({ id }) => id));
    for (const id of wanted) if (!there.has(id)) kept.delete(id);
    keep(found.filter(({ id }) => kept.has(id) || !byId.has(id)));
    take(
      found,
      wanted.filter((id) => !there.has(id)),
    );
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
      take(now, []);
      tell(["rows"]);
    },
    settle: (ids) => reread(new Set(ids)),
    thread: (threadId) => [...(byThread.get(threadId) ?? [])],
    all: () => byId.values(),
    onChange(listener) {
      listeners.push(listener);
    },
    begun,
    whole,
  };
}

/** Types that say something about another message, or are read in a chat. */
const notMail: ReadonlySet<string> = new Set(["edit", "recall", "receipt", "reaction", "chat_message"]);

/** Of these what they say of another is read with it. */
const amending: ReadonlySet<string> = new Set(["edit", "recall"]);

function entryOf(row: EmailRow): MailEntry {
  const { keywords } = row;
  return {
    id: row.id,
    threadId: row.threadId,
    atMs: Date.parse(row.receivedAt) || 0,
    mailboxIds: Object.keys(row.mailboxIds),
    isSeen: keywords.$seen === true,
    isFlagged: keywords.$flagged === true,
    isDraft: keywords.$draft === true,
    isAnswered: keywords.$answered === true,
    hasAttachment: row.hasAttachment,
    isMail: row.wire === null || !notMail.has(row.wire.type),
    amends: row.wire !== null && amending.has(row.wire.type) ? row.wire.target : null,
  };
}
