/**
 * What a new account finds in its inbox, so that it is not empty: letters of the postmaster, written in the transaction that
 * makes the account. They lie there as what comes in the open does: of a sealed account sealed on arrival (§100.12).
 */
import { checkMessage, formatTime, uuidV7 } from "@posthorn/protocol";
import type { Random } from "../env/env.ts";
import { addMessage, inInbox } from "../objects/add-message.ts";
import { findAccount } from "../store/account-store.ts";
import type { Tx } from "../store/sql.ts";
import { findArrivalSeal } from "./arrival.ts";
import { type GreetingLanguage, greetingWords } from "./greeting-words.ts";

export interface GreetContext {
  host: string;
  random: Random;
}

const languages: Readonly<Partial<Record<string, GreetingLanguage>>> = { en: "en", de: "de" };

/** `accepted` is what a browser says of its languages (RFC 9110 §12.5.4); the first of them that is spoken here is taken. */
export async function greet(
  { host, random }: GreetContext,
  tx: Tx,
  { accountId, now, accepted }: { accountId: number; now: number; accepted: string | undefined },
): Promise<void> {
  const account = await findAccount(tx, accountId);
  if (account === undefined) return;
  const seal = account.isSealed ? await findArrivalSeal(tx, account, { host, now }) : undefined;
  if (account.isSealed && seal === undefined) return;
  const address = `${account.name}@${host}`;
  const letters = greetingWords[chooseLanguage(accepted)]({ host, address });
  const fitting = letters.filter(({ isOfSealed }) => isOfSealed !== true || account.isSealed);
  for (const [place, { subject, body }] of fitting.entries()) {
    // The first is the newest, and so stands above the others.
    const writtenAt = now - place;
    const message = checkMessage({
      id: uuidV7(writtenAt, random.bytes(16)),
      type: "email",
      from: { id: "postmaster", host },
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
      bytes: seal === undefined ? written : (await seal(written)).write([]),
      isSealedOnArrival: account.isSealed,
      receivedAt: writtenAt,
      keywords: [],
      blobs: [],
      isBeyondQuota: true,
    });
  }
}

function chooseLanguage(accepted = ""): GreetingLanguage {
  for (const part of accepted.split(",")) {
    const found = languages[part.trim().slice(0, 2).toLowerCase()];
    if (found !== undefined) return found;
  }
  return "en";
}
