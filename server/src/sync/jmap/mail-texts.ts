/** What of a stored message is looked through for words. */
import type { MailReading, RowReading } from "../../objects/query-mail.ts";
import { parseText } from "../../rfc5322/header-text.ts";
import { htmlToText } from "../../rfc5322/html-text.ts";
import type { EmailAddress, MailHeader, MailLeaf, ParsedMail } from "../../rfc5322/mail.ts";
import { mailAddresses } from "../../rfc5322/message-head.ts";
import type { StoredObject } from "../../store/object-store.ts";
import { headOf, mailOfStored, mailSummaryOf } from "./stored-mail.ts";

/** More of a text is not looked through, in UTF-16 units. */
const mostUnits = 200_000;

/** What stands in the lists of a sealed message can be searched, and nothing else of it. */
export const mailTexts: MailReading = {
  ofRow: (object) => (object.format === "rfc5322" ? ofMailRow(object) : ofMessageRow(object)),
  ofBytes(object, bytes) {
    const mail = mailOfStored(object, bytes);
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
  },
};

function ofMessageRow(object: StoredObject): RowReading {
  const { from, to, cc, files, isSealed } = headOf(object);
  const [fromList, toList, ccList] = [mailAddresses([from]), mailAddresses(to), mailAddresses(cc)];
  return {
    texts: {
      from: addressText(fromList),
      to: addressText(toList),
      cc: addressText(ccList),
      bcc: "",
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
