/** What waits in the Screener: whose it is, and bringing it back there. */
import { accountOf, type MessageMeta } from "@posthorn/protocol";
import { changeMessages } from "../change-mail.ts";
import { type Interruptible, readMetas } from "../mail.ts";
import { withoutTag } from "../names/sender-names.ts";
import { portionsOf } from "../portions.ts";
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
  return addresses.find((email) => email !== own && withoutTag(email) === own);
}

type Waiting = Omit<Waited[number], "put">;

/** What waits there now of those that are meant. */
export async function listWaiting({ store }: Mail, isMeant: (row: EmailRow) => boolean): Promise<Waiting[]> {
  const id = await findScreener(store);
  const rows = id === undefined ? [] : await store.list(emails, { by: "byMailbox", prefix: [id] });
  return rows.filter(isMeant).map((row) => ({ id: row.id, wasSeen: row.keywords.$seen === true }));
}

/** With where they lie at the server, which has just decided of them: this device may not have heard of that yet. */
export async function withPlaces(
  { session }: Mail,
  waiting: readonly Waiting[],
  options: Interruptible,
): Promise<Waited> {
  const waited: Waited = [];
  for (const some of portionsOf(waiting, { most: atOnce })) {
    const ids = some.map(({ id }) => id);
    const metas = await readMetas(session, ids, options);
    waited.push(
      ...some.flatMap((one) => {
        const meta = metas.find(({ id }) => id === one.id);
        return meta === undefined ? [] : [{ ...one, put: placesOf(meta) }];
      }),
    );
  }
  return waited;
}

/**
 * Of those that still lie where the decision has put them, by what this device knows, which may not have heard of that yet; what
 * somebody has done something with since stays where it is.
 */
export async function waitAgain(
  { session, store }: Mail,
  waited: Waited,
  options: Interruptible,
): Promise<void> {
  const screener = await findScreener(store);
  if (screener === undefined) return;
  const back: [string, object][] = [];
  for (const { id, wasSeen, put } of waited) {
    const row = await store.get(emails, id);
    const places = row === undefined ? [] : placesOf(row);
    if (places.join() !== put.join() && places.join() !== screener) continue;
    const seen = wasSeen ? true : null;
    back.push([id, { mailboxIds: { [screener]: true }, "keywords/$seen": seen, "keywords/$junk": null }]);
  }
  for (const some of portionsOf(back, { most: atOnce }))
    await changeMessages(session, Object.fromEntries(some), options);
}

/** So many in one request. */
const atOnce = 100;

function placesOf({ mailboxIds }: Pick<MessageMeta, "mailboxIds">): string[] {
  return Object.keys(mailboxIds).sort();
}

async function findScreener(store: Mail["store"]): Promise<string | undefined> {
  return (await store.list(mailboxes)).find(({ system }) => system === "screener")?.id;
}
