import {
  type Address,
  type Attachment,
  formatAddress,
  limits,
  type PlainEmail,
  ProblemError,
  parseAddress,
  type SealedAttachment,
} from "@posthorn/protocol";
import { parseAddresses } from "./addresses.ts";
import { findMessageIds, parseText } from "./header-text.ts";
import { htmlToText } from "./html-text.ts";
import type { MailLeaf, MailPart, ParsedMail } from "./mail.ts";
import { findMessageUuid } from "./message-head.ts";

export interface OutgoingMail {
  from: Address;
  /** What its sender calls themselves, as the mail has it. */
  fromName?: string | undefined;
  /** Ids of the messages that it becomes, a new one each time it is called but for the first. */
  id: string;
  newId(): string;
  /** A time of the wire. */
  date: string;
  thread: string;
  /** The addresses it goes to; those of its header when left out. Whoever is not in To or Cc has it as a blind copy. */
  recipients?: readonly string[] | undefined;
}

/** Why a mail cannot be sent: a SetError of RFC 8621 §7.5. */
interface UnsendableMail {
  type: "noRecipients" | "invalidRecipients" | "tooManyRecipients" | "invalidEmail" | "tooLarge";
  description: string;
  properties?: readonly string[];
  invalidRecipients?: readonly string[];
}

export type MessageOutcome =
  | {
      ok: true;
      message: PlainEmail;
      /** One for each blind recipient, whom nobody else hears of. */
      bccMessages: readonly PlainEmail[];
    }
  | { ok: false; reason: UnsendableMail };

/**
 * A mail as the Posthorn messages that say the same: its text, of the HTML when there is no other, and everything else as
 * files, which `keepFile` stores. Names of recipients are left away, because a Posthorn message has none.
 */
export async function messageOfMail(
  mail: ParsedMail,
  outgoing: OutgoingMail,
  keepFile: (bytes: Uint8Array) => Promise<SealedAttachment>,
): Promise<MessageOutcome> {
  const recipients = findRecipients(mail, outgoing.recipients);
  if ("type" in recipients) return { ok: false, reason: recipients };
  const { texts, files } = sortParts(mail);
  const subject = subjectOf(mail);
  const body = texts.map(plainTextOf).join("\n").trimEnd();
  const fault = findFault(subject, body, files);
  if (fault !== undefined) return { ok: false, reason: fault };
  const attachments: Attachment[] = [];
  for (const [place, part] of files.entries()) {
    attachments.push(describeFile(part, place, await keepFile(bytesOf(part))));
  }
  const inReplyTo = findAnswered(mail);
  const base: Omit<PlainEmail, "id"> = {
    type: "email",
    from: outgoing.from,
    ...nameOf(outgoing),
    date: outgoing.date,
    thread: outgoing.thread,
    ...(inReplyTo === undefined ? {} : { inReplyTo }),
    ...(subject === "" ? {} : { subject }),
    ...(body === "" ? {} : { body }),
    ...(attachments.length === 0 ? {} : { attachments }),
  };
  const [first, ...others] = audiences(recipients);
  const message = { ...base, ...first, id: outgoing.id };
  if (new TextEncoder().encode(JSON.stringify(message)).length > limits.messageBytes) {
    return { ok: false, reason: tooLarge("The message is too large.") };
  }
  const bccMessages = others.map((audience) => ({ ...base, ...audience, id: outgoing.newId() }));
  return { ok: true, message, bccMessages };
}

/** What a name may not have is a space (§20.18). */
function nameOf({ fromName = "" }: OutgoingMail): Pick<PlainEmail, "fromName"> {
  const line = fromName
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu, " ")
    .trim();
  const name = [...line].slice(0, limits.fromName).join("");
  return name === "" ? {} : { fromName: name };
}

interface Recipients {
  to: readonly Address[];
  cc: readonly Address[];
  bcc: readonly Address[];
}

