/** Mail of RFC 5322 as an account keeps it: imported, or drafted by a mail program. */
import { createHash } from "node:crypto";

import { findInstant, findMailDate } from "../rfc5322/dates.ts";
import { findMessageIds, unfold, withoutComments } from "../rfc5322/header-text.ts";
import type { MailHeader } from "../rfc5322/mail.ts";
import { describeMail, type MailDescription } from "../rfc5322/mail-summary.ts";
import { findMessageUuid } from "../rfc5322/message-head.ts";
import { parseMail } from "../rfc5322/parse-mail.ts";
import { findByMessageId, listConversationsOf } from "../store/object-store.ts";
import type { Db, Tx } from "../store/sql.ts";
import { putObject } from "./put-object.ts";

export interface ImportedMail extends Omit<MailDescription, "summary"> {
  bytes: Uint8Array;
  /** Made of its Message-ID, or of all of it when it has none: the same mail has the same. */
  messageId: string;
  /** Ids of the messages that it answers, the first of their thread first. */
  answered: readonly string[];
  /** When the last server had it, as that has written; undefined when none has. */
  receivedAt: number | undefined;
  /** JSON of what a list shows. */
  summary: string;
}

/** Undefined for bytes that are no mail: without a single header field. */
export function readMailBytes(bytes: Uint8Array): ImportedMail | undefined {
  const mail = parseMail(bytes);
  if (mail.headers.length === 0) return undefined;
  const { summary, ...description } = describeMail(mail);
  const ownId = summary.messageId?.[0];
  const received = mail.headers.find(({ name }) => name.toLowerCase() === "received")?.value;
  return {
    ...description,
    bytes,
    messageId: ownId === undefined ? uuidOf(bytes) : uuidOfMailId(ownId),
    answered: answeredBy(mail.headers).map(uuidOfMailId),
    receivedAt: received === undefined ? undefined : findReceivedDate(received),
    summary: JSON.stringify(summary),
  };
}

export interface MailPlace {
  accountId: number;
  mailboxes: readonly number[];
  keywords: readonly string[];
  receivedAt: number;
}

/** The message of an account that is this mail. */
export function findSameMail(db: Db, accountId: number, mail: ImportedMail): Promise<number | undefined> {
  const [conversation = mail.messageId] = mail.answered;
  return findByMessageId(db, accountId, { messageId: mail.messageId, conversation });
}

/** Puts a mail into an account, as `putObject` does, with its thread. */
export async function putMail(
  tx: Tx,
  mail: ImportedMail,
  place: MailPlace,
): Promise<{ id: number; conversation: string } | undefined> {
  const { bytes, messageId, sender, subject, preview, summary } = mail;
  const conversation = await conversationOf(tx, place.accountId, mail);
  const id = await putObject(tx, {
    ...place,
    kind: "mail",
    type: "email",
    messageId,
    sender,
    conversation,
    subject,
    preview,
    sentAt: mail.sentAt ?? place.receivedAt,
    format: "rfc5322",
    summary,
    bytes,
    blobs: [],
  });
  return id === undefined ? undefined : { id, conversation };
}

/**
 * The thread of the nearest message that it answers and that is here; else of the first of those, whether that is here or
 * not: others that come later have the same. A mail that answers none begins a thread.
 */
async function conversationOf(db: Db, accountId: number, mail: ImportedMail): Promise<string> {
  const { answered, messageId } = mail;
  if (answered.length === 0) return messageId;
  const here = await listConversationsOf(db, accountId, answered);
  const nearest = answered.findLast((id) => here.has(id));
  return (nearest === undefined ? undefined : here.get(nearest)) ?? answered[0] ?? messageId;
}

const mostAnswered = 100;

/** Of very many the first, which is its thread's, and the last. */
function answeredBy(headers: readonly MailHeader[]): string[] {
  const idsOf = (name: string) =>
    findMessageIds(headers.findLast((header) => header.name.toLowerCase() === name)?.value ?? "") ?? [];
  const [first, ...others] = [...idsOf("references"), ...idsOf("in-reply-to")];
  return first === undefined ? [] : [first, ...others.slice(-mostAnswered)];
}

/** What stands behind the last semicolon (RFC 5321 §4.4). */
function findReceivedDate(raw: string): number | undefined {
  const field = withoutComments(unfold(raw));
  const date = findMailDate(field.slice(field.lastIndexOf(";") + 1).trim());
  return date === undefined ? undefined : findInstant(date);
}

/** A Posthorn message keeps its id. */
function uuidOfMailId(mailId: string): string {
  return findMessageUuid(mailId) ?? uuidOf(new TextEncoder().encode(mailId));
}

/** A UUIDv8 (RFC 9562 §5.8) of bytes: of their SHA-256. */
function uuidOf(bytes: Uint8Array): string {
  const digest = createHash("sha256").update(bytes).digest();
  digest[6] = 0x80 | ((digest[6] ?? 0) & 0x0f);
  digest[8] = 0x80 | ((digest[8] ?? 0) & 0x3f);
  const hex = digest.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    "-",
  );
}
