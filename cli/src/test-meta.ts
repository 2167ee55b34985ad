import { type Message, type MessageMeta, sealOf, senderOf, typeOf } from "@posthorn/protocol";

/** What a server would say of a message, for tests: its subject or title, and nothing of its text. */
export function metaOf(message: Message): MessageMeta {
  const titles: unknown[] = [Reflect.get(message, "subject"), Reflect.get(message, "title")];
  const subject = titles.find((title) => typeof title === "string");
  return {
    id: "7",
    messageId: message.id,
    type: typeOf(message),
    from: senderOf(message),
    to: [],
    cc: [],
    subject: typeof subject === "string" ? subject : null,
    preview: null,
    date: message.date,
    deliveredAt: message.date,
    size: 100,
    keywords: {},
    mailboxes: ["1"],
    attachments: [],
    thread: message.id,
    inReplyTo: null,
    sealed: sealOf(message) !== undefined,
  };
}
