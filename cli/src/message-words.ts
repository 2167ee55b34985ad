/** What a message does, in a few words that follow its sender's name: “accepts “Lunch””, “takes back “The plan””. */
import {
  type Attachment,
  attachmentsOf,
  formatAddress,
  isMessageType,
  isType,
  type Message,
  type MessageMeta,
  type MessageType,
  type PlainCalendarReply,
  type SealedAttachment,
  sealOf,
  senderOf,
  targetIdOf,
  typeOf,
} from "@posthorn/protocol";
import { cleanLine } from "./clean-text.ts";
import { fitTo } from "./columns.ts";
import { whenOf } from "./show-event.ts";

const titleWidth = 60;

/** The message that another is about: the ids it may have, and who wrote it. */
export interface Reference {
  ids: readonly string[];
  author: string;
}

/** What a message is about, undefined when it stands for itself or says all in its own words. */
export function referenceOf(message: Message): Reference | undefined {
  const target = targetIdOf(message);
  if (target !== undefined) {
    const isOther = isType(message, "reaction") || isType(message, "receipt");
    return { ids: [target], author: formatAddress(isOther ? message.target.from : senderOf(message)) };
  }
  if (isType(message, "calendar_reply") && typeof message.uid === "string") {
    return { ids: eventIds(message.uid, message.inReplyTo), author: formatAddress(message.organizer) };
  }
  if (isType(message, "calendar_cancel") && typeof message.uid === "string") {
    return { ids: eventIds(message.uid, message.inReplyTo), author: formatAddress(senderOf(message)) };
  }
  return undefined;
}

/** An event without an id of its own goes by that of its invitation (§20.9). */
function eventIds(uid: string, inReplyTo: string | null | undefined): string[] {
  return typeof inReplyTo === "string" ? [inReplyTo, uid] : [uid];
}

/** What a message may be called in a sentence: its subject, else its first words or files; undefined when it has none. */
export function titleOf({ subject, preview, wire }: MessageMeta): string | undefined {
  if (wire?.sealed === true) return undefined;
  const text = [subject, preview].find((each) => each !== null && each.trim() !== "");
  return text ?? wire?.attachments[0]?.filename;
}

/** Types that what is kept beside a message says all of. */
const shown: ReadonlySet<string> = new Set(["email", "chat_message", "file_transfer"]);

/** True when only the message itself tells what it does. */
export function isTold({ wire }: MessageMeta): boolean {
  return wire !== null && !wire.sealed && isMessageType(wire.type) && !shown.has(wire.type);
}

/** A message as a list shows it. `message` is the message itself where `isTold`, `about` the title of its reference. */
export function listWords(
  meta: MessageMeta,
  message: Message | undefined,
  about: string | undefined,
): string {
  // Standard mail is a letter.
  const { type, sealed, attachments } = meta.wire ?? { type: "email", sealed: false, attachments: [] };
  if (sealed) return isMessageType(type) ? `(sealed ${nouns[type]})` : "(sealed)";
  const title = titleOf(meta);
  if (message !== undefined) {
    const words = messageWords(message, about);
    if (isType(message, "calendar_invite") && !("seal" in message)) return `${words}, ${whenOf(message)}`;
    const isNew = isType(message, "edit") && title !== undefined;
    return isNew ? `${words}: ${cleanLine(title)}` : words;
  }
  if (type === "chat_message") return cleanLine(title ?? "");
  if (type === "file_transfer") {
    const note = meta.preview === "" ? "" : `: ${meta.preview}`;
    return `sends ${fileNames(attachments)}${cleanLine(note)}`;
  }
  if (type === "email") return cleanLine(title ?? "(no subject)");
  return cleanLine(`[${type}] ${title ?? ""}`).trimEnd();
}

const nouns: Readonly<Record<MessageType, string>> = {
  email: "letter",
  chat_message: "chat message",
  calendar_invite: "invitation",
  calendar_reply: "answer to an invitation",
  calendar_cancel: "cancellation",
  file_transfer: "files",
  reaction: "reaction",
  edit: "change of a message",
  recall: "taking back of a message",
  receipt: "receipt",
};

/** What a message of a known type does; `about` is the title of the message it is about, when that is known. */
export function messageWords(message: Message, about: string | undefined): string {
  const type = typeOf(message);
  if (!isMessageType(type)) return cleanLine(type);
  if (sealOf(message) !== undefined) return `a sealed ${nouns[type]}`;
  const it = about === undefined ? "a message" : quoted(about);
  if (isType(message, "calendar_invite") && !("seal" in message)) {
    const isChange = (message.sequence ?? 0) > 0;
    return `${isChange ? "changes" : "invites to"} ${quoted(message.title)}`;
  }
  if (isType(message, "calendar_reply") && !("seal" in message)) {
    const { does, what } = answers[message.participationStatus];
    return `${does} ${about === undefined ? what : quoted(about)}${occurrence(message)}`;
  }
  if (isType(message, "calendar_cancel") && !("seal" in message)) {
    const title = message.title ?? about;
    return `calls off ${title === undefined ? "an event" : quoted(title)}${occurrence(message)}`;
  }
  if (isType(message, "file_transfer")) return `sends ${fileNames(attachmentsOf(message))}`;
  if (isType(message, "reaction") && !("seal" in message))
    return `reacts with ${cleanLine(message.emoji)} to ${it}`;
  if (isType(message, "edit")) return `changes ${it}`;
  if (isType(message, "recall")) return `takes back ${it}`;
  if (isType(message, "receipt")) return receiptWords(message.event, it);
  return `a ${nouns[type]}`;
}

const answers: Readonly<Record<PlainCalendarReply["participationStatus"], { does: string; what: string }>> = {
  accepted: { does: "accepts", what: "an invitation" },
  declined: { does: "declines", what: "an invitation" },
  tentative: { does: "may come to", what: "an event" },
  delegated: { does: "sends somebody else to", what: "an event" },
};

function occurrence({ recurrenceId }: { recurrenceId?: string | undefined }): string {
  return recurrenceId === undefined ? "" : ` of ${recurrenceId.slice(0, 16).replace("T", " ")}`;
}

function fileNames([first, ...others]: readonly (Attachment | SealedAttachment)[]): string {
  const name = first !== undefined && "filename" in first ? first.filename : undefined;
  if (name === undefined) return others.length === 0 ? "a file" : `${others.length + 1} files`;
  return others.length === 0 ? cleanLine(name) : `${cleanLine(name)} and ${others.length} more`;
}

function receiptWords(event: string, it: string): string {
  if (event === "read") return `has read ${it}`;
  return event === "delivered" ? `has received ${it}` : `says “${event}” of ${it}`;
}

function quoted(title: string): string {
  return `“${fitTo(cleanLine(title), titleWidth)}”`;
}
