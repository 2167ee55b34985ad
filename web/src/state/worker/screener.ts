/** Who has written for the first time and waits for a decision. */
import { aliasOf, decidedBy, doAcceptAlias, doDecide, readNames } from "@posthorn/client";
import type { Sender } from "@posthorn/protocol";
import { numberOf } from "./acts-kept.ts";
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
    const address = decidedBy(row);
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

/** Of an address, of `*@` and a host, or of `*@*`: everybody else. Throws ProblemError. */
export function decide(
  desk: Desk,
  { label, ...decision }: { sender: string; state: Sender["state"]; label: string },
): Promise<number | null> {
  const { mail, signal } = desk;
  return numberOf(desk, doDecide(mail, label, { ...decision, signal }));
}

/** Whoever writes to this address of one's own, with a tag, waits no longer. Throws JmapRefusal. */
export function acceptAlias(
  desk: Desk,
  { alias, label }: { alias: string; label: string },
): Promise<number | null> {
  const { mail, signal } = desk;
  return numberOf(desk, doAcceptAlias(mail, label, { alias, signal }));
}

function hostOf(address: string): string {
  return address.slice(address.lastIndexOf("@") + 1);
}
