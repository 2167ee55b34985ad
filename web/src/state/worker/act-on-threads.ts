/** What people do with conversations: seen at once, and told to the server when that can be reached. */
import {
  type Change,
  changeEmails,
  doMail,
  type EmailChange,
  type EmailEntry,
  listDrafts,
  type Mail,
  removeDraft,
  snoozeEmails,
  trashEmails,
  type Undo,
  undos,
} from "@posthorn/client";
import type { Place } from "../place.ts";
import { keepingInTurn } from "./acts-kept.ts";
import type { Desk } from "./desk.ts";
import { findFolder } from "./find-folder.ts";
import { orderOf } from "./folders.ts";

export type ThreadAct =
  | { kind: "archive" }
  | { kind: "trash" }
  /** For good, of what is in the trash: nothing brings it back. */
  | { kind: "destroy" }
  | { kind: "junk" }
  | { kind: "toInbox" }
  /** By itself when somebody has opened it: that is nothing one takes back. `of` names the messages, where not all are meant. */
  | { kind: "read"; isRead: boolean; isByItself?: boolean; of?: string[] }
  | { kind: "star"; isStarred: boolean }
  /** Null brings it back at once. */
  | { kind: "snooze"; until: string | null }
  /** Out of the inbox, and so what comes to it from then on; or not any more. */
  | { kind: "mute"; isMuted: boolean }
  | { kind: "label"; add: string[]; remove: string[] }
  /** Into a mailbox and out of where they were seen. `name` is that of the mailbox. */
  | { kind: "moveTo"; mailboxId: string; name: string };

export interface ActInput {
  act: ThreadAct;
  threadIds: string[];
  /** All that are in the place now, whatever is named. */
  isAll?: boolean | undefined;
  /** Where they were seen. */
  place: Place;
  /** What it is called where it can be taken back. */
  label: string;
}

/** Gives the number by which it can be taken back, null when nothing has changed. */
export function actOnThreads(desk: Desk, input: ActInput): Promise<number | null> {
  return keepingInTurn(desk, () => doAct(desk, input));
}

async function doAct(
  desk: Desk,
  { act, threadIds, isAll = false, place, label }: ActInput,
): Promise<number | null> {
  // Soon after the start only what was looked at is here, and all of it is meant.
  if (isAll) await desk.map.whole;
  const named = isAll ? await threadsOf(desk, place) : threadIds;
  if (act.kind === "trash" && named.some(isDraftRow)) return discardDrafts(desk.mail, label, named);
  if (!desk.map.isWhole) await Promise.all(named.map((threadId) => desk.map.wholeThread(threadId)));
  const entries = named.flatMap((threadId) => desk.map.thread(threadId)).filter(({ isMail }) => isMail);
  const undo = await carryOut(desk, { act, entries, place, label }).catch(async (error: unknown) => {
    await desk.map.settle(idsOf(entries));
    throw error;
  });
  if (undo === undefined) return null;
  if (act.kind !== "read" || act.isByItself !== true) return undo.number;
  await desk.mail.store.write([undos], (writer) => writer.remove(undos, [undos.keyOf(undo)]));
  return null;
}

/** Drafts are no messages: they are thrown away, and come back when that is taken back. */
function isDraftRow(threadId: string): boolean {
  return threadId.startsWith(draftRow);
}

const draftRow = "draft:";

async function discardDrafts(mail: Mail, label: string, named: readonly string[]): Promise<number | null> {
  const { drafts } = await listDrafts(mail);
  const gone = drafts.filter(({ name }) => named.includes(`${draftRow}${name}`));
  let last: number | null = null;
  for (const draft of gone) last = (await removeDraft(mail, label, draft))?.number ?? last;
  return last;
}

async function threadsOf(desk: Desk, place: Place): Promise<string[]> {
  const order = await orderOf(desk, place);
  return (order?.threads ?? []).map(({ threadId }) => threadId);
}

