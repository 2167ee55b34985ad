/** A stretch of a list: threads of a place, newest first. */
import {
  type EmailEntry,
  type EmailRow,
  type MarkedText,
  readNames,
  type SenderNames,
} from "@posthorn/client";
import type { Place } from "../place.ts";
import { type Delivery, type DeliveryMark, readDeliveries, worstMark } from "./delivery.ts";
import type { Desk } from "./desk.ts";
import type { Digest } from "./digests.ts";
import type { Fault } from "./fault.ts";
import { isLater, orderOf } from "./folders.ts";
import { listDraftRows, pageOf, type SinceMs } from "./list-drafts.ts";
import { type Person, peopleOf, personOf } from "./persons.ts";
import { hitOf, isFoundWhole } from "./search-threads.ts";
import type { OrderedThread, ThreadOrder } from "./thread-order.ts";

export interface ThreadRow {
  threadId: string;
  /** When it has come, or has come back. */
  atMs: number;
  /** Of one that was out of sight until its time: when it had come first. */
  backFromMs: number | null;
  /** Who has written, oldest first, each once; in Sent and Drafts to whom. */
  people: Person[];
  /** Messages in the thread. */
  count: number;
  isUnread: boolean;
  isStarred: boolean;
  isAnswered: boolean;
  /** What comes to it stays out of the inbox. */
  isMuted: boolean;
  hasFiles: boolean;
  /** Null while it was not opened yet. */
  subject: string | null;
  snippet: string;
  /** It cannot be opened, should not be believed as it is, or was taken back by its sender. */
  trouble: "failed" | "doubtful" | "takenBack" | null;
  /** Mailboxes it lies in. */
  mailboxIds: string[];
  snoozedUntil: string | null;
  /** In a search: where the query stands in it. */
  found?: { subject: MarkedText; excerpt: MarkedText } | undefined;
  /** In Sent: of all copies of one's own the one that stands worst. */
  delivery: DeliveryMark | null;
  /** The name of the draft that it is: opening it opens a composer. */
  draft: string | null;
  /** It was sent, and the server cannot be reached yet. */
  isWaiting: boolean;
  /** Why it could not go so far. */
  why?: Fault | null;
}

export interface ThreadPage {
  from: number;
  rows: ThreadRow[];
  total: number;
  /** How many of all are of today, of yesterday, and of the five days before: lists have headings there. */
  /** Null where the order is another one. */
  ages: { today: number; yesterday: number; week: number } | null;
  /** False while more may be found. */
  isWhole: boolean;
}

/** From the one at `from` to before the one at `to`. */
export async function listThreads(
  desk: Desk,
  input: { place: Place; from: number; to: number },
): Promise<ThreadPage> {
  const { place, from, to } = input;
  if (place.kind !== "role" || place.role !== "drafts") return listStretch(desk, input);
  const others = await listStretch(desk, { place, from: 0, to: mostDrafts });
  const names = await readNames(desk.mail);
  const drafts = (await listDraftRows(desk)).map((row) => ({
    ...row,
    people: row.people.map(({ address }) => personOf(address, names)),
  }));
  const rows = [...drafts, ...others.rows].sort((a, b) => b.atMs - a.atMs);
  return pageOf(rows, { from, to, isWhole: others.isWhole, sinceMs: daysAgo() });
}

/** Drafts of other mail programs, which are messages, are few. */
const mostDrafts = 500;

async function listStretch(
  desk: Desk,
  { place, from, to }: { place: Place; from: number; to: number },
): Promise<ThreadPage> {
  const order = await orderOf(desk, place);
  if (order === undefined) return noThreads(from);
  const stretch = order.threads.slice(from, to);
  const threads = stretch.map(({ threadId }) => inTime(desk.map.thread(threadId)));
  const shown = threads.map((entries, at) => rowsShown(entries, stretch[at]?.newestId));
  const ids = [...new Set(shown.flat())];
  const [rows] = await Promise.all([desk.map.rows(ids), desk.digests.bring(rowsFound(desk, place, stretch))]);
  const newest = stretch.flatMap(({ newestId }) => rows.get(newestId) ?? []);
  await desk.digests.bring(newest);
  const names = await readNames(desk.mail);
  const isSent = place.kind === "role" && place.role === "sent";
  const deliveries = isSent ? await readDeliveries(desk.mail, [...rows.values()]) : noDeliveries;
  return {
    from,
    total: order.threads.length,
    ages: isLater(place) ? null : agesOf(order),
    isWhole: desk.map.isWhole && (place.kind !== "search" || isFoundWhole(desk, place.query)),
    rows: stretch.flatMap((thread, at) => {
      const row = rows.get(thread.newestId);
      const of = (shown[at] ?? []).flatMap((id) => rows.get(id) ?? []);
      return row === undefined
        ? []
        : [threadRowOnce(desk, { place, row, rows: of, entries: threads[at] ?? [], deliveries, names })];
    }),
  };
}

const noDeliveries: ReadonlyMap<string, Delivery[]> = new Map();

export function noThreads(from: number): ThreadPage {
  return { from, rows: [], total: 0, ages: { today: 0, yesterday: 0, week: 0 }, isWhole: false };
}

