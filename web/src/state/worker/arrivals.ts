/** What comes into the inbox while a page is open, so that it can be told of. */
import {
  type EmailEntry,
  type EmailRow,
  emails,
  listSenders,
  readNames,
  statuses,
  withoutTag,
} from "@posthorn/client";
import { isQuiet } from "../../notify/told.ts";
import type { Desk } from "./desk.ts";
import type { Digest } from "./digests.ts";
import { findFolder } from "./find-folder.ts";
import { orderOf } from "./folders.ts";
import { type Person, personOf } from "./persons.ts";
import { readTelling } from "./telling.ts";

export interface Arrival {
  id: string;
  threadId: string;
  from: Person;
  /** Null while it is not opened yet; empty for what cannot be opened, or is not to be believed. */
  subject: string | null;
  /** As its owner wanted it when it came. */
  isToTell: boolean;
}

interface Watched {
  /** When the newest has come that was there before. */
  newestMs: number;
  known: Set<string>;
  arrived: { id: string; isToTell: boolean }[];
}

const watched = new WeakMap<Desk, Watched>();
/** Servers take mail in several transactions at once: what comes later may bear the earlier time. */
const leewayMs = 120_000;
const mostTold = 50;
const mostSent = 2_000;
const mostLooked = 10;

/** The newest last. None before the device has once had all that the server has: what is old has not come now. */
export async function readArrivals(desk: Desk): Promise<Arrival[]> {
  const inbox = await findFolder(desk, "inbox");
  const order = await orderOf(desk, { kind: "role", role: "inbox" });
  if (inbox === undefined || order === undefined) return [];
  const isUnread = (entry: EmailEntry) =>
    entry.isMail && !entry.isSeen && entry.mailboxIds.includes(inbox.id);
  const state = watched.get(desk);
  if (state === undefined) {
    if ((await desk.mail.store.get(statuses, "status"))?.state === "live")
      watched.set(desk, begin(desk, inbox.id));
    return [];
  }
  const { newestMs, known } = state;
  const came: EmailEntry[] = [];
  for (const { threadId, atMs } of order.threads) {
    if (atMs < newestMs - leewayMs) break;
    for (const entry of desk.map.thread(threadId)) {
      if (entry.atMs < newestMs - leewayMs || known.has(entry.id)) continue;
      known.add(entry.id);
      state.newestMs = Math.max(state.newestMs, entry.atMs);
      if (isUnread(entry)) came.push(entry);
    }
  }
  const told = await decide(desk, came);
  state.arrived = [...state.arrived, ...told].slice(-mostTold);
  return describe(desk, state.arrived);
}

function begin({ map }: Desk, inboxId: string): Watched {
  const all = [...map.all()];
  const newestMs = all.reduce((newest, { atMs }) => Math.max(newest, atMs), 0);
  const known = new Set(all.filter(({ atMs }) => atMs >= newestMs - leewayMs).map(({ id }) => id));
  const state: Watched = { newestMs, known, arrived: [] };
  // What has lain elsewhere first was brought into the inbox by somebody: out of the Screener, say, on another device.
  map.onChange((threadIds) => {
    for (const threadId of threadIds)
      for (const { id, atMs, mailboxIds } of map.thread(threadId))
        if (atMs >= state.newestMs - leewayMs && !mailboxIds.includes(inboxId)) known.add(id);
  });
  return state;
}

async function decide(desk: Desk, came: readonly EmailEntry[]): Promise<Watched["arrived"]> {
  if (came.length === 0) return [];
  const { which, quiet } = await readTelling(desk);
  const rows = await desk.map.rows(came.map(({ id }) => id));
  const isNow = which !== "none" && !isQuiet(quiet, new Date());
  const isKnown = isNow && which === "known" ? await knowing(desk) : () => isNow;
  return came
    .toSorted((a, b) => a.atMs - b.atMs)
    .flatMap(({ id }) => {
      const row = rows.get(id);
      if (row === undefined || senderOf(row) === desk.mail.session.address) return [];
      return [{ id, isToTell: isKnown(row) }];
    });
}

/** Whom one knows: where first-time senders wait, whoever has come past that; else whom one has accepted, or written to. */
async function knowing(desk: Desk): Promise<(row: EmailRow) => boolean> {
  const { mail, signal } = desk;
  const senders = await listSenders(mail.session, { signal }).catch(() => []);
  const isAccepted = (address: string) =>
    senders.some((one) => one.address === address && one.state === "accepted");
  if (senders.length > 0 && !isAccepted("*@*")) return () => true;
  const { addresses, threadIds } = await readWritten(desk);
  return (row) => {
    const sender = senderOf(row);
    const host = sender.slice(sender.lastIndexOf("@") + 1);
    const isTheirs = isAccepted(sender) || isAccepted(`*@${host}`);
    return isTheirs || addresses.has(sender) || threadIds.has(row.threadId);
  };
}

/** To whom one has written of late, and in which conversations. */
async function readWritten(desk: Desk): Promise<{ addresses: Set<string>; threadIds: Set<string> }> {
  const sent = await findFolder(desk, "sent");
  const rows =
    sent === undefined
      ? []
      : await desk.mail.store.list(emails, {
          by: "byMailbox",
          prefix: [sent.id],
          reverse: true,
          limit: mostSent,
        });
  const people = rows.flatMap(({ to, cc }) => [...(to ?? []), ...(cc ?? [])]);
  return {
    addresses: new Set(people.map(({ email }) => withoutTag(email))),
    threadIds: new Set(rows.map(({ threadId }) => threadId)),
  };
}

/** By what is decided of people: an address without its tag. */
function senderOf({ from }: EmailRow): string {
  return withoutTag(from?.[0]?.email ?? "");
}

async function describe(desk: Desk, arrived: Watched["arrived"]): Promise<Arrival[]> {
  const rows = await desk.map.rows(arrived.map(({ id }) => id));
  await desk.digests.bring([...rows.values()]);
  // By then what they call themselves is known.
  const names = await readNames(desk.mail);
  return arrived.flatMap(({ id, isToTell }) => {
    const row = rows.get(id);
    if (row === undefined) return [];
    const digest = desk.digests.peek(row);
    const isOpened = digest !== undefined && digest !== "failed";
    const isBelieved = isOpened && !digest.isDoubtful && !digest.isTakenBack;
    const address = row.from?.[0]?.email ?? "";
    return [
      {
        id,
        threadId: row.threadId,
        from: isBelieved ? nameOf(personOf(address, names), digest) : { address },
        subject: digest === undefined ? null : isBelieved ? digest.subject : "",
        isToTell,
      },
    ];
  });
}

/** Nobody has signed what came open: the name stands with the address there. */
function nameOf(person: Person, { isSealed }: Pick<Digest, "isSealed">): Person {
  return isSealed ? person : { ...person, isShared: true };
}

/** Whether somebody has written, and not only the server that greets. */
export async function hasMailOfOthers(desk: Desk): Promise<boolean> {
  const inbox = await findFolder(desk, "inbox");
  if (inbox === undefined) return false;
  const { address } = desk.mail.session;
  const postmaster = `postmaster${address.slice(address.lastIndexOf("@"))}`;
  const rows = await desk.mail.store.list(emails, {
    by: "byMailbox",
    prefix: [inbox.id],
    reverse: true,
    limit: mostLooked,
  });
  return rows.some((row) => senderOf(row) !== postmaster && senderOf(row) !== address);
}
