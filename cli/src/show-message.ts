import {
  attachmentsOf,
  formatAddress,
  fromNameOf,
  isMessageType,
  isType,
  type Message,
  senderOf,
  typeOf,
} from "@posthorn/protocol";
import { cleanLine, cleanLines } from "./clean-text.ts";
import { columns } from "./columns.ts";
import { messageWords } from "./message-words.ts";
import { eventRows } from "./show-event.ts";
import { shortSize } from "./sizes.ts";
import { localTime } from "./times.ts";
import { withAddress } from "./with-address.ts";

/** Fields of a message of an unknown type that are shown in the head, as text, or not at all because they are for programs. */
const shownElsewhere: ReadonlySet<string> = new Set([
  "id",
  "type",
  "from",
  "fromName",
  "to",
  "cc",
  "date",
  "inReplyTo",
  "thread",
  "subject",
  "attachments",
  "bodyType",
  "seal",
  "encryptedBody",
  "encryptionAlgorithm",
]);
/** Fields that are the text of a message, each of another type. */
const texts = ["body", "text", "description", "comment"] as const;

/** What is known of a message besides itself. */
export interface Beside {
  /** The title of the message that it refers to. */
  about?: string | undefined;
  /** How far it can be trusted, and what is missing: lines of their own, below the head. */
  remarks?: readonly string[];
}

/**
 * A message for people: who, when, what it does or is about, how far to trust it, its text, its files with their numbers.
 */
export function showMessage(message: Message, { about, remarks = [] }: Beside = {}): string {
  const parts = [columns(headOf(message, about))];
  if (remarks.length > 0) parts.push(remarks.join("\n"));
  const text = textOf(message);
  if (text !== undefined && text !== "") parts.push(cleanLines(text).trimEnd());
  const files = filesOf(message);
  if (files !== "") parts.push(files);
  return parts.join("\n\n");
}

function headOf(message: Message, about: string | undefined): string[][] {
  const type = typeOf(message);
  const { to = [], cc = [] } = message;
  const rows = [["From", withAddress(fromNameOf(message), formatAddress(senderOf(message)))]];
  if (to.length > 0) rows.push(["To", to.map(formatAddress).join(", ")]);
  if (cc.length > 0) rows.push(["Cc", cc.map(formatAddress).join(", ")]);
  rows.push(["Date", localTime(message.date)]);
  if ("subject" in message && typeof message.subject === "string")
    rows.push(["Subject", cleanLine(message.subject)]);
  if (!isMessageType(type)) rows.push(["Type", cleanLine(type)], ...otherFields(message));
  else if (type !== "email") rows.push(["What", messageWords(message, about)]);
  if (isType(message, "calendar_invite") && !("seal" in message)) rows.push(...eventRows(message));
  rows.push(["Id", message.id]);
  return rows;
}

/** All else that a message of a type nobody knows here has: its names and values are all that can be said of it. */
function otherFields(message: Message): string[][] {
  return Object.entries(message)
    .filter(([field, value]) => isOtherField(field) && value !== null && value !== undefined)
    .map(([field, value]) => [cleanLine(field), cleanLine(showValue(value))]);
}

function isOtherField(field: string): boolean {
  return !shownElsewhere.has(field) && !texts.some((text) => text === field);
}

function showValue(value: unknown): string {
  if (typeof value === "string") return value;
  if (isAddress(value)) return formatAddress(value);
  return JSON.stringify(value);
}

function isAddress(value: unknown): value is { id: string; host: string } {
  if (typeof value !== "object" || value === null || Object.keys(value).length !== 2) return false;
  return "id" in value && typeof value.id === "string" && "host" in value && typeof value.host === "string";
}

function textOf(message: Message): string | undefined {
  for (const field of texts) {
    const text: unknown = Reflect.get(message, field);
    if (typeof text === "string") return text;
  }
  return undefined;
}

function filesOf(message: Message): string {
  const rows = attachmentsOf(message).map((file, index) => [
    `  ${index + 1}`,
    "filename" in file && file.filename !== undefined ? cleanLine(file.filename) : "(no name)",
    shortSize(file.size),
    "mimeType" in file && file.mimeType !== undefined ? cleanLine(file.mimeType) : "",
  ]);
  return rows.length === 0 ? "" : `Files\n${columns(rows)}`;
}
