import type { BlobRef } from "@posthorn/protocol";
import { sumSizes } from "../blobs/access.ts";
import { advanceState } from "../store/account-store.ts";
import { addBlobRefs } from "../store/blob-store.ts";
import { addToMailbox } from "../store/mailbox-store.ts";
import { insertObject, type StoredObject } from "../store/object-store.ts";
import type { Tx } from "../store/sql.ts";
import { isUnread } from "./keywords.ts";
import { noteMuted } from "./mute.ts";

export interface NewObject extends Omit<StoredObject, "id" | "changedState" | "sizeBytes"> {
  bytes: Uint8Array;
  /** What the object keeps alive. Their bytes count as the account's, also when others have the same blobs. */
  blobs: readonly BlobRef[];
  /** True for what the account must hear of also when it is full. It takes room like any other. */
  isBeyondQuota?: boolean;
}

/**
 * Puts an object into an account: itself, its bytes, its mailboxes and blob references, all in the caller's transaction.
 * Its id is the account's next state, and so the change by which it is seen. The id, or undefined when the account has no
 * room; nothing was written then.
 */
export async function putObject(tx: Tx, object: NewObject): Promise<number | undefined> {
  const { bytes, blobs, isBeyondQuota, ...fields } = object;
  const { accountId, mailboxes, keywords } = fields;
  const size = sizeWithBlobs(object);
  const id = await advanceState(tx, accountId, size, isBeyondQuota === true ? 0 : size);
  if (id === undefined) return undefined;
  const unread = isUnread(keywords);
  const hashes = blobs.map(({ hash }) => hash);
  const stored = { ...fields, id, changedState: id, sizeBytes: bytes.length };
  await Promise.all([
    insertObject(tx, stored, bytes),
    ...mailboxes.map((mailbox) => addToMailbox(tx, stored, mailbox, unread, id)),
    addBlobRefs(tx, accountId, id, hashes),
    noteMuted(tx, accountId, [], keywords),
  ]);
  return id;
}

/** What a message takes of its account's room. */
export function sizeWithBlobs(message: Pick<NewObject, "bytes" | "blobs">): number {
  return message.bytes.length + sumSizes(message.blobs);
}
