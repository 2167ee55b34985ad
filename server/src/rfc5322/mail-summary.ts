/** What is kept beside a mail's bytes, so that a list shows it without reading them. */
import { type Static, Type } from "typebox";
import { parseAddresses } from "./addresses.ts";
import { findInstant, findMailDate } from "./dates.ts";
import { findMessageIds, parseText, unfold, withoutComments } from "./header-text.ts";
import type { EmailAddress, MailHeader, ParsedMail } from "./mail.ts";
import { previewOf } from "./preview.ts";

const addresses = Type.Optional(
  Type.Union([
    Type.Array(Type.Object({ name: Type.Union([Type.String(), Type.Null()]), email: Type.String() })),
    Type.Null(),
  ]),
);
const ids = Type.Optional(Type.Union([Type.Array(Type.String()), Type.Null()]));

/**
 * As the properties of an Email of these names are (RFC 8621 §4.1.3). One that is left out is too long to be kept twice,
 * and is read from the mail.
 */
export const MailSummarySchema = Type.Object({
  messageId: ids,
  inReplyTo: ids,
  references: ids,
  sender: addresses,
  from: addresses,
  to: addresses,
  cc: addresses,
  bcc: addresses,
  replyTo: addresses,
  sentAt: Type.Union([Type.String(), Type.Null()]),
  hasAttachment: Type.Boolean(),
});

export type MailSummary = Static<typeof MailSummarySchema>;

export interface MailDescription {
  /** Null when the mail has none. */
  subject: string | undefined;
  preview: string;
  /** The first address it is from, in lower case where a host is; empty when there is none. */
  sender: string;
  /** Milliseconds since 1970; undefined when the mail says none. */
  sentAt: number | undefined;
  summary: MailSummary;
}

/** So many characters of a list are kept. */
const longestList = 4000;

export function describeMail(mail: ParsedMail): MailDescription {
  const { headers } = mail;
  const last = (name: string) => findLast(headers, name);
  const listOf = (name: string): EmailAddress[] | null => {
    const raw = last(name);
    return raw === undefined ? null : parseAddresses(raw);
  };
  const idsOf = (name: string): string[] | null => findMessageIds(last(name) ?? "") ?? null;
  const date = last("date");
  const sentAt = date === undefined ? undefined : findMailDate(withoutComments(unfold(date)).trim());
  const subject = last("subject");
  const from = listOf("from");
  const lists = {
    messageId: idsOf("message-id"),
    inReplyTo: idsOf("in-reply-to"),
    references: idsOf("references"),
    sender: listOf("sender"),
    from,
    to: listOf("to"),
    cc: listOf("cc"),
    bcc: listOf("bcc"),
    replyTo: listOf("reply-to"),
  };
  return {
    subject: subject === undefined ? undefined : parseText(subject),
    preview: previewOf(mail),
    sender: (from?.[0]?.email ?? "").toLowerCase(),
    sentAt: sentAt === undefined ? undefined : findInstant(sentAt),
    summary: { ...shortOf(lists), sentAt: sentAt ?? null, hasAttachment: mail.hasAttachment },
  };
}

function shortOf<T extends object>(lists: T): Partial<T> {
  const short: Partial<T> = { ...lists };
  for (const name of keysOf(lists)) {
    if (JSON.stringify(lists[name]).length > longestList) delete short[name];
  }
  return short;
}

function keysOf<T extends object>(value: T): (keyof T)[] {
  const names: (keyof T)[] = [];
  for (const name in value) names.push(name);
  return names;
}

function findLast(headers: readonly MailHeader[], name: string): string | undefined {
  return headers.findLast((header) => header.name.toLowerCase() === name)?.value;
}
