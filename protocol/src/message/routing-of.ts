import { type Address, formatAddress } from "../address.ts";
import { isType, type Message, typeOf } from "./message.ts";

/** Who sent the message: `from`, or the organizer of a calendar message that has no `from`. As written. */
export function senderOf(message: Message): Address {
  if (isType(message, "calendar_invite") || isType(message, "calendar_cancel")) {
    return message.from ?? message.organizer;
  }
  return message.from;
}

/** Types that somebody writes, and so have `fromName`: in others it is an unknown field. */
const written: ReadonlySet<string> = new Set([
  "email",
  "chat_message",
  "calendar_invite",
  "calendar_reply",
  "calendar_cancel",
  "file_transfer",
]);

/** What the sender calls themselves, of a message in the open or opened; undefined when they do not. */
export function fromNameOf(message: Message): string | undefined {
  if (!written.has(typeOf(message)) || !("fromName" in message)) return undefined;
  return typeof message.fromName === "string" ? message.fromName : undefined;
}

/** The addresses of `to`, then `cc`, each once and with its id in lower case. */
export function recipientsOf(message: Message): Address[] {
  const found = new Map<string, Address>();
  for (const list of [message.to, message.cc]) {
    for (const address of list ?? []) {
      const text = formatAddress(address);
      if (!found.has(text)) found.set(text, { id: text.slice(0, text.indexOf("@")), host: address.host });
    }
  }
  return [...found.values()];
}

/** The hosts of the recipients, each once. */
export function hostsOf(message: Message): string[] {
  return [...new Set(recipientsOf(message).map((recipient) => recipient.host))];
}

/**
 * The conversation a message belongs to, within which one host's deliveries keep their order (§50.6): its thread, or
 * the message it is about, or itself.
 */
export function conversationOf(message: Message): string {
  return message.thread ?? targetIdOf(message) ?? message.inReplyTo ?? message.id;
}

/** The id of the message that an edit, recall, reaction or receipt is about; undefined for the others. */
export function targetIdOf(message: Message): string | undefined {
  if (isType(message, "edit") || isType(message, "recall")) return message.target;
  if (isType(message, "reaction") || isType(message, "receipt")) return message.target.id;
  return undefined;
}
