import { type Attachment, isType, limits, type Message } from "@posthorn/protocol";
import { cancelText, inviteCalendar, inviteText, replyText } from "./calendar-text.ts";
import { chooseBody } from "./choose-body.ts";
import { parseContentField } from "./content-field.ts";
import { encodeText } from "./encode-body.ts";
import type { BodyText, MailHeader, MailLeaf, MailPart, ParsedMail } from "./mail.ts";
import { headHeaders, type MessageHead } from "./message-head.ts";
import { withAttachments } from "./parse-mail.ts";
import { writeContentField } from "./write-header.ts";

/** What stands for the text of a message that the server cannot read. */
export const sealedSentence =
  "This message is sealed from end to end, so its server cannot read it. Open it with a Posthorn client of this account.";

/**
 * A Posthorn message as a mail. `message` is undefined for one that was sealed on arrival: its head is all that is known.
 * Files are parts whose bytes lie elsewhere, each by its place.
 */
export function emailOf(head: MessageHead, message: Message | undefined): ParsedMail {
  const text = head.isSealed || message === undefined ? sealedSentence : wordsOf(message);
  const calendar =
    !head.isSealed && message !== undefined && isType(message, "calendar_invite")
      ? inviteCalendar(message)
      : undefined;
  // The same in each rendering; neither base64 nor quoted-printable has an underscore behind an equals sign.
  const boundary = `=_${head.id}`;
  let parts = 0;
  const nextId = () => String(++parts);
  const said = textLeaf(nextId(), "text/plain", text);
  const body: MailPart =
    calendar === undefined
      ? said
      : branch("alternative", `${boundary}-0`, [
          said,
          textLeaf(nextId(), "text/calendar", calendar, [["method", "REQUEST"]]),
        ]);
  const files = head.files.map((file, place) => fileLeaf(nextId(), file, place, head.isSealed));
  const rest = files.length === 0 ? body : branch("mixed", boundary, [body, ...files]);
  const headers = [...headHeaders(head), { name: "MIME-Version", value: " 1.0" }, ...rest.headers];
  const structure = { ...rest, headers };
  return { headers, structure, ...withAttachments(chooseBody(structure)) };
}

/** The words of a message in the open. */
function wordsOf(message: Message): string {
  if (isType(message, "email")) return message.body ?? "";
  if (isType(message, "chat_message") || isType(message, "file_transfer")) return message.text ?? "";
  if (isType(message, "reaction")) return message.emoji ?? "";
  if (isType(message, "edit")) return message.body ?? message.text ?? "";
  if (isType(message, "recall")) return "The sender has taken a message back.";
  if (isType(message, "receipt")) return receiptText(message.event);
  if (isType(message, "calendar_invite")) return inviteText(message);
  if (isType(message, "calendar_reply")) return replyText(message);
  if (isType(message, "calendar_cancel")) return cancelText(message);
  return unknownText(message);
}

function receiptText(event: string): string {
  if (event === "read") return "Your message was read.";
  return event === "delivered" ? "Your message was delivered." : `Of your message it is told: ${event}.`;
}

/** Nobody has checked these fields: they may hold anything. */
function unknownText(message: Message): string {
  const values: unknown[] = ["body", "text", "description"].map((name) => Reflect.get(message, name));
  const words = values.find((value) => typeof value === "string");
  const sentence = `This message is of the type “${message.type ?? ""}”, which its server does not know.`;
  return words === undefined ? sentence : words.slice(0, limits.body);
}

const unnamed = {
  name: undefined,
  charset: undefined,
  disposition: undefined,
  cid: undefined,
  language: undefined,
  location: undefined,
};

function textLeaf(
  partId: string,
  type: string,
  value: string,
  parameters: readonly (readonly [string, string])[] = [],
): MailLeaf {
  const bytes = () => new TextEncoder().encode(value.replaceAll(/\r\n|\n/g, "\r\n"));
  const text: BodyText = { value: value.replaceAll("\r\n", "\n"), isEncodingProblem: false };
  const isCalendar = type === "text/calendar";
  return {
    ...unnamed,
    partId,
    headers: [
      field("Content-Type", type, [["charset", "utf-8"], ...parameters]),
      ...(isCalendar ? [field("Content-Disposition", "inline", [])] : []),
      { name: "Content-Transfer-Encoding", value: ` ${encodeText(text.value).encoding}` },
    ],
    type,
    charset: "utf-8",
    disposition: isCalendar ? "inline" : undefined,
    get sizeBytes() {
      return bytes().length;
    },
    content: { kind: "here", bytes, text: () => text },
    subParts: undefined,
  };
}

function fileLeaf(partId: string, file: Attachment, place: number, isSealed: boolean): MailLeaf {
  const declared = parseContentField(file.mimeType ?? "");
  const type = /^(?!multipart\/)[^\s/]+\/[^\s/]+$/.test(declared.value)
    ? declared.value
    : "application/octet-stream";
  const name = file.filename ?? (isSealed ? undefined : `file-${place + 1}`);
  return {
    ...unnamed,
    partId,
    headers: [
      field("Content-Type", type, [...declared.parameters]),
      field("Content-Disposition", "attachment", name === undefined ? [] : [["filename", name]]),
      { name: "Content-Transfer-Encoding", value: " base64" },
    ],
    type,
    charset: declared.parameters.get("charset") ?? (type.startsWith("text/") ? "us-ascii" : undefined),
    name,
    disposition: "attachment",
    sizeBytes: file.size,
    content: { kind: "file", place },
    subParts: undefined,
  };
}

function branch(subtype: string, boundary: string, subParts: readonly MailPart[]): MailPart {
  return {
    ...unnamed,
    partId: undefined,
    headers: [field("Content-Type", `multipart/${subtype}`, [["boundary", boundary]])],
    type: `multipart/${subtype}`,
    subParts,
  };
}

function field(name: string, value: string, parameters: readonly (readonly [string, string])[]): MailHeader {
  return { name, value: writeContentField(name, value, parameters) };
}
