/** What differs between the sorts of messages when one is put away: its kind, and what a list shows of it. */
import {
  type Address,
  attachmentsOf,
  fromNameOf,
  isMessageType,
  isType,
  limits,
  type Message,
  type MessageType,
  type SealedAttachment,
  sealOf,
  targetIdOf,
  typeOf,
} from "@posthorn/protocol";

type Kind = "mail" | "chat" | "calendar" | "file" | "other";

export interface Description {
  kind: Kind;
  type: string;
  /** One line, as long as a subject may be. */
  subject: string | undefined;
  preview: string | undefined;
  /** JSON of `Summary`. */
  summary: string;
}

/** Which fields of a type name it in a list and which have its words; the first that is there is shown. */
interface Shown {
  kind: Kind;
  subject: readonly string[];
  words: readonly string[];
}

const previewLength = 160;

/** A field that its type does not have is an unknown one, and so shows nothing, whatever it is called. */
const shown: Readonly<Record<MessageType, Shown>> = {
  email: { kind: "mail", subject: ["subject"], words: ["body"] },
  chat_message: { kind: "chat", subject: [], words: ["text"] },
  calendar_invite: { kind: "calendar", subject: ["title"], words: ["description"] },
  calendar_reply: { kind: "calendar", subject: [], words: ["comment"] },
  calendar_cancel: { kind: "calendar", subject: ["title"], words: ["comment"] },
  file_transfer: { kind: "file", subject: [], words: ["text"] },
  reaction: { kind: "other", subject: [], words: ["emoji"] },
  edit: { kind: "other", subject: ["subject"], words: ["body", "text"] },
  recall: { kind: "other", subject: [], words: [] },
  receipt: { kind: "other", subject: [], words: [] },
};

/** Nobody has checked these fields of a type that is not of this version: they may hold anything. */
const shownOfUnknown: Shown = {
  kind: "other",
  subject: ["subject", "title"],
  words: ["body", "text", "description"],
};

/**
 * What stands beside a message's bytes so that it can be listed without reading them. Of a sealed one, be it by its
 * sender or on arrival, it is what its server has to see, and none of what it says or what its files are called. `files`
 * are those that are kept with it, where they are others than it came with; `bcc` are those it went to beside whom it names. What was brought in wakes nobody (change-store.ts).
 */
export function describe(
  message: Message,
  sealed = sealOf(message) !== undefined,
  files: readonly SealedAttachment[] = attachmentsOf(message),
  bcc: readonly Address[] = [],
  isImported = false,
): Description {
  const type = typeOf(message);
  const fields = isMessageType(type) ? shown[type] : shownOfUnknown;
  const subject = sealed ? undefined : findText(message, fields.subject);
  const words = sealed ? undefined : findText(message, fields.words);
  return {
    kind: fields.kind,
    type,
    subject: subject === undefined ? undefined : oneLine(subject),
    preview: words === undefined ? undefined : preview(words),
    summary: JSON.stringify({
      ...(sealed ? {} : { fromName: fromNameOf(message) }),
      to: sealed ? (message.to ?? []).map(bareAddress) : (message.to ?? []),
      cc: sealed ? (message.cc ?? []).map(bareAddress) : (message.cc ?? []),
      ...(bcc.length === 0 ? {} : { bcc }),
      attachments: sealed ? files.map(bareFile) : files,
      inReplyTo: message.inReplyTo ?? null,
      thread: message.thread ?? null,
      target: targetIdOf(message) ?? null,
      sealed,
      ...(isType(message, "email") && message.automatic === true ? { automatic: true } : {}),
      ...(isImported ? { imported: true } : {}),
    }),
  };
}

/** On the wire there may be more of it, which nobody has looked at. */
function bareAddress({ id, host }: Address): Address {
  return { id, host };
}

function bareFile({ hash, size, chunks }: SealedAttachment): SealedAttachment {
  return { hash, size, ...(chunks === undefined ? {} : { chunks }) };
}

function findText(message: Message, names: readonly string[]): string | undefined {
  const values: unknown[] = names.map((name) => Reflect.get(message, name));
  return values.find((value) => typeof value === "string");
}

function oneLine(text: string): string {
  const line = text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, " ");
  return line.length <= limits.subject ? line : [...line].slice(0, limits.subject).join("");
}

/** The first words on one line. */
function preview(text: string): string {
  const start = firstCharacters(text.trimStart(), previewLength * 2);
  return firstCharacters(start.replaceAll(/[\s\p{Cc}]+/gu, " ").trim(), previewLength);
}

/** Not more than so many UTF-16 units; the cut never falls inside a character. */
function firstCharacters(text: string, most: number): string {
  if (text.length <= most) return text;
  const isInside = (text.charCodeAt(most) & 0xfc00) === 0xdc00;
  return text.slice(0, isInside ? most - 1 : most);
}
