/** A draft becomes the message that goes out, and what goes out beside it has a place until it is delivered. */
import { type Address, blobsOf, type Message } from "@posthorn/protocol";
import { sumSizes } from "../blobs/access.ts";
import { advanceState, takeRoom } from "../store/account-store.ts";
import { addBlobRefs, blobRefsSize, deleteBlobRefs } from "../store/blob-store.ts";
import { appendChange } from "../store/change-store.ts";
import { keepObjectBytes } from "../store/draft-store.ts";
import { insertObject, rewriteObject, type StoredObject } from "../store/object-store.ts";
import type { Tx } from "../store/sql.ts";
import { describeMessage } from "./add-message.ts";

interface Written {
  message: Message;
  bytes: Uint8Array;
}

/**
 * Puts a message in the place of a stored one: same id, mailboxes, keywords, thread and time of arrival. Its blobs are
 * held. A draft is kept as well, for who takes the message back: the two take the room of the larger. False when the
 * account has no room for what that is more; nothing was written then.
 */
export async function rewriteMessage(
  tx: Tx,
  object: StoredObject,
  written: Written & { bcc: readonly Address[]; sendAt: number },
): Promise<boolean> {
  const { accountId, id, keywords, mailboxes, receivedAt, conversation, sizeBytes } = object;
  const { message, bytes, bcc, sendAt } = written;
  const blobs = blobsOf(message);
  const before = sizeBytes + (await blobRefsSize(tx, accountId, id));
  const after = bytes.length + sumSizes(blobs);
  const isDraft = object.format === "rfc5322";
  const reservedBytes = isDraft ? Math.max(before - after, 0) : 0;
  if (!(await takeRoom(tx, accountId, after + reservedBytes - before))) return false;
  if (isDraft) {
    await keepObjectBytes(tx, { accountId, objectId: id, messageId: message.id, sendAt, reservedBytes });
  }
  const state = await nextState(tx, accountId);
  const described = describeMessage({
    accountId,
    keywords,
    mailboxes,
    receivedAt,
    blobs,
    message,
    bytes,
    bcc,
  });
  const stored = { ...described, conversation, id, changedState: state, sizeBytes: bytes.length };
  await rewriteObject(tx, stored, bytes);
  await deleteBlobRefs(tx, accountId, id);
  await addBlobRefs(
    tx,
    accountId,
    id,
    blobs.map(({ hash }) => hash),
  );
  await appendChange(tx, accountId, { type: "Email", state, objectId: id, change: "updated" });
  return true;
}

/**
 * Keeps a message that its account is not shown, for as long as a delivery needs it, as `destroyMessage` leaves one: it
 * takes no room. Its id.
 */
export async function putUnseen(
  tx: Tx,
  accountId: number,
  { message, bytes, receivedAt }: Written & { receivedAt: number },
): Promise<number> {
  const blobs = blobsOf(message);
  const state = await nextState(tx, accountId);
  const described = describeMessage({
    accountId,
    keywords: [],
    mailboxes: [],
    receivedAt,
    blobs,
    message,
    bytes,
  });
  const stored = { ...described, kind: "gone", id: state, changedState: state, sizeBytes: bytes.length };
  await insertObject(tx, stored, bytes);
  await addBlobRefs(
    tx,
    accountId,
    state,
    blobs.map(({ hash }) => hash),
  );
  return state;
}

async function nextState(tx: Tx, accountId: number): Promise<number> {
  const state = await advanceState(tx, accountId, 0);
  if (state === undefined) throw new Error("a message has no account");
  return state;
}
