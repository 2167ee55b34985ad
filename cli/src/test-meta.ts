import {
  conversationOf,
  formatAddress,
  type Message,
  type MessageMeta,
  sealOf,
  senderOf,
  typeOf,
  type Wire,
} from "@posthorn/protocol";

/** What a server would say of a message, for tests: its subject or title, and nothing of its text. */
export function metaOf(message: Message, wire: Partial<Wire> = {}): MessageMeta {
  const titles: unknown[] = [Reflect.get(message, "subject"), Reflect.get(message, "title")];
  const subject = titles.find((title) => typeof title === "string");
  const from = senderOf(message);
  return {
    id: "m7",
    blobId: "e7",
    threadId: `t${conversationOf(message)}`,
    mailboxIds: { f1: true },
    keywords: {},
    size: 100,
    receivedAt: message.date,
    sentAt: message.date,
    from: [{ name: null, email: formatAddress(from) }],
    to: null,
    cc: null,
    subject: typeof subject === "string" ? subject : null,
    preview: "",
    hasAttachment: false,
    snoozedUntil: null,
    wire: {
      id: message.id,
      type: typeOf(message),
      from,
      to: [],
      cc: [],
      date: message.date,
      thread: conversationOf(message),
      inReplyTo: null,
      target: null,
      sealed: sealOf(message) !== undefined,
      attachments: [],
      size: 100,
      ...wire,
    },
  };
}
