/** For tests: accounts, and letters to put into them. */
import { createHash } from "node:crypto";
import { type BlobRef, blobsOf, checkMessage, type Message } from "@posthorn/protocol";
import { HandClock } from "../env/hand-clock.ts";
import { openRandom } from "../env/random.ts";
import type { Store } from "../store/sql.ts";
import { addMessage } from "./add-message.ts";
import { createAccount } from "./create-account.ts";
import { type Role, roles } from "./roles.ts";

export interface Letter {
  message: Message;
  bytes: Uint8Array;
  digest: Uint8Array;
}

const startedAt = new HandClock().now();

/** The id of the letter of this number. */
export function letterId(number: number): string {
  return `0192f0c1-7b3a-7000-8000-${number.toString(16).padStart(12, "0")}`;
}

/** Letter 1 of eve@b.test to bob@a.test, but for these fields. */
export function letter(fields: object = {}): Letter {
  const message = checkMessage({
    id: letterId(1),
    from: { id: "eve", host: "b.test" },
    to: [{ id: "bob", host: "a.test" }],
    subject: "Hello",
    body: "Shall we meet at ten?",
    date: "2026-11-24T00:00:00Z",
    ...fields,
  });
  const bytes = new TextEncoder().encode(JSON.stringify(message));
  return { message, bytes, digest: createHash("sha256").update(bytes).digest() };
}

/** The id of a new account. */
export function openAccount(store: Store, name: string, quotaBytes = 1_000_000): Promise<number> {
  const account = { name, createdAt: startedAt };
  return store.write((tx) => createAccount({ random: openRandom(), quotaBytes }, tx, account));
}

/** Puts a letter into an account; the object's id, or undefined when it does not fit. */
export async function putIn(
  store: Store,
  accountId: number,
  { message, bytes }: Letter,
  how: { role?: Role; keywords?: readonly string[]; blobs?: readonly BlobRef[] } = {},
): Promise<string | undefined> {
  const { role = "inbox", keywords = [], blobs = blobsOf(message) } = how;
  const id = await store.write((tx) =>
    addMessage(tx, {
      accountId,
      mailboxes: [roles[role].id],
      message,
      bytes,
      receivedAt: startedAt,
      keywords,
      blobs,
    }),
  );
  return id === undefined ? undefined : String(id);
}
