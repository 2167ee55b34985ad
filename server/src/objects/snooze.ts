/**
 * Messages that are out of sight until their time: they leave their mailboxes, lie in Snoozed, and come back by
 * themselves, marked `$new`. A message that is moved out of Snoozed by hand stays where it was put.
 */
import { lockAccount } from "../store/account-store.ts";
import { listMailboxes } from "../store/mailbox-store.ts";
import { findObject, listObjectsById, type StoredObject } from "../store/object-store.ts";
import {
  deleteSnooze,
  findSnooze,
  listAsleep,
  listSnoozed,
  type Snooze,
  saveSnooze,
  setHasSnoozed,
} from "../store/snooze-store.ts";
import type { Db, Tx } from "../store/sql.ts";
import { changeMessage } from "./change-message.ts";
import { mostMailboxesOfMessage } from "./mailbox-faults.ts";
import { roles } from "./roles.ts";

/** What marks a message that has come back (registered with IANA for this). */
const awakened = "$new";

/** How far ahead a message can be snoozed. */
export const furthestSnoozeMs = 10 * 366 * 24 * 3_600_000;

function isSnoozed({ mailboxes }: Pick<StoredObject, "mailboxes">): boolean {
  return mailboxes.includes(roles.snoozed.id);
}

/** Until when those of these messages are snoozed that are, and until when they were that are still marked for it. */
export function readSnoozedUntil(
  db: Db,
  accountId: number,
  objects: readonly Pick<StoredObject, "id" | "mailboxes" | "keywords">[],
): Promise<Map<number, number>> {
  const asked = objects.filter((object) => isSnoozed(object) || object.keywords.includes(awakened));
  return listSnoozed(
    db,
    accountId,
    asked.map(({ id }) => id),
  );
}

/** Takes a message out of sight until a time that is to come; one that is already gets another time. */
export async function snoozeMessage(tx: Tx, object: StoredObject, until: number): Promise<void> {
  const { accountId, id: objectId } = object;
  const known = await findSnooze(tx, accountId, objectId);
  const wasIn = object.mailboxes.filter((mailbox) => mailbox !== roles.snoozed.id);
  const mailboxes = known?.isOver === false ? [...new Set([...known.mailboxes, ...wasIn])] : wasIn;
  const keywords = object.keywords.filter((keyword) => keyword !== awakened);
  await changeMessage(tx, object, { keywords, mailboxes: [roles.snoozed.id] });
  await saveSnooze(tx, { accountId, objectId, until, mailboxes, isOver: false });
  await setHasSnoozed(tx, accountId, true);
}

/** Brings a message back to where it was, as if it had never been away; forgets of one that has come back that it was. */
export async function unsnoozeMessage(tx: Tx, object: StoredObject): Promise<void> {
  const keywords = object.keywords.filter((keyword) => keyword !== awakened);
  const known = await findSnooze(tx, object.accountId, object.id);
  const mailboxes = known?.isOver === false ? await returnTo(tx, object, known) : object.mailboxes;
  await changeMessage(tx, object, { keywords, mailboxes });
}

/** Brings back a message whose time has come, at most once. False when that is not so any more. */
export async function wakeMessage(tx: Tx, { accountId, objectId }: Snooze, now: number): Promise<boolean> {
  if (!(await lockAccount(tx, accountId))) return false;
  const known = await findSnooze(tx, accountId, objectId);
  if (known === undefined || known.isOver || known.until > now) return false;
  const object = await findObject(tx, accountId, objectId);
  if (object === undefined) {
    await deleteSnooze(tx, accountId, objectId);
    return false;
  }
  await wake(tx, object, known);
  if ((await listAsleep(tx, accountId)).length === 0) await setHasSnoozed(tx, accountId, false);
  return true;
}

/** Brings back what is snoozed of a thread to which a message has come. */
export async function wakeThread(
  tx: Tx,
  accountId: number,
  conversation: string,
  now: number,
): Promise<void> {
  const asleep = new Map((await listAsleep(tx, accountId)).map((one) => [one.objectId, one]));
  for (const object of await listObjectsById(tx, accountId, [...asleep.keys()])) {
    const snooze = asleep.get(object.id);
    if (object.conversation === conversation && snooze !== undefined) {
      await wake(tx, object, { ...snooze, until: now });
    }
  }
}

async function wake(tx: Tx, object: StoredObject, snooze: Snooze): Promise<void> {
  const keywords = [...new Set([...object.keywords, awakened])];
  await changeMessage(tx, object, { keywords, mailboxes: await returnTo(tx, object, snooze) });
  await saveSnooze(tx, { ...snooze, isOver: true });
}

/** Where it was and where it was put meanwhile, as far as that is there; Inbox when nothing is. */
async function returnTo(tx: Tx, object: StoredObject, { mailboxes }: Snooze): Promise<number[]> {
  const there = new Set((await listMailboxes(tx, object.accountId)).map(({ id }) => id));
  const places = [...new Set([...mailboxes, ...object.mailboxes])];
  const kept = places.filter((id) => id !== roles.snoozed.id && there.has(id));
  return kept.length === 0 ? [roles.inbox.id] : kept.slice(0, mostMailboxesOfMessage);
}
