/** For tests: what an account has, as it is kept. */
import { AddressSchema, AttachmentSchema, shape } from "@posthorn/protocol";
import { Type } from "typebox";
import { findAccount, getAccountState } from "../store/account-store.ts";
import { listMailbox, listMessageBytes, listObjects, type StoredObject } from "../store/object-store.ts";
import type { Store } from "../store/sql.ts";

const summaryShape = shape(
  Type.Object({
    to: Type.Array(AddressSchema),
    cc: Type.Array(AddressSchema),
    inReplyTo: Type.Union([Type.String(), Type.Null()]),
    attachments: Type.Array(AttachmentSchema),
    sealed: Type.Boolean(),
  }),
);

/** With what is in the summary that lists are made of. */
interface KeptMessage extends StoredObject, ReturnType<typeof summaryShape.parse> {
  bytes: Uint8Array;
}

/** The messages of an account, or of one of its mailboxes, newest first. */
export async function keptIn(store: Store, accountId: number, mailbox?: number): Promise<KeptMessage[]> {
  const [newest, all] = [Number.MAX_SAFE_INTEGER, 10_000];
  const objects =
    mailbox === undefined
      ? await listObjects(store.read, accountId, newest, all)
      : await listMailbox(store.read, accountId, mailbox, newest, all);
  const bytes = await listMessageBytes(
    store.read,
    accountId,
    objects.map(({ id }) => id),
  );
  return objects.map((object) => ({
    ...object,
    ...summaryShape.parse(JSON.parse(object.summary)),
    bytes: bytes.get(object.id) ?? new Uint8Array(),
  }));
}

/** How much room an account has used, and its state. */
export async function filledOf(
  store: Store,
  accountId: number,
): Promise<{ usedBytes: number | undefined; state: number }> {
  const account = await findAccount(store.read, accountId);
  return { usedBytes: account?.usedBytes, state: await getAccountState(store.read, accountId) };
}
