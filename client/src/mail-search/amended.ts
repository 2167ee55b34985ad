/** Messages as people read them: with what their senders have said about them later (§20.14). */
import { type Message, typeOf } from "@posthorn/protocol";
import type { Opened, OpenedFile } from "../open.ts";
import { type EmailRow, emails } from "../sync/email.ts";
import type { Mail } from "../sync/mail-context.ts";
import { editsOf, listAbout } from "./about-others.ts";
import { readKept } from "./kept-texts.ts";
import { doesEdit, editable } from "./text-of.ts";

/** What was said about a message later. */
export interface Amendments {
  /** When it was taken back; undefined while it is not. */
  takenBackAt: string | undefined;
  /** Those that could be opened, the one that counts first. */
  edits: readonly { at: string; opened: Opened }[];
  /** How many more there are: not on this device, or nobody can open them. */
  lacking: number;
}

/** What a message says. */
export interface Reading {
  /** Empty when it has none. */
  subject: string;
  text: string;
  isMarkdown: boolean;
  files: readonly OpenedFile[];
  /** The id of the message that the files stand in: itself, or the edit. */
  filesIn: string;
  /** When it was last changed; undefined when it is as it came. */
  editedAt: string | undefined;
}

/**
 * Of these messages those that were taken back or changed, by their ids. Edits that are not on the device are asked for
 * with a signal. Throws what a call throws.
 */
export async function readAmendments(
  mail: Mail,
  rows: readonly EmailRow[],
  signal: AbortSignal | undefined,
): Promise<Map<string, Amendments>> {
  const lists = await mail.store.read([emails], (reader) => listAbout(reader, rows));
  const edits = lists.flatMap((about) => editsOf(about));
  const kept = edits.length === 0 ? new Map<string, never>() : await readKept(mail, edits, signal);
  return new Map(
    rows.flatMap((row, at): [string, Amendments][] => {
      const about = lists[at] ?? [];
      if (about.length === 0) return [];
      const recall = about.find(({ wire }) => wire?.type === "recall");
      const all = editsOf(about);
      const opened = all.flatMap(({ id, wire, receivedAt }) => {
        const edit = kept.get(id);
        return edit === undefined || edit.kind === "standard"
          ? []
          : [{ at: wire?.date ?? receivedAt, opened: edit }];
      });
      const takenBackAt = recall?.wire?.date ?? recall?.receivedAt;
      return [[row.id, { takenBackAt, edits: opened, lacking: all.length - opened.length }]];
    }),
  );
}

/** What a message says with these edits, of which the first that is its sender's and as well vouched for counts. */
export function readingOf(opened: Opened, edits: Amendments["edits"] = []): Reading {
  const { message } = opened;
  const edit = edits.find((one) => doesEdit(one.opened, opened));
  const changes = edit?.opened.message;
  const changeable = changes === undefined ? [] : (editable.get(typeOf(message)) ?? []);
  const fieldOf = (name: string): unknown => {
    const isChanged = changes !== undefined && changeable.includes(name) && hasField(changes, name);
    return Reflect.get(isChanged ? changes : message, name);
  };
  const textOf = (names: readonly string[]) =>
    names.map(fieldOf).find((value): value is string => typeof value === "string" && value !== "") ?? "";
  const bodyType =
    changes !== undefined && hasField(changes, "bodyType")
      ? Reflect.get(changes, "bodyType")
      : Reflect.get(message, "bodyType");
  const filesOf = edit !== undefined && hasField(edit.opened.message, "attachments") ? edit.opened : opened;
  return {
    subject: textOf(["subject", "title"]),
    text: textOf(["body", "text", "description"]),
    isMarkdown: bodyType === "text/markdown",
    files: filesOf.files,
    filesIn: filesOf.message.id,
    editedAt: edit?.at,
  };
}

function hasField(message: Message, name: string): boolean {
  return Reflect.get(message, name) !== undefined;
}
