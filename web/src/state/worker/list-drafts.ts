/** What is being written, and what was written and has not left yet, as rows of a list. */
import {
  findLetter,
  listDrafts,
  type Mail,
  removeUnreadableDrafts,
  type StoredDraft,
} from "@posthorn/client";
import { numberOf } from "./acts-kept.ts";
import type { Desk } from "./desk.ts";
import { oneLine } from "./digests.ts";
import type { Fault } from "./fault.ts";
import { draftOfOpen } from "./letter-desk.ts";
import type { ThreadPage, ThreadRow } from "./list-threads.ts";
import { hasLost } from "./phrase.ts";
import { listUnsentLetters } from "./unsent-letters.ts";

/** The drafts of the account and the letters that wait for the server, the newest first. */
export async function listDraftRows({ mail }: Desk): Promise<ThreadRow[]> {
  const waiting = await waitingRows(mail);
  const sent = new Set(waiting.map(({ wireId }) => draftOfOpen(wireId)));
  const drafts = await draftsOf(mail);
  // One that is just being sent is no draft any more.
  const unsent = drafts.filter(({ name }) => !sent.has(name));
  const rows = unsent.map((stored) => {
    const { name, letter, savedAt } = stored;
    const { to, cc, subject, body, bodyType, files = [] } = letter;
    const row = rowOf({ threadId: `draft:${name}`, atMs: Date.parse(savedAt) || 0, to: [...to, ...cc] });
    const hasFiles = files.length > 0;
    const snippet = oneLine(body, bodyType === "text/markdown");
    return { ...row, draft: name, subject, snippet, hasFiles, why: troubleOf(stored) };
  });
  return [...waiting.map(({ row }) => row), ...rows].sort((a, b) => b.atMs - a.atMs);
}

/** Why the server does not take a draft; null while it has it, or will have it. */
export function troubleOf({ trouble, troubleType }: StoredDraft): Fault | null {
  return trouble === undefined ? null : { sentence: trouble, code: troubleType ?? "" };
}

/** How many there are. */
export async function countDrafts({ mail }: Desk): Promise<number> {
  return (await draftsOf(mail)).length + (await listUnsentLetters(mail)).length;
}

export interface UnreadableDrafts {
  ids: string[];
  /** They may come back with the phrase of before a reset. */
  mayComeBack: boolean;
}

/** Those that nobody can open here. */
export async function listUnreadable(desk: Desk): Promise<UnreadableDrafts> {
  const ids = desk.mail.key === undefined ? [] : (await listDrafts(desk.mail)).unreadable;
  return { ids, mayComeBack: ids.length > 0 && (await hasLost(desk)) };
}

/** Gives the number by which they come back, null when they are gone already. */
export function discardUnreadable(
  desk: Desk,
  { ids, label }: { ids: string[]; label: string },
): Promise<number | null> {
  return numberOf(desk, removeUnreadableDrafts(desk.mail, label, ids));
}

/** An account without keys keeps none. */
async function draftsOf(mail: Mail): Promise<readonly StoredDraft[]> {
  return mail.key === undefined ? [] : (await listDrafts(mail)).drafts;
}

async function waitingRows(mail: Mail): Promise<{ wireId: string; row: ThreadRow }[]> {
  const rows: { wireId: string; row: ThreadRow }[] = [];
  for (const { wireId, doneAtMs, why } of await listUnsentLetters(mail)) {
    const letter = await findLetter(mail, wireId);
    if (letter === undefined) continue;
    const { to = [], cc = [] } = letter.draft;
    const subject = textOf(letter.draft, "subject");
    const base = rowOf({ threadId: `letter:${wireId}`, atMs: doneAtMs, to: [...to, ...cc] });
    const isMarkdown = textOf(letter.draft, "bodyType") === "text/markdown";
    const snippet = oneLine(textOf(letter.draft, "body"), isMarkdown);
    const hasFiles = letter.files.length > 0;
    rows.push({ wireId, row: { ...base, subject, snippet, hasFiles, isWaiting: true, why } });
  }
  return rows;
}

function textOf(value: object, name: string): string {
  const text: unknown = Reflect.get(value, name);
  return typeof text === "string" ? text : "";
}

function rowOf({ threadId, atMs, to }: { threadId: string; atMs: number; to: readonly string[] }): ThreadRow {
  return {
    threadId,
    atMs,
    backFromMs: null,
    people: to.map((address) => ({ address })),
    count: 1,
    isUnread: false,
    isStarred: false,
    isAnswered: false,
    isMuted: false,
    hasFiles: false,
    subject: "",
    snippet: "",
    trouble: null,
    mailboxIds: [],
    snoozedUntil: null,
    delivery: null,
    draft: null,
    isWaiting: false,
  };
}

/** Rows of several kinds as one list. */
export function pageOf(
  rows: readonly ThreadRow[],
  { from, to, isWhole, sinceMs }: { from: number; to: number; isWhole: boolean; sinceMs: SinceMs },
): ThreadPage {
  const since = (ms: number) => rows.filter(({ atMs }) => atMs >= ms).length;
  const [today, yesterday, week] = [since(sinceMs.today), since(sinceMs.yesterday), since(sinceMs.week)];
  return {
    from,
    rows: rows.slice(from, to),
    total: rows.length,
    ages: { today, yesterday: yesterday - today, week: week - yesterday },
    isWhole,
  };
}

export interface SinceMs {
  today: number;
  yesterday: number;
  week: number;
}