/** By the days of whoever reads. */
function agesOf(order: ThreadOrder): NonNullable<ThreadPage["ages"]> {
  const sinceMs = daysAgo();
  const today = order.countSince(sinceMs.today);
  const yesterday = order.countSince(sinceMs.yesterday) - today;
  return { today, yesterday, week: order.countSince(sinceMs.week) - today - yesterday };
}

function daysAgo(): SinceMs {
  // Not every day has 24 hours.
  const midnight = (daysBack: number) => {
    const day = new Date();
    day.setHours(0, 0, 0, 0);
    return day.setDate(day.getDate() - daysBack);
  };
  return { today: midnight(0), yesterday: midnight(1), week: midnight(6) };
}

const mostShown = 12;

/** So many of a thread are enough to say who has written. */
function rowsShown(entries: readonly EmailEntry[], newestId: string | undefined): string[] {
  const ids = entries
    .filter(({ isMail }) => isMail)
    .slice(-mostShown)
    .map(({ id }) => id);
  return newestId === undefined || ids.includes(newestId) ? ids : [...ids, newestId];
}

function inTime(entries: readonly EmailEntry[]): EmailEntry[] {
  return entries.toSorted((a, b) => a.atMs - b.atMs);
}

interface Thread {
  place: Place;
  row: EmailRow;
  rows: EmailRow[];
  entries: EmailEntry[];
  deliveries: ReadonlyMap<string, Delivery[]>;
  names: SenderNames;
}

/** What a row was made of, and what became of it. */
interface MadeRow {
  of: readonly unknown[];
  row: ThreadRow;
}

const made = new WeakMap<EmailRow, MadeRow>();

/** Made anew when something has changed that it says. */
function threadRowOnce(desk: Desk, thread: Thread): ThreadRow {
  const { place, row, rows, entries, names } = thread;
  // A search says where it was found, and what was sent how it stands.
  if (place.kind === "search" || (place.kind === "role" && outgoing.has(place.role)))
    return threadRow(desk, thread);
  const of = [desk.digests.peek(row), names, rows.length, ...rows, ...entries];
  const known = made.get(row);
  if (known !== undefined && known.of.length === of.length && known.of.every((one, at) => one === of[at]))
    return known.row;
  const now = threadRow(desk, thread);
  made.set(row, { of, row: now });
  return now;
}

const outgoing: ReadonlySet<string> = new Set(["sent", "drafts"]);

function threadRow(desk: Desk, { place, row, rows, entries, deliveries, names }: Thread): ThreadRow {
  const digest = desk.digests.peek(row);
  const mail = entries.filter(({ isMail }) => isMail);
  const entry = entries.find(({ id }) => id === row.id);
  const receivedAtMs = Date.parse(row.receivedAt) || 0;
  const back = entry?.snooze?.isOver === true ? entry.snooze : undefined;
  const isOutgoing = place.kind === "role" && outgoing.has(place.role);
  return {
    threadId: row.threadId,
    atMs: back?.untilMs ?? receivedAtMs,
    backFromMs: back === undefined ? null : receivedAtMs,
    people: isOutgoing
      ? peopleOf(row, row.to, names)
      : eachOnce(rows.flatMap((one) => peopleOf(one, one.from, names))),
    count: mail.length,
    isUnread: mail.some(({ isSeen, isDraft }) => !isSeen && !isDraft),
    isStarred: mail.some(({ isFlagged }) => isFlagged),
    isAnswered: mail.some(({ isAnswered }) => isAnswered),
    isMuted: mail.some(({ isMuted }) => isMuted),
    hasFiles: mail.some(({ hasAttachment }) => hasAttachment) || hasFilesWithin(digest),
    subject: digest === undefined || digest === "failed" ? null : digest.subject,
    snippet: digest === undefined || digest === "failed" ? "" : digest.snippet,
    trouble: troubleOf(digest),
    mailboxIds: [...new Set(mail.flatMap(({ mailboxIds }) => mailboxIds))],
    snoozedUntil: row.snoozedUntil,
    found: place.kind === "search" ? foundIn(desk, place.query, row.id) : undefined,
    delivery: worstMark(rows.flatMap(({ id }) => deliveries.get(id) ?? [])),
    draft: null,
    isWaiting: false,
  };
}

/** A mail that was brought in has its files within. */
function hasFilesWithin(digest: Digest | "failed" | undefined): boolean {
  return digest !== undefined && digest !== "failed" && digest.files > 0;
}

/** What a search has found it has read already. */
function rowsFound(desk: Desk, place: Place, stretch: readonly OrderedThread[]): EmailRow[] {
  if (place.kind !== "search") return [];
  return stretch.flatMap(({ newestId }) => hitOf(desk, place.query, newestId)?.row ?? []);
}

function foundIn(desk: Desk, query: string, id: string): ThreadRow["found"] {
  const hit = hitOf(desk, query, id);
  return hit && { subject: hit.subject, excerpt: hit.excerpt };
}

function troubleOf(digest: Digest | "failed" | undefined): ThreadRow["trouble"] {
  if (digest === undefined || digest === "failed") return digest ?? null;
  if (digest.isTakenBack) return "takenBack";
  return digest.isDoubtful ? "doubtful" : null;
}

function eachOnce(people: readonly Person[]): Person[] {
  return [...new Map(people.map((person) => [person.address, person])).values()];
}
