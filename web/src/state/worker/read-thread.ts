/** A conversation: all its messages, opened, oldest first. */
import {
  type Amendments,
  type EmailRow,
  isDoubtful,
  type KeptText,
  type Mail,
  nameIn,
  readAmendments,
  readKept,
  readNames,
  type SenderNames,
} from "@posthorn/client";
import { type Delivery, readDeliveries } from "./delivery.ts";
import type { Desk } from "./desk.ts";
import { findImported } from "./imported-mails.ts";
import { faultFor, openEdits, openMissing } from "./open-missing.ts";
import { type Person, peopleOf } from "./persons.ts";
import {
  bodyOf,
  bodyOfImported,
  bodyOfStandard,
  bodyOfWords,
  type MessageBody,
  type ReadBody,
} from "./read-body.ts";
import { findStandard } from "./standard-mails.ts";

export interface ThreadMessage {
  id: string;
  atMs: number;
  from: Person[];
  to: Person[];
  cc: Person[];
  isSeen: boolean;
  isStarred: boolean;
  isDraft: boolean;
  /** It says that its conversation is muted. */
  isMuted: boolean;
  /** It was sent from this account. */
  isOwn: boolean;
  type: string;
  subject: string;
  body: MessageBody;
  mailboxIds: string[];
  snoozedUntil: string | null;
  /** Of one's own: where each copy stands. */
  delivery: readonly Delivery[];
}

export interface ThreadView {
  threadId: string;
  subject: string;
  messages: ThreadMessage[];
}

/**
 * What is on this device is there at once, the rest says that it is being opened: `onMore` is called as it comes. Messages
 * that cannot be opened are among them, with why. What says something about another is not, for that has it. One without
 * messages is not on this device; null while that is not known.
 */
export async function readThread(
  desk: Desk,
  { threadId }: { threadId: string },
  onMore: () => void,
): Promise<ThreadView | null> {
  const { mail, map, signal } = desk;
  await map.wholeThread(threadId);
  // As long as not all is read it may still be found.
  if (map.thread(threadId).length === 0 && !map.isWhole) return null;
  const entries = map.thread(threadId).filter(({ isMail }) => isMail);
  const ids = entries.toSorted((a, b) => a.atMs - b.atMs).map(({ id }) => id);
  const known = await map.rows(ids);
  const rows = ids.flatMap((id) => known.get(id) ?? []);
  const amended = rows.filter(map.isAmended);
  const [texts, amendments, deliveries] = await Promise.all([
    readKept(mail, rows, undefined),
    amended.length === 0 ? new Map<string, Amendments>() : readAmendments(mail, amended, undefined),
    readDeliveries(mail, rows),
  ]);
  const names = await readNames(mail);
  const messages = rows.map((row) => {
    const text = texts.get(row.id);
    const read = bodyNow(mail, row, { text, amendments: amendments.get(row.id) });
    const said = {
      from: senderIn(row, text, names),
      to: peopleOf(row, row.to, names),
      cc: peopleOf(row, row.cc, names),
    };
    return messageOf(desk, row, { ...read, ...said, delivery: deliveries.get(row.id) ?? [] });
  });
  const missing = rows.filter((_, at) => messages[at]?.body.kind === "opening");
  openMissing(mail, missing, { signal, onMore });
  const lacking = rows.map((row) => ({ row, count: amendments.get(row.id)?.lacking ?? 0 }));
  openEdits(
    mail,
    lacking.filter(({ count }) => count > 0),
    { signal, onMore },
  );
  const subject = messages.find((message) => message.subject !== "")?.subject ?? "";
  return { threadId, subject, messages };
}

/** By the name in the message. One whose sender is in doubt is from an address, and from nobody whose name one knows. */
function senderIn(row: EmailRow, text: KeptText | undefined, names: SenderNames): Person[] {
  if (text === undefined || text.kind === "standard") return peopleOf(row, row.from, names);
  if (isDoubtful(text)) return (row.from ?? []).map(({ email }) => ({ address: email }));
  return peopleOf(row, row.from, names, nameIn(text));
}

function bodyNow(
  mail: Mail,
  row: EmailRow,
  { text, amendments }: { text: KeptText | undefined; amendments: Amendments | undefined },
): ReadBody {
  const subject = row.subject ?? "";
  if (amendments?.takenBackAt !== undefined) {
    return { subject: "", body: { kind: "takenBack", atMs: Date.parse(amendments.takenBackAt) || 0 } };
  }
  if (text?.kind === "open" && text.imported === true) {
    const whole = findImported(mail, row);
    if (whole !== undefined) return bodyOfImported(text, whole);
    if (faultFor(mail, row.id) === undefined) return { subject, body: { kind: "opening" } };
  }
  if (text !== undefined && text.kind !== "standard") return bodyOf(text, amendments);
  const standard = row.wire === null ? findStandard(mail, row) : undefined;
  if (standard !== undefined) return bodyOfStandard(row, standard);
  const fault = faultFor(mail, row.id);
  if (fault === undefined) return { subject, body: { kind: "opening" } };
  if (text?.kind === "standard" && fault.code === "unreachable") return bodyOfWords(row, text.text);
  return { subject, body: { kind: "failed", fault } };
}

function messageOf(
  { mail }: Desk,
  row: EmailRow,
  read: Pick<ThreadMessage, "subject" | "body" | "delivery" | "from" | "to" | "cc">,
): ThreadMessage {
  return {
    id: row.id,
    atMs: Date.parse(row.receivedAt) || 0,
    isSeen: row.keywords.$seen === true,
    isStarred: row.keywords.$flagged === true,
    isDraft: row.keywords.$draft === true,
    isMuted: row.keywords.$muted === true,
    isOwn: row.wire !== null && addressOf(row.wire.from) === mail.session.address,
    type: row.wire?.type ?? "email",
    mailboxIds: Object.keys(row.mailboxIds),
    snoozedUntil: row.snoozedUntil,
    ...read,
  };
}

function addressOf({ id, host }: { id: string; host: string }): string {
  return `${id}@${host}`;
}
