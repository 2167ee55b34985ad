/**
 * All messages of an account in memory, as little of each as lists need, so that any list of a hundred thousand is in order
 * at once. It is filled from the device's store, newest first, and follows it.
 */
import { type EmailRow, emails, type LocalStore, mailboxes, statuses, submissions } from "@posthorn/client";
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
}

export interface MailMap {
  /** False while the store is still being read. */
  readonly isWhole: boolean;
  get(id: string): MailEntry | undefined;
  /** Of one thread, in no order. */
  thread(threadId: string): readonly MailEntry[];
  all(): Iterable<MailEntry>;
  /** Told of the threads that have changed, before the views are. */
  onChange(listener: (threadIds: ReadonlySet<string>) => void): void;
  /** Resolves when so much was read that the first page of a list can be shown. */
  readonly begun: Promise<void>;
}

const portion = 1_000;
const firstPortion = 200;

export function openMailMap(
  store: LocalStore,
  signal: AbortSignal,
  tell: (topics: readonly Topic[]) => void,
): MailMap {
  const byId = new Map<string, MailEntry>();
  const byThread = new Map<string, Set<MailEntry>>();
  const listeners: ((threadIds: ReadonlySet<string>) => void)[] = [];
  let isWhole = false;

  const take = (rows: readonly EmailRow[], gone: readonly string[]) => {
    const touched = new Set<string>();
    for (const id of [...gone, ...rows.map((row) => row.id)]) {
      const before = byId.get(id);
      if (before === undefined) continue;
      byId.delete(id);
      const siblings = byThread.get(before.threadId);
      siblings?.delete(before);
      if (siblings?.size === 0) byThread.delete(before.threadId);
      touched.add(before.threadId);
    }
    for (const row of rows) {
      const entry = entryOf(row);
      byId.set(entry.id, entry);
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
    while (!signal.aborted) {
      const rows = await store.list(emails, { by: "byTime", before, reverse: true, limit: size });
      // What has changed meanwhile is newer here than what was read.
      take(
        rows.filter(({ id }) => !byId.has(id)),
        [],
      );
      onBegun();
      tell(["rows"]);
      const last = rows.at(-1);
      if (last === undefined || rows.length < size) break;
      before = [Date.parse(last.receivedAt) || 0, last.id];
      size = portion;
    }
    isWhole = true;
    tell(["rows"]);
  };

  const begun = new Promise<void>((done) => {
    readAll(done)
      .catch((error: unknown) => {
        if (!signal.aborted) console.error(error);
      })
      .finally(done);
  });

  const stop = store.subscribe([emails, mailboxes, statuses, submissions], (change) => {
    const ids = change.get(emails.name);
    if (change.has(statuses.name)) tell(["status"]);
    if (change.has(mailboxes.name)) tell(["folders"]);
    if (change.has(submissions.name)) tell(["sending"]);
    if (ids === undefined) return;
    void reread(ids);
  });
  signal.addEventListener("abort", stop, { once: true });

  const reread = async (ids: ReadonlySet<string> | "all") => {
    if (ids === "all") {
      for (const id of byId.keys()) byId.delete(id);
      byThread.clear();
      isWhole = false;
      await readAll(() => undefined);
      return;
    }
    const wanted = [...ids];
    const rows = await store.getMany(emails, wanted);
    const found = rows.filter((row) => row !== undefined);
    const there = new Set(found.map(({ id }) => id));
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
    thread: (threadId) => [...(byThread.get(threadId) ?? [])],
    all: () => byId.values(),
    onChange(listener) {
      listeners.push(listener);
    },
    begun,
  };
}

/** Types that say something about another message, or are read in a chat. */
const notMail: ReadonlySet<string> = new Set(["edit", "recall", "receipt", "reaction", "chat_message"]);

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
  };
}
