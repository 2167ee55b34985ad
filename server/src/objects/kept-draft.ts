/** A draft of a mail program that was sent is kept as it was until the first attempt: who takes it back gets it back. */
import { advanceState, lockAccountsById, takeRoom } from "../store/account-store.ts";
import { blobRefsSize, deleteBlobRefs } from "../store/blob-store.ts";
import { appendChange } from "../store/change-store.ts";
import { deleteSentDraft, listDraftsSent, takeSentDraft } from "../store/draft-store.ts";
import { findObject, rewriteObject } from "../store/object-store.ts";
import type { Tx } from "../store/sql.ts";
import { readMailBytes } from "./imported-mail.ts";

/**
 * Makes of a message that nobody has got the draft that it was: its bytes, and all that is read of them. Its id, thread,
 * mailboxes and keywords are those it has now. Nothing happens to what was none, and to what its account has no more.
 */
export async function restoreDraft(tx: Tx, accountId: number, objectId: number): Promise<void> {
  const object = await findObject(tx, accountId, objectId);
  if (object === undefined) return;
  const kept = await takeSentDraft(tx, accountId, objectId);
  if (kept === undefined) return;
  const mail = readMailBytes(kept.bytes);
  if (mail === undefined) throw new Error("a draft was kept that is no mail");
  const held = object.sizeBytes + (await blobRefsSize(tx, accountId, objectId)) + kept.reservedBytes;
  const sizeBytes = kept.bytes.length;
  // What is held is never less, so there is room for it, however full the account has become.
  const state = await advanceState(tx, accountId, sizeBytes - held);
  if (state === undefined) throw new Error("a draft has no account");
  const { messageId, sender, subject, preview, summary, sentAt = object.receivedAt } = mail;
  const described = { kind: "mail", type: "email", messageId, sender, subject, preview, summary, sentAt };
  const stored = { ...object, ...described, sizeBytes, changedState: state, format: "rfc5322" } as const;
  await rewriteObject(tx, stored, kept.bytes);
  await deleteBlobRefs(tx, accountId, objectId);
  await appendChange(tx, accountId, { type: "Email", state, objectId, change: "updated" });
}

/** Forgets a draft, and gives back the room that was reserved for it. */
export async function forgetDraft(tx: Tx, accountId: number, objectId: number): Promise<void> {
  const reserved = await deleteSentDraft(tx, accountId, objectId);
  if (reserved !== undefined && reserved > 0) await takeRoom(tx, accountId, -reserved);
}

/** Forgets `limit` of the drafts that cannot be taken back any more; how many there were. */
export async function forgetDraftsSent(tx: Tx, now: number, limit: number): Promise<number> {
  const drafts = await listDraftsSent(tx, now, limit);
  await lockAccountsById(
    tx,
    drafts.map(({ accountId }) => accountId),
  );
  for (const { accountId, objectId } of drafts) await forgetDraft(tx, accountId, objectId);
  return drafts.length;
}
