/** Putting a mail of RFC 5322 into an account: what creating and importing one have in common. */
import type { Clock } from "../../env/env.ts";
import { formatId, formatThreadId } from "../../objects/ids.ts";
import { type ImportedMail, putMail } from "../../objects/imported-mail.ts";
import { findInstant } from "../../rfc5322/dates.ts";
import { findAccount } from "../../store/account-store.ts";
import { listMailboxes } from "../../store/mailbox-store.ts";
import type { Store, Tx } from "../../store/sql.ts";
import { formatBlobId } from "./blob-ids.ts";
import { readKeywords, readMailboxIds } from "./email-marks.ts";
import { holdingAccount } from "./hold-account.ts";
import { type MethodCall, refuseCall, refuseObject } from "./method.ts";
import type { SetWrite } from "./set.ts";

/** Of a mail as it is stored, with all that is attached to it as it goes over the wire: a third more than as it was. */
export const mostMailBytes = 72_000_000;
/** Of the mails of one call together. */
const mostBytesInCall = 80_000_000;

/** The transaction of one call, and what of the account it needs for each message. */
export interface MailTx {
  tx: Tx;
  mailboxes: ReadonlySet<number>;
  /** Whether only clients that hold its keys write its mail. */
  isSealed: boolean;
}

export function inMailboxes(store: Store): SetWrite<MailTx> {
  const hold = holdingAccount(store);
  return (call, work) =>
    hold(call, async (tx) => {
      const { accountId } = call.caller;
      const mailboxes = await listMailboxes(tx, accountId);
      const account = await findAccount(tx, accountId);
      return work({
        tx,
        mailboxes: new Set(mailboxes.map(({ id }) => id)),
        isSealed: account?.isSealed === true,
      });
    });
}

/** Where a mail is to lie, as a client says it. */
export interface GivenPlace {
  mailboxIds: Record<string, true>;
  keywords?: Record<string, true> | null | undefined;
  receivedAt?: string | null | undefined;
}

interface PlaceCall extends MethodCall {
  tx: MailTx;
}

/** Where a mail lies. Throws SetFailure `invalidProperties`, `tooManyKeywords`, `tooManyMailboxes`. */
export function readPlace(
  { clock }: { clock: Clock },
  at: PlaceCall,
  given: GivenPlace,
  receivedAt = clock.now(),
) {
  return {
    accountId: at.caller.accountId,
    mailboxes: readMailboxIds(at, given.mailboxIds, at.tx.mailboxes),
    keywords: readKeywords(given.keywords ?? {}),
    receivedAt: readTime(given.receivedAt) ?? receivedAt,
  };
}

function readTime(given: string | null | undefined): number | undefined {
  if (given === null || given === undefined) return undefined;
  const time = given.endsWith("Z") ? findInstant(given) : undefined;
  if (time !== undefined) return time;
  const sentence = "“receivedAt” is a time in UTC, such as 2025-03-15T10:00:00Z.";
  return refuseObject("invalidProperties", sentence, { properties: ["receivedAt"] });
}

/** Throws SetFailure `forbidden` for an account whose mail the server does not write. */
export function refuseSealed({ tx }: PlaceCall): void {
  if (!tx.isSealed) return;
  refuseObject("forbidden", "This account is sealed: its mail is written by clients that hold its keys.");
}

/** Throws SetFailure `overQuota`. Answers what the client does not know of the new Email. */
export async function placeMail(at: PlaceCall, mail: ImportedMail, place: ReturnType<typeof readPlace>) {
  const put = await putMail(at.tx.tx, mail, place);
  if (put === undefined) return noRoom();
  return {
    id: formatId("email", put.id),
    blobId: formatBlobId({ kind: "mail", objectId: put.id }),
    threadId: formatThreadId(put.conversation),
    size: mail.bytes.length,
  };
}

/** Throws SetFailure `overQuota`. */
export function noRoom(): never {
  return refuseObject("overQuota", "There is no room left in this account. Delete what is no longer needed.");
}

/** Counts the bytes of a call's mails. Throws MethodError `requestTooLarge`. */
export function countingBytes(): (sizeBytes: number) => void {
  let sum = 0;
  return (sizeBytes) => {
    sum += sizeBytes;
    if (sum <= mostBytesInCall) return;
    refuseCall("requestTooLarge", "These messages are large together. Name fewer of them in one call.");
  };
}