async function carryOut(
  desk: Desk,
  { act, entries, place, label }: { act: ThreadAct; entries: EmailEntry[]; place: Place; label: string },
): Promise<Undo | undefined> {
  const { mail } = desk;
  const change = (some: readonly EmailEntry[], one: EmailChange) => {
    desk.map.foresee(idsOf(some), one);
    return changeEmails(mail, label, idsOf(some), one);
  };
  const changeAll = (all: readonly Extract<Change, { on: "emails" }>[]) => {
    const changes = all.filter(({ ids }) => ids.length > 0);
    for (const { ids, change } of changes) desk.map.foresee(ids, change);
    return doMail(mail, label, changes);
  };
  switch (act.kind) {
    case "archive": {
      const [inbox, archive] = [await findFolder(desk, "inbox"), await findFolder(desk, "archive")];
      if (inbox === undefined || archive === undefined) return undefined;
      const there = entries.filter(({ mailboxIds }) => mailboxIds.includes(inbox.id));
      return change(there, { kind: "mailboxes", add: [archive.id], remove: [inbox.id] });
    }
    case "trash": {
      const trash = await findFolder(desk, "trash");
      if (trash !== undefined) desk.map.foresee(idsOf(entries), { kind: "moveTo", mailboxId: trash.id });
      return trashEmails(mail, label, idsOf(entries));
    }
    case "destroy": {
      const trash = await findFolder(desk, "trash");
      const there = entries.filter(({ mailboxIds }) => trash !== undefined && mailboxIds.includes(trash.id));
      return change(there, { kind: "destroy" });
    }
    case "junk":
    case "toInbox": {
      const to = await findFolder(desk, act.kind === "junk" ? "junk" : "inbox");
      const moved = act.kind === "junk" ? await received(desk, entries) : await lyingIn(desk, entries, place);
      return to && change(moved, { kind: "moveTo", mailboxId: to.id });
    }
    case "read": {
      const { of } = act;
      const read = entries.filter(({ id }) => of === undefined || of.includes(id));
      return change(read, { kind: "keywords", set: { $seen: act.isRead } });
    }
    case "star": {
      // A star is on the newest; taken off, it is off all.
      const newest = entries.toSorted((a, b) => b.atMs - a.atMs).slice(0, act.isStarred ? 1 : undefined);
      return change(newest, { kind: "keywords", set: { $flagged: act.isStarred } });
    }
    case "mute": {
      if (!act.isMuted) {
        const muted = entries.filter(({ isMuted }) => isMuted);
        return change(muted, { kind: "keywords", set: { $muted: false } });
      }
      const [inbox, archive] = [await findFolder(desk, "inbox"), await findFolder(desk, "archive")];
      if (inbox === undefined || archive === undefined) return undefined;
      const there = entries.filter(({ mailboxIds }) => mailboxIds.includes(inbox.id));
      return changeAll([
        { on: "emails", ids: idsOf(entries), change: { kind: "keywords", set: { $muted: true } } },
        {
          on: "emails",
          ids: idsOf(there),
          change: { kind: "mailboxes", add: [archive.id], remove: [inbox.id] },
        },
      ]);
    }
    case "snooze": {
      const there = act.until === null ? entries : await lyingIn(desk, entries, place);
      const [away, inbox] = [await findFolder(desk, "snoozed"), await findFolder(desk, "inbox")];
      if (away !== undefined && inbox !== undefined)
        desk.map.foresee(idsOf(there), {
          kind: "snooze",
          until: act.until,
          mailboxId: away.id,
          back: [inbox.id],
        });
      return snoozeEmails(mail, label, idsOf(there), act.until);
    }
    case "moveTo": {
      const moved = await lyingIn(desk, entries, place);
      const to: EmailChange = { kind: "moveTo", mailboxId: act.mailboxId };
      if (place.kind !== "label") return change(moved, to);
      // What one has sent oneself stays where it is, and goes out of the label with the others.
      const kept = entries.filter((entry) => !moved.includes(entry) && entry.mailboxIds.includes(place.id));
      return changeAll([
        { on: "emails", ids: idsOf(moved), change: to },
        { on: "emails", ids: idsOf(kept), change: { kind: "mailboxes", add: [], remove: [place.id] } },
      ]);
    }
    case "label":
      return change(entries, { kind: "mailboxes", add: act.add, remove: act.remove });
  }
}

function idsOf(entries: readonly EmailEntry[]): string[] {
  return entries.map(({ id }) => id);
}

/** Without what one has sent oneself. */
async function received(desk: Desk, entries: readonly EmailEntry[]): Promise<EmailEntry[]> {
  const sent = await findFolder(desk, "sent");
  return entries.filter(({ mailboxIds }) => sent === undefined || !mailboxIds.includes(sent.id));
}

/** Those of a thread that are in the place itself, or all where a place is none, and where it was opened by its address. */
async function lyingIn(desk: Desk, entries: readonly EmailEntry[], place: Place): Promise<EmailEntry[]> {
  if (place.kind !== "role") return received(desk, entries);
  const folder = await findFolder(desk, place.role);
  const there = entries.filter(({ mailboxIds }) => folder !== undefined && mailboxIds.includes(folder.id));
  return there.length > 0 ? there : received(desk, entries);
}
