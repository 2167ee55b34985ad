/** What of a message is searched: the parts of it as they were opened, or as its server tells them. */
import {
  accountOf,
  formatAddress,
  fromNameOf,
  isType,
  type Message,
  senderOf,
  typeOf,
} from "@posthorn/protocol";
import type { Opened, OpenedFile } from "../open.ts";
import type { FieldTexts } from "../search/fields.ts";
import type { EmailRow } from "../sync/email.ts";
import type { KeptText } from "../sync/opened-texts.ts";
import { importedFileNames } from "../transfer/file-names.ts";

const subjectFields = ["subject", "title"] as const;
const bodyFields = ["body", "text", "description", "comment"] as const;

/** What an edit can change of a type (§20.14). */
export const editable: ReadonlyMap<string, readonly string[]> = new Map([
  ["email", ["subject", "body"]],
  ["chat_message", ["text"]],
  ["file_transfer", ["text"]],
]);

/** What only the row says: of a sealed message who wrote to whom. */
export function textsOfRow({ from, to, cc, subject, preview }: EmailRow): FieldTexts {
  return {
    from: people(from),
    to: [people(to), people(cc)].filter((text) => text !== "").join("\n"),
    subject: subject ?? "",
    body: preview,
  };
}

/** All of it; `edit` is the one that counts. */
export function textsOf(row: EmailRow, kept: KeptText, edit: Opened | undefined): FieldTexts {
  if (kept.kind === "standard") {
    return { ...textsOfRow(row), body: kept.text, filename: kept.filenames.join("\n") };
  }
  const { message } = kept;
  const words = wordsOf(message, edit?.message);
  const files = edit !== undefined && changesFiles(edit.message) ? edit.files : kept.files;
  return {
    from: [fromNameOf(message) ?? "", formatAddress(senderOf(message))]
      .filter((text) => text !== "")
      .join(" "),
    to: [...(message.to ?? []), ...(message.cc ?? [])].map(formatAddress).join("\n"),
    subject: subjectFields.map(words).find((text) => text !== "") ?? "",
    body: [...bodyFields.map(words), placesOf(message)].filter((text) => text !== "").join("\n"),
    filename: (importedFileNames(kept) ?? files.map(nameOf)).join("\n"),
  };
}

/** Whether an edit, both opened, changes this message: it is its sender's, and vouched for as well as the message is. */
export function doesEdit(edit: Opened, kept: Opened): boolean {
  const isVouchedFor = kept.kind === "open" || edit.kind === "sealed";
  return isVouchedFor && accountOf(senderOf(edit.message)) === accountOf(senderOf(kept.message));
}

function wordsOf(message: Message, edit: Message | undefined): (name: string) => string {
  const changed = edit === undefined ? [] : (editable.get(typeOf(message)) ?? []);
  return (name) => {
    const isChanged = edit !== undefined && changed.includes(name) && fieldOf(edit, name) !== undefined;
    const value = fieldOf(isChanged ? edit : message, name);
    return typeof value === "string" ? value : "";
  };
}

function fieldOf(message: Message, name: string): unknown {
  return Reflect.get(message, name);
}

function changesFiles(edit: Message): boolean {
  return fieldOf(edit, "attachments") !== undefined;
}

function placesOf(message: Message): string {
  if (!isType(message, "calendar_invite") || !("locations" in message)) return "";
  return Object.values(message.locations ?? {})
    .flatMap(({ name }) => name ?? [])
    .join("\n");
}

function nameOf(file: OpenedFile): string {
  if (file.kind === "sealed") return file.file.filename ?? "";
  const name: unknown = "filename" in file.attachment ? file.attachment.filename : undefined;
  return typeof name === "string" ? name : "";
}

function people(list: EmailRow["from"]): string {
  return (list ?? []).map(({ name, email }) => (name === null ? email : `${name} <${email}>`)).join("\n");
}
