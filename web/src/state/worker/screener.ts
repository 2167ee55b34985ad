/** Who has written for the first time and waits for a decision. */
import { decideSender, parseSender, readNames } from "@posthorn/client";
import { accountOf, type Sender } from "@posthorn/protocol";
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
      host: address.slice(address.indexOf("@") + 1),
      threadId: row.threadId,
      atMs: Date.parse(row.receivedAt) || 0,
      subject: digest === undefined || digest === "failed" ? null : digest.subject,
      snippet: digest === undefined || digest === "failed" ? "" : digest.snippet,
      count,
    };
  });
}

/** By what is decided: an address without its tag. */
function senderOf({ wire, from }: Awaited<ReturnType<typeof rowsOf>>[number]): string {
  return wire === null ? (from?.[0]?.email ?? "") : accountOf(wire.from);
}

/** Of an address, or of `*@` and a host. Throws ProblemError. */
export async function decide(
  { mail, signal }: Desk,
  { sender, state }: { sender: string; state: Sender["state"] },
): Promise<void> {
  await decideSender(mail.session, parseSender(sender), state, { signal });
}
