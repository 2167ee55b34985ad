import { shownName } from "@posthorn/client";
import {
  type Address,
  attachmentsOf,
  conversationOf,
  formatAddress,
  fromNameOf,
  type Message,
  type MessageMeta,
  senderOf,
  targetIdOf,
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
export function openedMeta({ wireText, ...meta }: MessageMeta, message: Message): MessageMeta {
  const { to = [], cc = [] } = message;
  const from = senderOf(message);
  const attachments = [...attachmentsOf(message)];
  return {
    ...meta,
    from: [{ name: shownName(fromNameOf(message), formatAddress(from)) ?? null, email: formatAddress(from) }],
    to: people(to),
    cc: people(cc),
    subject: findText(message, titles) ?? null,
    preview: firstWords(findText(message, words) ?? ""),
    sentAt: message.date,
    hasAttachment: attachments.length > 0,
    wire: {
      id: message.id,
      type: typeOf(message),
      from,
      to,
      cc,
      date: message.date,
      thread: conversationOf(message),
      inReplyTo: message.inReplyTo ?? null,
      target: targetIdOf(message) ?? null,
      // Nothing of it is hidden any more.
      sealed: false,
      attachments,
      size: meta.size,
    },
  };
}

/** As lists name people; null for nobody. */
function people(addresses: readonly Address[]): MessageMeta["from"] {
  if (addresses.length === 0) return null;
  return addresses.map((address) => ({ name: null, email: formatAddress(address) }));
}

function findText(message: Message, names: readonly string[]): string | undefined {
  const values: unknown[] = names.map((name) => Reflect.get(message, name));
  return values.find((value) => typeof value === "string");
}

function firstWords(text: string): string {
  const line = text.replaceAll(/[\s\p{Cc}]+/gu, " ").trim();
  return [...line].slice(0, previewLength).join("");
}
