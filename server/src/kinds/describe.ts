/** What differs between the sorts of messages when one is put away: its kind, and what a list shows of it. */
import {
  isMessageType,
  type Message,
  type MessageType,
  sealOf,
  targetIdOf,
  typeOf,
} from "@posthorn/protocol";

export type Kind = "mail" | "chat" | "calendar" | "file" | "other";

export interface Description {
  kind: Kind;
  type: string;
  subject: string | undefined;
  preview: string | undefined;
  /** JSON of `Summary`. */
  summary: string;
}

const previewLength = 160;

const kinds: Readonly<Record<MessageType, Kind>> = {
  email: "mail",
  chat_message: "chat",
  calendar_invite: "calendar",
  calendar_reply: "calendar",
  calendar_cancel: "calendar",
  file_transfer: "file",
  reaction: "other",
  edit: "other",
  recall: "other",
  receipt: "other",
};

/** What stands beside a message's bytes so that it can be listed without reading them. */
export function describe(message: Message): Description {
  const type = typeOf(message);
  const words = wordsOf(message);
  return {
    kind: isMessageType(type) ? kinds[type] : "other",
    type,
    subject: textField(message, "subject") ?? textField(message, "title"),
    preview: words === undefined ? undefined : preview(words),
    summary: JSON.stringify({
      to: message.to ?? [],
      cc: message.cc ?? [],
      attachments: "attachments" in message ? (message.attachments ?? []) : [],
      inReplyTo: message.inReplyTo ?? null,
      thread: message.thread ?? null,
      target: targetIdOf(message) ?? null,
      sealed: sealOf(message) !== undefined,
    }),
  };
}

function wordsOf(message: Message): string | undefined {
  return (
    textField(message, "body") ??
    textField(message, "text") ??
    textField(message, "emoji") ??
    textField(message, "description")
  );
}

function textField(message: Message, name: string): string | undefined {
  const value: unknown = Reflect.get(message, name);
  return typeof value === "string" ? value : undefined;
}

/** The first words on one line; the cut never falls inside a character. */
function preview(text: string): string {
  const start = text
    .slice(0, previewLength * 2)
    .replaceAll(/\s+/g, " ")
    .trim();
  return start.slice(0, previewLength).toWellFormed();
}
