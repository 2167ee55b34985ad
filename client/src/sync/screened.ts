/** What waits in the Screener: whose it is, and bringing it back there. */
import { accountOf, ProblemError } from "@posthorn/protocol";
import { markMessage, moveMessage } from "../change-mail.ts";
import type { Interruptible } from "../mail.ts";
import { type EmailRow, emails } from "./email.ts";
import type { Mail } from "./mail-context.ts";
import { mailboxes } from "./mailbox.ts";
import type { Waited } from "./way-back.ts";

/** By what is decided of who has written: an address without its tag. */
export function decidedBy({ wire, from }: EmailRow): string {
  return wire === null ? (from?.[0]?.email ?? "") : accountOf(wire.from);
}

/** The address of one's own, with a tag, that it was written to; undefined when it is the account's. */
export function aliasOf({ to, cc }: EmailRow, own: string): string | undefined {
  const addresses = [...(to ?? []), ...(cc ?? [])].map(({ email }) => email.toLowerCase());
  return addresses.find((email) => email !== own && email.replace(/\+[^@]*(?=@)/, "") === own);
}

/** What waits there now of those that are meant. */
export async function listWaiting({ store }: Mail, isMeant: (row: EmailRow) => boolean): Promise<Waited> {
  const id = await findScreener(store);
  const rows = id === undefined ? [] : await store.list(emails, { by: "byMailbox", prefix: [id] });
  return rows.filter(isMeant).map((row) => ({ id: row.id, wasSeen: row.keywords.$seen === true }));
}

/** At the server, which has moved them: this device may not have heard of that yet. What is gone stays gone. */
export async function waitAgain(mail: Mail, waited: Waited, options: Interruptible): Promise<void> {
  const screener = await findScreener(mail.store);
  if (screener === undefined) return;
  for (const { id, wasSeen } of waited) {
    try {
      await moveMessage(mail.session, id, screener, options);
      await markMessage(mail.session, id, { $seen: wasSeen, $junk: false }, options);
    } catch (error) {
      if (!(error instanceof ProblemError) || error.problem.code !== "notFound") throw error;
    }
  }
}

async function findScreener(store: Mail["store"]): Promise<string | undefined> {
  return (await store.list(mailboxes)).find(({ system }) => system === "screener")?.id;
}
