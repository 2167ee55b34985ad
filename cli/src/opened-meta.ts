import {
  attachmentsOf,
  conversationOf,
  type Message,
  type MessageMeta,
  senderOf,
  typeOf,
} from "@posthorn/protocol";

const previewLength = 160;
/** Fields that name a message in a list, and those that have its words, each of another type; the first is shown. */
const titles = ["subject", "title"] as const;
const words = ["body", "text", "description", "comment", "emoji"] as const;

/**
 * What a list shows of a message that was opened: its own word where it has one, and of the server's what only that
 * knows, such as marks and when it came.
 */
export function openedMeta(meta: MessageMeta, message: Message): MessageMeta {
  const [subject, preview] = [findText(message, titles), findText(message, words)];
  return {
    ...meta,
    messageId: message.id,
    type: typeOf(message),
    from: senderOf(message),
    to: message.to ?? [],
    cc: message.cc ?? [],
    subject: subject ?? null,
    preview: preview === undefined ? null : firstWords(preview),
    date: message.date,
    attachments: [...attachmentsOf(message)],
    thread: conversationOf(message),
    inReplyTo: message.inReplyTo ?? null,
    // Nothing of it is hidden any more.
    sealed: false,
  };
}

function findText(message: Message, names: readonly string[]): string | undefined {
  const values: unknown[] = names.map((name) => Reflect.get(message, name));
  return values.find((value) => typeof value === "string");
}

function firstWords(text: string): string {
  const line = text.replaceAll(/[\s\p{Cc}]+/gu, " ").trim();
  return [...line].slice(0, previewLength).join("");
}
