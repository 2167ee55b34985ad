/**
 * What a person finds in the inbox of a new account, so that it is not empty: letters of the postmaster, written in the
 * transaction that makes the account, and sealed on arrival (§100.12). An account without keys is a program's, and is empty.
 */
import { checkMessage, formatTime, uuidV7 } from "@posthorn/protocol";
import type { Random } from "../env/env.ts";
import { addMessage, inInbox } from "../objects/add-message.ts";
import { findAccount } from "../store/account-store.ts";
import type { Tx } from "../store/sql.ts";
import { findArrivalSeal } from "./arrival.ts";
import { greetingLetters } from "./greeting-words.ts";

export interface GreetContext {
  host: string;
  random: Random;
}

/** `accepted` is what a browser says of its languages (RFC 9110 §12.5.4); the first of them that is spoken here is taken. */
export async function greet(
  { host, random }: GreetContext,
  tx: Tx,
  { accountId, now, accepted }: { accountId: number; now: number; accepted: string | undefined },
): Promise<void> {
  const account = await findAccount(tx, accountId);
  if (account?.isSealed !== true) return;
  const seal = await findArrivalSeal(tx, account, { host, now });
  if (seal === undefined) return;
  const address = `${account.name}@${host}`;
  const letters = greetingLetters(accepted, { host, address });
  for (const [place, { subject, body }] of letters.entries()) {
    // The first is the newest, and so stands above the others.
    const writtenAt = now - place;
    const message = checkMessage({
      id: uuidV7(writtenAt, random.bytes(16)),
      type: "email",
      from: { id: "postmaster", host },
      fromName: "Posthorn",
      to: [{ id: account.name, host }],
      subject,
      body,
      bodyType: "text/markdown",
      date: formatTime(writtenAt),
      automatic: true,
    });
    const written = new TextEncoder().encode(JSON.stringify(message));
    await addMessage(tx, {
      accountId,
      mailboxes: inInbox,
      message,
      bytes: (await seal(written)).write([]),
      isSealedOnArrival: true,
      receivedAt: writtenAt,
      keywords: [],
      blobs: [],
      isBeyondQuota: true,
    });
  }
}
