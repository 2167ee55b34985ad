/** What of a stored message is looked through for words. */
import type { BytesReading, MailReading, RowReading } from "../../objects/query-mail.ts";
import { parseText } from "../../rfc5322/header-text.ts";
import { htmlToText } from "../../rfc5322/html-text.ts";
import type { EmailAddress, MailHeader, MailLeaf, ParsedMail } from "../../rfc5322/mail.ts";
import { headHeaders, mailAddresses, mailSender } from "../../rfc5322/message-head.ts";
import { parseMail } from "../../rfc5322/parse-mail.ts";
import type { StoredObject } from "../../store/object-store.ts";
import { headOf, mailSummaryOf } from "./stored-mail.ts";

/** More of a text is not looked through, in UTF-16 units. */
const mostUnits = 200_000;

/** What stands in the lists of a sealed message can be searched, and nothing else of it. */
export const mailTexts: MailReading = {
  ofRow: (object) => (object.format === "rfc5322" ? ofMailRow(object) : ofMessageRow(object)),
  ofBytes: (object, bytes) =>
    object.format === "rfc5322" ? ofMailBytes(bytes) : ofMessageBytes(object, bytes),
};

function ofMessageRow(object: StoredObject): RowReading {
  const head = headOf(object);
  const { to, cc, bcc, files, isSealed } = head;
  const fromList = mailSender(head);
  const toList = mailAddresses(to);
  return {
    texts: {
      from: addressText(fromList),
      to: addressText(toList),
      cc: addressText(mailAddresses(cc)),
      bcc: addressText(mailAddresses(bcc)),
      subject: object.subject ?? "",
      files: files.map(({ filename = "" }) => filename).join("\n"),
      ...(isSealed ? { body: "" } : {}),
    },
    hasAttachment: files.length > 0,
    first: { from: firstName(fromList), to: firstName(toList) },
  };
}

function ofMailRow(object: StoredObject): RowReading {
  const { from, to, cc, bcc, hasAttachment } = mailSummaryOf(object);
  return {
    texts: {
      ...(from === undefined ? {} : { from: addressText(from) }),
      ...(to === undefined ? {} : { to: addressText(to) }),
      ...(cc === undefined ? {} : { cc: addressText(cc) }),
      ...(bcc === undefined ? {} : { bcc: addressText(bcc) }),
      subject: object.subject ?? "",
    },
    hasAttachment,
    first: { from: firstName(from), to: firstName(to) },
  };
}

function ofMailBytes(bytes: Uint8Array): BytesReading {
  const mail = parseMail(bytes);
  const header = (name: string) => valuesOf(mail.headers, name);
  const field = (name: string) => header(name).join("\n");
  return {
    texts: {
      from: field("from"),
      to: field("to"),
      cc: field("cc"),
      bcc: field("bcc"),
      subject: field("subject"),
      files: namesOf(mail),
      body: bodyOf(mail),
    },
    header,
  };
}

const toldByRow = { from: "", to: "", cc: "", bcc: "", subject: "", files: "" } as const;
/** The fields in which messages of all types say something. */
const said = ["body", "text", "description", "location", "comment", "emoji"] as const;

/**
 * A message was checked when it was stored, and is not checked again: some hundreds are looked through before the index
 * has them.
 */
function ofMessageBytes(object: StoredObject, bytes: Uint8Array): BytesReading {
  const message = parseObject(bytes);
  const values: unknown[] = said.map((name) => Reflect.get(message, name));
  const body = values.filter((value) => typeof value === "string").join("\n");
  return {
    texts: { ...toldByRow, body: body.slice(0, mostUnits) },
    header: (name) => valuesOf(headHeaders(headOf(object)), name),
  };
}

/** What is no object has no fields. */
function parseObject(bytes: Uint8Array): object {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

function addressText(addresses: readonly EmailAddress[] | null): string {
  return (addresses ?? []).map(({ name, email }) => `${name ?? ""} ${email}`).join("\n");
}

/** What is sorted by (RFC 8621 §4.4.2). */
function firstName(addresses: readonly EmailAddress[] | null | undefined): string {
  const [first] = addresses ?? [];
  if (first === undefined) return "";
  return first.name === null || first.name === "" ? first.email : first.name;
}

function valuesOf(headers: readonly MailHeader[], wanted: string): string[] {
  return headers
    .filter(({ name }) => name.toLowerCase() === wanted.toLowerCase())
    .map(({ value }) => parseText(value));
}

function namesOf({ attachments }: ParsedMail): string {
  return attachments.map(({ name = "" }) => name).join("\n");
}

/** The text that is shown of a mail, HTML without its marks. */
function bodyOf(mail: ParsedMail): string {
  return mail.textBody.map(textOf).join("\n").slice(0, mostUnits);
}

function textOf({ type, content }: MailLeaf): string {
  if (content.kind !== "here") return "";
  if (type === "text/html") return htmlToText(content.text().value, { withLinks: false, mostUnits });
  return type.startsWith("text/") ? content.text().value : "";
}
