/** What one message of a conversation says, as a page shows it. */
import {
  type Amendments,
  type EmailRow,
  type Opened,
  type OpenedFile,
  readingOf,
  type StandardMail,
} from "@posthorn/client";
import type { WholeMail } from "@posthorn/client/transfer";
import type { Fault } from "./fault.ts";

export interface MessageFile {
  /** Its place in the message. */
  place: number;
  name: string;
  type: string;
  sizeBytes: number;
  /** By which the message's own HTML shows it. */
  cid: string | null;
}

/**
 * How much a reader may believe: `self` one's own · `sealed` by a key that is believed, `verified` when the two have compared
 * numbers · `changed` its sender has another key since they did · `formerKey` by a key that was given up · `open` anybody on the
 * way could read and change it · `unexpected` in the open, though its sender has keys.
 */
export type Trust = "self" | "sealed" | "verified" | "changed" | "formerKey" | "open" | "unexpected";

/** An event that somebody invites to; its time is as they wrote it. */
export interface Invitation {
  kind: "invitation" | "reply" | "cancel";
  title: string;
  startTime: string;
}

export type MessageBody =
  /** `format` says how the text is to be shown; `html` is somebody's, never to be shown but cleaned and in its frame. */
  | {
      kind: "opened";
      text: string;
      format: "plain" | "markdown" | "html";
      html: string | null;
      trust: Trust;
      /** A sentence of doubt about the keys its sender's server shows. */
      doubt: string | null;
      files: MessageFile[];
      editedAtMs: number | null;
      /** What it said before it was changed. */
      earlier: string | null;
      invitation: Invitation | null;
    }
  | { kind: "takenBack"; atMs: number }
  /** It is asked for, and will be told. */
  | { kind: "opening" }
  | { kind: "failed"; fault: Fault };

export interface ReadBody {
  subject: string;
  body: MessageBody;
}

/** As it was opened, with what its sender has changed. */
export function bodyOf(opened: Opened, amendments: Amendments | undefined): ReadBody {
  const reading = readingOf(opened, amendments?.edits);
  const before = reading.editedAt === undefined ? undefined : readingOf(opened);
  return {
    subject: reading.subject,
    body: {
      kind: "opened",
      text: reading.text,
      format: reading.isMarkdown ? "markdown" : "plain",
      html: null,
      trust: trustOf(opened),
      doubt:
        opened.kind === "sealed" && opened.sender.kind === "known" ? (opened.sender.doubt ?? null) : null,
      files: reading.files.map(fileOf),
      editedAtMs: reading.editedAt === undefined ? null : Date.parse(reading.editedAt) || null,
      earlier: before?.text ?? null,
      invitation: invitationOf(opened),
    },
  };
}

const openToAll = {
  kind: "opened",
  trust: "open",
  doubt: null,
  editedAtMs: null,
  earlier: null,
  invitation: null,
} as const;

/** Mail that was imported, as its server tells of it. */
export function bodyOfStandard(row: EmailRow, standard: StandardMail): ReadBody {
  const { text, html = null, files } = standard;
  const format = html === null ? "plain" : "html";
  return {
    subject: row.subject ?? "",
    body: {
      ...openToAll,
      text,
      html,
      format,
      files: files.map(({ name, type, size, cid = null }, place) => ({
        place,
        name: name ?? "",
        type,
        sizeBytes: size,
        cid,
      })),
    },
  };
}

/** Mail that its owner has brought in, as it was before. */
export function bodyOfImported(opened: Opened, whole: WholeMail): ReadBody {
  const { subject, text } = readingOf(opened);
  const { html, files } = whole;
  return {
    subject,
    body: {
      ...openToAll,
      text,
      html: html ?? null,
      format: html === undefined ? "plain" : "html",
      files: files.map(({ name, type, bytes, cid }, place) => ({
        place,
        name,
        type,
        sizeBytes: bytes.length,
        cid,
      })),
    },
  };
}

/** Without the network: its words alone, as they were read before. */
export function bodyOfWords(row: EmailRow, text: string): ReadBody {
  return {
    subject: row.subject ?? "",
    body: { ...openToAll, text, html: null, format: "plain", files: [] },
  };
}

const invitationKinds: ReadonlyMap<string, Invitation["kind"]> = new Map([
  ["calendar_invite", "invitation"],
  ["calendar_reply", "reply"],
  ["calendar_cancel", "cancel"],
]);

function invitationOf({ message }: Opened): Invitation | null {
  const kind = invitationKinds.get(textOf(message, "type"));
  if (kind === undefined) return null;
  return { kind, title: textOf(message, "title"), startTime: textOf(message, "startTime") };
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
    return { place, name: filename, type: mimeType, sizeBytes: size, cid: null };
  }
  return { place, ...openFields(attachment), sizeBytes: attachment.size, cid: null };
}

/** What a file in the open is called; empty where nobody says. */
export function openFields(attachment: object): { name: string; type: string } {
  return { name: textOf(attachment, "filename"), type: textOf(attachment, "mimeType") };
}

function textOf(value: object, name: string): string {
  const text: unknown = Reflect.get(value, name);
  return typeof text === "string" ? text : "";
}
