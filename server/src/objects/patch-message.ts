import { fail, limits, type MessageMeta, type MessagePatch } from "@posthorn/protocol";
import { advanceState } from "../store/account-store.ts";
import { appendChange } from "../store/change-store.ts";
import {
  addToMailbox,
  countInMailbox,
  listMailboxes,
  mailboxesOf,
  removeFromMailbox,
} from "../store/mailbox-store.ts";
import { markChanged, type StoredObject, setKeywords } from "../store/object-store.ts";
import type { Store, Tx } from "../store/sql.ts";
import { getObject, parseId, withMailboxes } from "./read-mail.ts";

/** Sets and removes keywords, and moves the message to a mailbox. Throws `notFound` for either. */
export async function patchMessage(
  ctx: { store: Store },
  input: { accountId: number; objectId: string; patch: MessagePatch },
): Promise<MessageMeta> {
  return ctx.store.write(async (tx) => {
    const { accountId, patch } = input;
    // The state comes first: it makes the account's other writers wait, so what is read here stays as it is.
    const state = await advanceState(tx, accountId, 0);
    if (state === undefined) return fail("notFound", "This sign-in belongs to no account.");
    const object = await getObject(tx, input);
    if (patch.keywords !== undefined) await changeKeywords(tx, object, patch.keywords, state);
    if (patch.mailbox !== undefined) await move(tx, object, parseId(patch.mailbox), state);
    await appendChange(tx, accountId, { state, kind: object.kind, objectId: object.id, change: "updated" });
    return withMailboxes(tx, await getObject(tx, input));
  });
}

async function changeKeywords(
  tx: Tx,
  object: StoredObject,
  wanted: Readonly<Record<string, boolean>>,
  state: number,
): Promise<void> {
  const keywords = new Set(object.keywords);
  for (const [keyword, set] of Object.entries(wanted)) {
    if (set) keywords.add(keyword.toLowerCase());
    else keywords.delete(keyword.toLowerCase());
  }
  if (keywords.size > limits.keywords) {
    fail("badRequest", `A message can carry ${limits.keywords} keywords.`, { pointer: "/keywords" });
  }
  await setKeywords(tx, object.accountId, object.id, [...keywords], state);
  const wasUnread = isUnread(object);
  const isNowUnread = !keywords.has("$seen");
  if (wasUnread === isNowUnread) return;
  for (const mailboxId of await mailboxesOf(tx, object.accountId, object.id)) {
    await countInMailbox(tx, object.accountId, mailboxId, 0, isNowUnread ? 1 : -1, state);
  }
}

async function move(tx: Tx, object: StoredObject, target: number, state: number): Promise<void> {
  const { accountId } = object;
  const mailboxes = await listMailboxes(tx, accountId);
  if (!mailboxes.some((mailbox) => mailbox.id === target)) {
    fail("notFound", "There is no such mailbox in this account.", { pointer: "/mailbox" });
  }
  const current = await getObject(tx, { accountId, objectId: String(object.id) });
  const unread = isUnread(current);
  for (const mailboxId of await mailboxesOf(tx, accountId, object.id)) {
    await removeFromMailbox(tx, accountId, mailboxId, object.id, unread, state);
  }
  await addToMailbox(tx, accountId, target, object.id, unread, state);
  await markChanged(tx, accountId, object.id, state);
}

function isUnread(object: StoredObject): boolean {
  return !object.keywords.includes("$seen");
}
