/** Who has written for the first time and waits for a decision. */
import {
  createIdentity,
  decideSender,
  type EmailRow,
  listSenders,
  markMessage,
  moveMessage,
  parseSender,
  readNames,
  removeIdentity,
} from "@posthorn/client";
import { accountOf, fail, type Sender } from "@posthorn/protocol";
import type { Desk } from "./desk.ts";
import { rowsOf } from "./digests.ts";
import { findFolder } from "./find-folder.ts";
import { nameBy, type Person, personOf } from "./persons.ts";

export interface Stranger extends Person {
  /** The server they write from. */
  host: string;
  /** Of what they have written first. */
  threadId: string;
  atMs: number;
  /** Null while it was not opened yet. */
  subject: string | null;
  snippet: string;
  /** Messages of theirs that wait. */
  count: number;
  /** The address of one's own, with a tag, that they have written to; undefined when it is the account's. */
  alias: string | undefined;
}

/** Who waits longest comes first, for it is they who are waiting. */
export async function listStrangers(desk: Desk): Promise<Stranger[]> {
  const folder = await findFolder(desk, "screener");
  if (folder === undefined) return [];
  await desk.map.newestOf(folder.id);
  const entries = [...desk.map.all()]
    .filter(({ mailboxIds, isMail }) => isMail && mailboxIds.includes(folder.id))
    .toSorted((a, b) => a.atMs - b.atMs);
  const rows = await rowsOf(
    desk.mail,
    entries.map(({ id }) => id),
  );
  const firsts = new Map<string, { row: (typeof rows)[number]; count: number }>();
  for (const row of rows) {
    const address = senderOf(row);
    const known = firsts.get(address);
    firsts.set(address, { row: known?.row ?? row, count: (known?.count ?? 0) + 1 });
  }
  const names = await readNames(desk.mail);
  await desk.digests.bring([...firsts.values()].map(({ row }) => row));
  return [...firsts].map(([address, { row, count }]) => {
    const digest = desk.digests.peek(row);
    return {
      ...personOf(address, names, nameBy(row, row.from?.[0]?.name ?? null)),
      host: hostOf(address),
      threadId: row.threadId,
      atMs: Date.parse(row.receivedAt) || 0,
      subject: digest === undefined || digest === "failed" ? null : digest.subject,
      snippet: digest === undefined || digest === "failed" ? "" : digest.snippet,
      count,
      alias: aliasOf(row, desk.mail.session.address),
    };
  });
}

function aliasOf({ to, cc }: EmailRow, own: string): string | undefined {
  const emails = [...(to ?? []), ...(cc ?? [])].map(({ email }) => email.toLowerCase());
  return emails.find((email) => email !== own && withoutTag(email) === own);
}

function withoutTag(address: string): string {
  return address.replace(/\+[^@]*(?=@)/, "");
}

/** By what is decided: an address without its tag. */
function senderOf({ wire, from }: EmailRow): string {
  return wire === null ? (from?.[0]?.email ?? "") : accountOf(wire.from);
}

/** How what was decided is taken back, by its number. */
const decisions = new WeakMap<Desk, Map<number, () => Promise<void>>>();
let lastNumber = 0;

function keepWayBack(desk: Desk, goBack: () => Promise<void>): number {
  const kept = decisions.get(desk) ?? new Map();
  decisions.set(desk, kept.set(++lastNumber, goBack));
  return lastNumber;
}

/** Of an address, or of `*@` and a host. Gives the number by which it is taken back. Throws ProblemError. */
export async function decide(
  desk: Desk,
  { sender, state }: { sender: string; state: Sender["state"] },
): Promise<number> {
  const { mail, signal } = desk;
  const named = parseSender(sender);
  const before = (await listSenders(mail.session, { signal })).find(
    ({ address }) => address === named,
  )?.state;
  const waiting = await waitingOf(desk, (row) => {
    const address = senderOf(row);
    return address === named || `*@${hostOf(address)}` === named;
  });
  await decideSender(mail.session, named, state, { signal });
  return keepWayBack(desk, async () => {
    await decideSender(mail.session, named, before ?? "undecided", { signal });
    await waitAgain(desk, waiting);
  });
}

/**
 * Whoever writes to this address of one's own, with a tag, waits no longer. Gives the number by which it is taken back.
 * Throws JmapRefusal.
 */
export async function acceptAlias(desk: Desk, { alias }: { alias: string }): Promise<number> {
  const { mail, signal } = desk;
  const waiting = await waitingOf(desk, (row) => aliasOf(row, mail.session.address) === alias);
  const id = await createIdentity(mail.session, { email: alias }, { signal });
  return keepWayBack(desk, async () => {
    await removeIdentity(mail.session, id, { signal });
    await waitAgain(desk, waiting);
  });
}

/**
 * As if it had not been decided; what lay in the Screener lies there again. Throws ProblemError: what could not be taken back
 * can be tried again, and `notFound` is what another session has decided.
 */
export async function takeDecisionBack(desk: Desk, { number }: { number: number }): Promise<void> {
  const goBack = decisions.get(desk)?.get(number);
  if (goBack === undefined) return fail("notFound", "This can only be changed in the settings now.");
  await goBack();
  decisions.get(desk)?.delete(number);
}

interface Waiting {
  id: string;
  wasSeen: boolean;
}

async function waitingOf(desk: Desk, isMeant: (row: EmailRow) => boolean): Promise<Waiting[]> {
  const folder = await findFolder(desk, "screener");
  if (folder === undefined) return [];
  const entries = [...desk.map.all()].filter(({ mailboxIds }) => mailboxIds.includes(folder.id));
  const rows = await rowsOf(
    desk.mail,
    entries.map(({ id }) => id),
  );
  return rows.filter(isMeant).map(({ id, keywords }) => ({ id, wasSeen: keywords.$seen === true }));
}

/** At the server, which has moved them: this device may not have heard of that yet. */
async function waitAgain(desk: Desk, waiting: readonly Waiting[]): Promise<void> {
  const { mail, signal } = desk;
  const folder = await findFolder(desk, "screener");
  if (folder === undefined) return;
  for (const { id, wasSeen } of waiting) {
    await moveMessage(mail.session, id, folder.id, { signal });
    await markMessage(mail.session, id, { $seen: wasSeen, $junk: false }, { signal });
  }
}

function hostOf(address: string): string {
  return address.slice(address.lastIndexOf("@") + 1);
}
