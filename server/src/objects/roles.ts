import { isMessageType, type Message, typeOf } from "@posthorn/protocol";

/**
 * The mailboxes every account has, and their fixed ids. Conversations and Screener have no role that other mail programs
 * know (RFC 8621 §2); that of Snoozed is as the attribute of IMAP of that name.
 */
export const roles = {
  inbox: { id: 1, name: "Inbox", sortOrder: 1 },
  drafts: { id: 2, name: "Drafts", sortOrder: 2 },
  sent: { id: 3, name: "Sent", sortOrder: 3 },
  archive: { id: 4, name: "Archive", sortOrder: 4 },
  junk: { id: 5, name: "Junk", sortOrder: 5 },
  trash: { id: 6, name: "Trash", sortOrder: 6 },
  conversations: { id: 7, name: "Conversations", sortOrder: 7 },
  screener: { id: 8, name: "Screener", sortOrder: 8 },
  snoozed: { id: 9, name: "Snoozed", sortOrder: 9 },
} as const;

export type Role = keyof typeof roles;

export const roleNames = [
  "inbox",
  "drafts",
  "sent",
  "archive",
  "junk",
  "trash",
  "conversations",
  "screener",
  "snoozed",
] as const satisfies readonly Role[];

/** Ids of mailboxes that owners make begin here. */
export const firstOwnMailbox = 16;

const ofConversations: ReadonlySet<string> = new Set([
  "chat_message",
  "reaction",
  "edit",
  "recall",
  "receipt",
]);

/** Where a message is put that comes in or goes out: chat, and what is about another message, lies with the conversations. */
export function placeOf(message: Message, way: "inbox" | "sent"): Role {
  return placeOfType(typeOf(message), way);
}

/** The same by its type. */
export function placeOfType(type: string, way: "inbox" | "sent"): Role {
  return isMessageType(type) && ofConversations.has(type) ? "conversations" : way;
}

/** How a message that comes in is marked at first: what only tells of another one is no news by itself. */
export function firstKeywords(message: Message): string[] {
  const type = typeOf(message);
  return type !== "chat_message" && ofConversations.has(type) ? ["$seen"] : [];
}
