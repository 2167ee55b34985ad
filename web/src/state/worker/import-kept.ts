/** How far an import has come, as it is kept on the device. */
import type { NotRead } from "@posthorn/client/transfer";
import type { ImportTargets } from "../import-targets.ts";

/** Why something of the files is not in the account, or was there before. */
type ImportWhy = "known" | "omitted" | "refused" | "notMail" | NotRead;

export interface ImportNote {
  why: ImportWhy;
  /** In which file. */
  within: string;
  subject: string;
  from: string;
  /** Of what was refused, by the table of errors. */
  code: string;
  /** In the server's words, which are English. */
  sentence: string;
}

export interface ImportProgress {
  files: { name: string; sizeBytes: number }[];
  targets: ImportTargets;
  rest: "archive" | "inbox";
  /** What is in the files, as it was counted before. */
  total: number;
  /** So much of it is done with, in its order. */
  done: number;
  imported: number;
  known: number;
  skipped: number;
  notes: ImportNote[];
  isEnded: boolean;
}

/** It was sealed here by ourselves, so little is looked at. */
export function isProgress(value: unknown): value is ImportProgress {
  return typeof value === "object" && value !== null && "targets" in value && "isEnded" in value;
}

/** More are counted, and not told one by one. */
const mostNotes = 5_000;

export type NewNote = Partial<ImportNote> & Pick<ImportNote, "why" | "within">;

export function noteTo(
  progress: ImportProgress,
  { why, within, subject = "", from = "", code = "", sentence = "" }: NewNote,
): void {
  if (why === "known") progress.known += 1;
  else progress.skipped += 1;
  if (progress.notes.length >= mostNotes) return;
  const short = (text: string) => text.toWellFormed().slice(0, 300);
  progress.notes.push({
    why,
    within: short(within),
    subject: short(subject),
    from: short(from),
    code: short(code),
    sentence: short(sentence),
  });
}
