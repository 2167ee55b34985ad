/** What the header of a Posthorn message is as a mail; all of it is known without its bytes. */
import { type Address, type Attachment, formatAddress, formatTime, hostName } from "@posthorn/protocol";
import { formatMailDate } from "./dates.ts";
import type { EmailAddress, MailHeader } from "./mail.ts";
import { writeAddresses, writeMessageIds, writeText } from "./write-header.ts";

export interface MessageHead {
  /** The message's own id. */
  id: string;
  type: string;
  from: Address;
  /** What the sender calls themselves. */
  fromName?: string | undefined;
  to: readonly Address[];
  cc: readonly Address[];
  /** Of what its account has sent: to whom else, whom nobody sees there. */
  bcc?: readonly Address[];
  /** Milliseconds since 1970. */
  sentAt: number;
  subject: string | undefined;
  /** The message it answers or is about. */
  inReplyTo: string | undefined;
  /** The first message of its thread. */
  thread: string | undefined;
  isSealed: boolean;
  /** Of a sealed one without names and types. */
  files: readonly Attachment[];
}

/**
 * A message's id as a mail has it, without angle brackets: the author's host is part of it, because two authors may use
 * one id and mean different messages (§20.4).
 */
export function mailMessageId(id: string, author: Pick<Address, "host">): string {
  return `${id}@${hostName(author.host)}`;
}

/** The id of a Posthorn message that a mail's id names; undefined for what is none. */
export function findMessageUuid(mailId: string): string | undefined {
  return /^([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})@[^@\s]+$/.exec(mailId)?.[1];
}

/**
 * Ids of the messages that one answers. Who wrote those it does not say: the host of whom it is written to is taken, as
 * an answer goes to the author.
 */
export function repliesOf(head: MessageHead): { inReplyTo: string[]; references: string[] } {
  const author = head.to[0] ?? head.cc[0] ?? head.from;
  const asMailIds = (ids: readonly (string | undefined)[]) => [
    ...new Set(
      ids.filter((id) => id !== undefined && id !== head.id).map((id) => mailMessageId(id ?? "", author)),
    ),
  ];
  return { inReplyTo: asMailIds([head.inReplyTo]), references: asMailIds([head.thread, head.inReplyTo]) };
}

export function mailAddresses(addresses: readonly Address[]): EmailAddress[] {
  return addresses.map((address) => ({ name: null, email: formatAddress(address) }));
}

/** Its sender, with the name they give themselves. */
export function mailSender({ from, fromName }: Pick<MessageHead, "from" | "fromName">): EmailAddress[] {
  return [{ name: fromName ?? null, email: formatAddress(from) }];
}

/** In the order in which they are written; the fields of the body follow them. */
export function headHeaders(head: MessageHead): MailHeader[] {
  const { inReplyTo, references } = repliesOf(head);
  const header = (name: string, value: string): MailHeader => ({ name, value });
  const people = (name: string, addresses: readonly EmailAddress[]) =>
    header(name, writeAddresses(name, addresses));
  const addressed = (name: string, addresses: readonly Address[]) =>
    addresses.length === 0 ? [] : [people(name, mailAddresses(addresses))];
  const ids = (name: string, list: readonly string[]) =>
    list.length === 0 ? [] : [header(name, writeMessageIds(name, list))];
  return [
    ...ids("Message-ID", [mailMessageId(head.id, head.from)]),
    header("Date", ` ${formatMailDate(formatTime(head.sentAt))}`),
    people("From", mailSender(head)),
    ...addressed("To", head.to),
    ...addressed("Cc", head.cc),
    ...addressed("Bcc", head.bcc ?? []),
    ...(head.subject === undefined ? [] : [header("Subject", writeText("Subject", head.subject))]),
    ...ids("In-Reply-To", inReplyTo),
    ...ids("References", references),
    header("Posthorn-Type", ` ${head.type}`),
  ];
}
