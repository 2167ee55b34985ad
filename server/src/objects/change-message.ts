/** Marking, moving and destroying messages: what their mailboxes count changes in the same transaction. */
import { advanceState } from "../store/account-store.ts";
import { blobRefsSize, deleteBlobRefs } from "../store/blob-store.ts";
import { appendChange } from "../store/change-store.ts";
import { hasUnsettled } from "../store/delivery-store.ts";
import { addToMailbox, countInMailbox, removeFromMailbox } from "../store/mailbox-store.ts";
import { deleteObject, listGone, markGone, type StoredObject, updateObject } from "../store/object-store.ts";
import { deleteSnooze } from "../store/snooze-store.ts";
import type { Tx } from "../store/sql.ts";
import { forgetDraft } from "./kept-draft.ts";
import { isUnread } from "./keywords.ts";
import { noteMuted } from "./mute.ts";
import { roles } from "./roles.ts";

/** What a message is to be like; the mailboxes are there, and at least one. */
export interface MessageChange {
  keywords: readonly string[];
  mailboxes: readonly number[];
}

/** Sets the marks and the mailboxes of a message as it is now. Answers the account's new state. */
export async function changeMessage(tx: Tx, object: StoredObject, change: MessageChange): Promise<number> {
  const state = await nextState(tx, object, 0);
  await placeMessage(tx, object, change, state);
  await updateObject(tx, { ...object, ...change, changedState: state });
  await noteMuted(tx, object.accountId, object.keywords, change.keywords);
  await appendChange(tx, object.accountId, { type: "Email", state, objectId: object.id, change: "updated" });
  return state;
}

/**
 * Removes a message from its account and gives its room back. One that is still on its way to somebody keeps its bytes,
 * unseen, until it has arrived: taking it back is another thing. Answers the account's new state.
 */
export async function destroyMessage(tx: Tx, object: StoredObject): Promise<number> {
  const { accountId, id, conversation } = object;
  const held = object.sizeBytes + (await blobRefsSize(tx, accountId, id));
  const state = await nextState(tx, object, -held);
  await placeMessage(tx, object, { keywords: object.keywords, mailboxes: [] }, state);
  await noteMuted(tx, accountId, object.keywords, []);
  if (await hasUnsettled(tx, accountId, object.messageId)) {
    await markGone(tx, accountId, id);
    await forgetDraft(tx, accountId, id);
  } else {
    await deleteBlobRefs(tx, accountId, id);
    await deleteObject(tx, accountId, id);
  }
  await appendChange(tx, accountId, {
    type: "Email",
    state,
    objectId: id,
    change: "destroyed",
    conversation,
  });
  return state;
}

/** Removes `limit` of the messages that are gone and that no delivery needs any more; how many there were. */
export async function removeGone(tx: Tx, limit: number): Promise<number> {
  const gone = await listGone(tx, limit);
  for (const { accountId, id } of gone) {
    await deleteBlobRefs(tx, accountId, id);
    await deleteObject(tx, accountId, id);
  }
  return gone.length;
}

async function nextState(tx: Tx, object: StoredObject, addedBytes: number): Promise<number> {
  const state = await advanceState(tx, object.accountId, addedBytes);
  if (state === undefined) throw new Error("an object has no account");
  return state;
}

async function placeMessage(
  tx: Tx,
  object: StoredObject,
  change: MessageChange,
  state: number,
): Promise<void> {
  const wasUnread = isUnread(object.keywords);
  const unread = isUnread(change.keywords);
  for (const mailbox of object.mailboxes) {
    if (!change.mailboxes.includes(mailbox)) {
      await removeFromMailbox(tx, object, mailbox, wasUnread, state);
      // However it leaves, by hand, by time or for good: then it does not come back.
      if (mailbox === roles.snoozed.id) await deleteSnooze(tx, object.accountId, object.id);
    } else if (wasUnread !== unread)
      await countInMailbox(tx, object, mailbox, { total: 0, unread: unread ? 1 : -1 }, state);
  }
  for (const mailbox of change.mailboxes) {
    if (!object.mailboxes.includes(mailbox)) await addToMailbox(tx, object, mailbox, unread, state);
  }
}
