/** As little of a message as lists need to be in order, and to say what is new in them. */
import { isMessageType } from "@posthorn/protocol";
import type { MessageSort } from "../search/plan.ts";
import { changingTypes, type EmailRow, receivedAtMs } from "../sync/email.ts";

export interface EmailEntry {
  readonly id: string;
  readonly threadId: string;
  readonly atMs: number;
  readonly mailboxIds: readonly string[];
  readonly isSeen: boolean;
  readonly isFlagged: boolean;
  readonly isDraft: boolean;
  readonly isAnswered: boolean;
  /** It says that its conversation is muted. */
  readonly isMuted: boolean;
  readonly hasAttachment: boolean;
  /** False for what only says something about another message, or belongs to a chat. */
  readonly isMail: boolean;
  /** The id that its author gave the message that it changes or takes back. */
  readonly amends: string | null;
  /** Of one that is out of sight until its time, and of one that has come back from there. */
  readonly snooze: EmailSnooze | null;
}

export interface EmailSnooze {
  readonly untilMs: number;
  /** It has come back. */
  readonly isOver: boolean;
}

/** What marks a message that has come back by itself. */
const awakened = "$new";

/** Types that say something about another message. */
const aboutOthers: ReadonlySet<string> = new Set(["edit", "recall", "receipt", "reaction"]);

export function sortOf({ wire }: Pick<EmailRow, "wire">): MessageSort {
  if (wire === null || !isMessageType(wire.type)) return "mail";
  if (wire.type === "chat_message") return "chat";
  if (wire.type === "file_transfer") return "file";
  return wire.type.startsWith("calendar_") ? "event" : "mail";
}

export function entryOf(row: EmailRow): EmailEntry {
  const { id, threadId, mailboxIds, keywords, hasAttachment, wire, snoozedUntil } = row;
  const untilMs = Date.parse(snoozedUntil ?? "");
  return {
    id,
    threadId,
    atMs: receivedAtMs(row),
    mailboxIds: Object.keys(mailboxIds).sort(),
    isSeen: keywords.$seen === true,
    isFlagged: keywords.$flagged === true,
    isDraft: keywords.$draft === true,
    isAnswered: keywords.$answered === true,
    isMuted: keywords.$muted === true,
    hasAttachment,
    isMail: wire === null || (wire.type !== "chat_message" && !aboutOthers.has(wire.type)),
    amends: wire !== null && changingTypes.has(wire.type) ? wire.target : null,
    snooze: Number.isNaN(untilMs) ? null : { untilMs, isOver: keywords[awakened] === true },
  };
}