function findRecipients(
  mail: ParsedMail,
  envelope: readonly string[] | undefined,
): Recipients | UnsendableMail {
  const invalid: string[] = [];
  const seen = new Set<string>();
  const read = (texts: readonly string[]): Address[] =>
    texts.flatMap((text) => {
      const address = findAddress(text);
      if (address === undefined) invalid.push(text);
      if (address === undefined || seen.has(formatAddress(address))) return [];
      seen.add(formatAddress(address));
      return [address];
    });
  const wanted = envelope && new Set(envelope.map((text) => text.toLowerCase()));
  const named = (name: string) =>
    mail.headers
      .filter((header) => header.name.toLowerCase() === name)
      .flatMap(({ value }) => parseAddresses(value))
      .map(({ email }) => email)
      .filter((email) => wanted === undefined || wanted.has(email.toLowerCase()));
  const to = read(named("to"));
  const cc = read(named("cc"));
  const bcc = read(envelope ?? named("bcc"));
  if (invalid.length > 0) {
    const description = `“${invalid[0]?.slice(0, 100)}” is not an address that mail can be sent to.`;
    return { type: "invalidRecipients", description, invalidRecipients: [...new Set(invalid)] };
  }
  const count = to.length + cc.length + bcc.length;
  if (count === 0) return { type: "noRecipients", description: "The mail goes to nobody. Add a recipient." };
  if (count > limits.recipients) {
    const description = `A mail goes to ${limits.recipients} recipients at most. Send it in parts.`;
    return { type: "tooManyRecipients", description };
  }
  return { to, cc, bcc };
}

function findAddress(text: string): Address | undefined {
  try {
    return parseAddress(text);
  } catch (error) {
    if (error instanceof ProblemError) return undefined;
    throw error;
  }
}

/** Whom each of the messages goes to: all who may know of one another, then each of the blind ones alone. */
function audiences({ to, cc, bcc }: Recipients): { to: Address[]; cc?: Address[] }[] {
  const open =
    to.length + cc.length === 0 ? [] : [{ to: [...to], ...(cc.length === 0 ? {} : { cc: [...cc] }) }];
  return [...open, ...bcc.map((address) => ({ to: [address] }))];
}

/** What is read as the text, and what is sent along: every other part, but for the same text in another form. */
function sortParts(mail: ParsedMail): { texts: MailLeaf[]; files: MailLeaf[] } {
  const isText = ({ type }: MailLeaf) => type === "text/plain" || type === "text/html";
  const texts = mail.textBody.filter(isText);
  const said = new Set([...texts, ...mail.htmlBody.filter(isText)]);
  return { texts, files: leavesOf(mail.structure).filter((part) => !said.has(part)) };
}

function leavesOf(part: MailPart): MailLeaf[] {
  return part.subParts === undefined ? [part] : part.subParts.flatMap(leavesOf);
}

function subjectOf(mail: ParsedMail): string {
  const raw = mail.headers.findLast(({ name }) => name.toLowerCase() === "subject")?.value ?? "";
  return parseText(raw)
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, " ")
    .trim();
}

function plainTextOf({ type, content }: MailLeaf): string {
  if (content.kind === "file") return "";
  const { value } = content.text();
  const text = type === "text/html" ? htmlToText(value, { withLinks: true, mostUnits: value.length }) : value;
  // Strict JSON has no NUL (§20.3).
  return text.replaceAll("\0", "").toWellFormed();
}

function findFault(subject: string, body: string, files: readonly MailLeaf[]): UnsendableMail | undefined {
  if ([...subject].length > limits.subject) {
    const description = `A subject has at most ${limits.subject} characters.`;
    return { type: "invalidEmail", description, properties: ["subject"] };
  }
  if (files.length > limits.attachments) {
    const description = `A mail has at most ${limits.attachments} attachments.`;
    return { type: "invalidEmail", description, properties: ["attachments"] };
  }
  return [...body].length > limits.body
    ? tooLarge(`The text has more than ${limits.body} characters. Attach it as a file instead.`)
    : undefined;
}

function tooLarge(description: string): UnsendableMail {
  return { type: "tooLarge", description };
}

/** The Posthorn message that a mail answers: the last that it names. */
function findAnswered(mail: ParsedMail): string | undefined {
  const named = ["references", "in-reply-to"].flatMap((name) =>
    mail.headers
      .filter((header) => header.name.toLowerCase() === name)
      .flatMap(({ value }) => findMessageIds(value) ?? []),
  );
  return named.map(findMessageUuid).findLast((id) => id !== undefined);
}

function bytesOf({ content }: MailLeaf): Uint8Array {
  if (content.kind === "file") throw new Error("a mail that is sent has all its parts in it");
  return content.bytes();
}

function describeFile(part: MailLeaf, place: number, kept: SealedAttachment): Attachment {
  const { hash, size, chunks } = kept;
  const name = [...(part.name ?? part.cid ?? `file-${place + 1}`).replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, " ")]
    .slice(0, limits.filename)
    .join("");
  const isType = /^[A-Za-z0-9!#$&^_.+-]+\/[A-Za-z0-9!#$&^_.+-]+$/.test(part.type);
  return {
    hash,
    size,
    ...(chunks === undefined ? {} : { chunks }),
    ...(name === "" ? {} : { filename: name }),
    ...(isType && part.type.length <= limits.mimeType ? { mimeType: part.type } : {}),
  };
}
