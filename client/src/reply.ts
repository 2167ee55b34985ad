import {
  conversationOf,
  formatAddress,
  limits,
  type Message,
  recipientsOf,
  senderOf,
} from "@posthorn/protocol";

export interface ReplyFields {
  to: string[];
  cc: string[];
  /** Of an email that has a subject: the same with one “Re: ” before it. */
  subject?: string;
  inReplyTo: string;
  thread: string;
}

/**
 * What an answer to `message` has in common with it, to be spread into a draft. It goes to the sender; with `all` also,
 * in `cc`, to everyone the message went to but `self`. An answer to one's own message goes where that one went.
 */
export function replyTo(message: Message, self: string, options: { all?: boolean } = {}): ReplyFields {
  const sender = formatAddress(senderOf(message));
  const others = recipientsOf(message).map(formatAddress);
  const isOwn = sender === self;
  const to = isOwn ? others : [sender];
  const cc =
    isOwn || options.all !== true ? [] : others.filter((other) => other !== self && other !== sender);
  const subject = subjectOf(message);
  return {
    to,
    cc,
    ...(subject === undefined ? {} : { subject }),
    inReplyTo: message.id,
    thread: conversationOf(message),
  };
}

function subjectOf(message: Message): string | undefined {
  if (!("subject" in message) || typeof message.subject !== "string") return undefined;
  const subject = /^re:/i.test(message.subject) ? message.subject : `Re: ${message.subject}`;
  return [...subject].slice(0, limits.subject).join("");
}
