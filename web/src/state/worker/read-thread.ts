/** A conversation: all its messages, opened, oldest first. */
import {
  type EmailRow,
  findOpened,
  type Mail,
  type Opened,
  type OpenedFile,
  openEmail,
  readStandardMail,
  submissions,
} from "@posthorn/client";
import type { SendRecipient } from "@posthorn/protocol";
import type { Desk } from "./desk.ts";
import { rowsOf } from "./digests.ts";
import { type Fault, faultOf } from "./fault.ts";
import { type Person, peopleOf } from "./list-threads.ts";

export interface MessageFile {
  /** Its place in the message. */
  place: number;
  name: string;
  type: string;
  sizeBytes: number;
}

/**
 * How much a reader may believe: `self` one's own · `sealed` by a key that is believed, `verified` when the two have compared
 * numbers · `changed` its sender has another key since they did · `formerKey` by a key that was given up · `open` anybody on the
 * way could read and change it · `unexpected` in the open, though its sender has keys.
 */
export type Trust = "self" | "sealed" | "verified" | "changed" | "formerKey" | "open" | "unexpected";

export type MessageBody =
  /** `format` says how the text is to be shown. */
  | {
      kind: "opened";
      text: string;
      format: "plain" | "markdown" | "html";
      trust: Trust;
      files: MessageFile[];
    }
  | { kind: "failed"; fault: Fault };

export interface ThreadMessage {
  id: string;
  atMs: number;
  from: Person[];
  to: Person[];
  cc: Person[];
  isSeen: boolean;
  isStarred: boolean;
  isDraft: boolean;
  /** It was sent from this account. */
  isOwn: boolean;
  type: string;
  subject: string;
  body: MessageBody;
  mailboxIds: string[];
  snoozedUntil: string | null;
  /** Of one's own: where each copy stands. */
  delivery: readonly SendRecipient[];
}

export interface ThreadView {
  threadId: string;
  subject: string;
  messages: ThreadMessage[];
}

const openedAtOnce = 8;

/** Messages that cannot be opened are among them, with why. */
export async function readThread(desk: Desk, { threadId }: { threadId: string }): Promise<ThreadView> {
  await desk.map.begun;
  const entries = desk.map.thread(threadId).filter(({ isMail }) => isMail);
  const rows = await rowsOf(
    desk.mail,
    entries.toSorted((a, b) => a.atMs - b.atMs).map(({ id }) => id),
  );
  const messages: ThreadMessage[] = [];
  for (let at = 0; at < rows.length; at += openedAtOnce) {
    const some = rows.slice(at, at + openedAtOnce);
    messages.push(...(await Promise.all(some.map((row) => readOne(desk, row)))));
  }
  const subject = messages.find((message) => message.subject !== "")?.subject ?? "";
  return { threadId, subject, messages };
}

async function readOne({ mail, signal }: Desk, row: EmailRow): Promise<ThreadMessage> {
  const { subject, body } = await bodyOf(mail, row, signal);
  const isOwn = row.wire === null ? false : addressOf(row.wire.from) === mail.session.address;
  const sent = isOwn ? await mail.store.get(submissions, row.id.replace(/^m/, "s")) : undefined;
  return {
    id: row.id,
    atMs: Date.parse(row.receivedAt) || 0,
    from: peopleOf(row.from),
    to: peopleOf(row.to),
    cc: peopleOf(row.cc),
    isSeen: row.keywords.$seen === true,
    isStarred: row.keywords.$flagged === true,
    isDraft: row.keywords.$draft === true,
    isOwn,
    type: row.wire?.type ?? "email",
    subject,
    body,
    mailboxIds: Object.keys(row.mailboxIds),
    snoozedUntil: row.snoozedUntil,
    delivery: sent?.recipients ?? [],
  };
}

async function bodyOf(
  mail: Mail,
  row: EmailRow,
  signal: AbortSignal,
): Promise<{ subject: string; body: MessageBody }> {
  try {
    if (row.wire === null) {
      const standard = await readStandardMail(mail.session, row.id, { signal });
      const files = standard.files.map(({ name, type, size }, place) => ({
        place,
        name: name ?? "",
        type,
        sizeBytes: size,
      }));
      const format = standard.isHtml ? ("html" as const) : ("plain" as const);
      return {
        subject: row.subject ?? "",
        body: { kind: "opened", text: standard.text, format, trust: "open", files },
      };
    }
    const opened = (await findOpened(mail, row.id)) ?? (await openEmail(mail, row.id, signal));
    const { message } = opened;
    const format =
      textOf(message, "bodyType") === "text/markdown" ? ("markdown" as const) : ("plain" as const);
    const text = textOf(message, "body") || textOf(message, "text") || textOf(message, "description");
    return {
      subject: textOf(message, "subject") || textOf(message, "title"),
      body: { kind: "opened", text, format, trust: trustOf(opened), files: opened.files.map(fileOf) },
    };
  } catch (error) {
    return { subject: row.subject ?? "", body: { kind: "failed", fault: faultOf(error) } };
  }
}

function trustOf(opened: Opened): Trust {
  if (opened.kind === "open") return opened.unexpected ? "unexpected" : "open";
  switch (opened.sender.kind) {
    case "self":
      return "self";
    case "known":
      return opened.sender.isCompared ? "verified" : "sealed";
    default:
      return opened.sender.kind;
  }
}

function fileOf(file: OpenedFile, place: number): MessageFile {
  const { attachment } = file;
  if (file.kind === "sealed") {
    const { filename = "", mimeType = "", size } = file.file;
    return { place, name: filename, type: mimeType, sizeBytes: size };
  }
  return {
    place,
    name: textOf(attachment, "filename"),
    type: textOf(attachment, "mimeType"),
    sizeBytes: attachment.size,
  };
}

function textOf(value: object, name: string): string {
  const text: unknown = Reflect.get(value, name);
  return typeof text === "string" ? text : "";
}

function addressOf({ id, host }: { id: string; host: string }): string {
  return `${id}@${host}`;
}
