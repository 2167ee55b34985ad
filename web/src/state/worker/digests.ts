/** What lists show of a message besides its row: its subject and its first words, which nobody knows before it is opened. */
import {
  type Amendments,
  type EmailRow,
  emails,
  importedFileNames,
  type KeptText,
  type Mail,
  readAmendments,
  readingOf,
  readKept,
} from "@posthorn/client";
import { withoutMarks } from "../../words/without-marks.ts";
import type { MailMap } from "./mail-map.ts";

export interface Digest {
  subject: string;
  snippet: string;
  /** How many files came with it. */
  files: number;
  /** Sealed by its sender, whose signature holds. */
  isSealed: boolean;
  /** What a person must look at before believing it. */
  isDoubtful: boolean;
  /** Its sender has taken it back: nothing of it is shown. */
  isTakenBack: boolean;
}

export interface Digests {
  /** Undefined for what was not opened yet: it is opened soon, and `onMore` is called then. `failed` when it cannot be opened. */
  peek(row: EmailRow): Digest | "failed" | undefined;
  /** Those that are on the device, read now. */
  bring(rows: readonly EmailRow[]): Promise<void>;
  forget(ids: Iterable<string>): void;
  /** What could not be opened may be tried again. */
  forgetFailed(): void;
}

const mostKept = 5_000;
const snippetLength = 200;

/** So long what its server tells of it is enough. */
const againMs = 10_000;
/** So much later it is looked whether there is more to say. */
const laterMs = 400;

export function makeDigests(
  mail: Mail,
  { map, signal, onMore }: { map: Pick<MailMap, "isAmended">; signal: AbortSignal; onMore: () => void },
): Digests {
  const kept = new Map<string, Digest | "failed">();
  const wanted = new Map<string, EmailRow>();
  const lookedAtMs = new Map<string, number>();
  const later = new Map<string, EmailRow>();
  let isLooking = false;
  let isOpening = false;

  const keep = (id: string, digest: Digest | "failed") => {
    kept.delete(id);
    kept.set(id, digest);
    if (kept.size > mostKept) kept.delete(kept.keys().next().value ?? id);
  };

  const openWanted = async () => {
    if (isOpening) return;
    isOpening = true;
    try {
      while (wanted.size > 0 && !signal.aborted) {
        const rows = [...wanted.values()].slice(-25);
        for (const { id } of rows) wanted.delete(id);
        const amendments = await readAmendments(mail, rows, signal);
        const texts = await readKept(mail, rows, signal);
        for (const row of rows) {
          const text = texts.get(row.id);
          keep(row.id, text === undefined ? "failed" : digestOf(row, text, amendments.get(row.id)));
        }
        onMore();
      }
    } catch {
      // Without the network they wait: who looks again asks again.
      if (!signal.aborted) wanted.clear();
    } finally {
      isOpening = false;
    }
  };

  const lookLater = (rows: readonly EmailRow[]) => {
    const nowMs = performance.now();
    for (const row of rows) {
      lookedAtMs.set(row.id, nowMs);
      later.set(row.id, row);
    }
    if (isLooking || later.size === 0) return;
    isLooking = true;
    setTimeout(() => void look(), laterMs);
  };

  const look = async () => {
    const rows = [...later.values()];
    later.clear();
    isLooking = false;
    try {
      const texts = await readKept(mail, rows, undefined);
      for (const row of rows) {
        const text = texts.get(row.id);
        if (text !== undefined) keep(row.id, digestOf(row, text, undefined));
      }
      if (texts.size > 0) onMore();
    } catch {
      // They are shown as they are told.
    }
  };

  return {
    peek(row) {
      const found = kept.get(row.id);
      if (found !== undefined) return found;
      if (isTold(row)) return digestOfRow(row);
      wanted.set(row.id, row);
      void openWanted();
      return undefined;
    },
    async bring(rows) {
      // What its sender has said about a message may have come after it was opened.
      const amended = new Set(rows.filter(map.isAmended));
      const nowMs = performance.now();
      const isLooked = ({ id }: EmailRow) => nowMs - (lookedAtMs.get(id) ?? -againMs) < againMs;
      const unknown = rows.filter(
        (row) => amended.has(row) || (typeof kept.get(row.id) !== "object" && !isLooked(row)),
      );
      // What its server tells of it is shown meanwhile.
      const lacking = unknown.filter((row) => amended.has(row) || !isTold(row));
      lookLater(unknown.filter((row) => !lacking.includes(row)));
      if (lacking.length === 0) return;
      const amendments =
        amended.size === 0
          ? new Map<string, Amendments>()
          : await readAmendments(mail, [...amended], undefined);
      const texts = await readKept(mail, lacking, undefined);
      for (const row of lacking) {
        const text = texts.get(row.id);
        if (text !== undefined) keep(row.id, digestOf(row, text, amendments.get(row.id)));
      }
    },
    forget(ids) {
      for (const id of ids) kept.delete(id);
    },
    forgetFailed() {
      for (const [id, digest] of kept) if (digest === "failed") kept.delete(id);
    },
  };
}

function isTold({ subject, preview }: EmailRow): boolean {
  return subject !== null || preview !== "";
}

/** What the server tells of mail that it can read. */
function digestOfRow({ subject, preview, wire }: EmailRow): Digest {
  return {
    subject: subject ?? "",
    snippet: oneLine(preview),
    files: wire?.attachments.length ?? 0,
    isSealed: false,
    isDoubtful: false,
    isTakenBack: false,
  };
}

function digestOf(row: EmailRow, text: KeptText, amendments: Amendments | undefined): Digest {
  if (text.kind === "standard") {
    return { ...digestOfRow(row), snippet: oneLine(text.text), files: text.filenames.length };
  }
  const isTakenBack = amendments?.takenBackAt !== undefined;
  const reading = readingOf(text, amendments?.edits);
  return {
    subject: isTakenBack ? "" : reading.subject,
    snippet: isTakenBack ? "" : oneLine(reading.text, reading.isMarkdown),
    files: isTakenBack ? 0 : (importedFileNames(text) ?? reading.files).length,
    isTakenBack,
    isSealed: text.kind === "sealed",
    isDoubtful:
      text.kind === "open"
        ? text.unexpected
        : text.sender.kind === "changed" || text.sender.kind === "formerKey",
  };
}

/** The first words, without what was quoted and without the marks of Markdown. */
export function oneLine(text: string, isMarkdown = false): string {
  const first = text.slice(0, 4_000);
  const said = (isMarkdown ? withoutMarks(first) : first)
    .split("\n")
    .filter((line) => !line.startsWith(">"))
    .join(" ");
  return said.replaceAll(/\s+/g, " ").trim().slice(0, snippetLength);
}

/** The rows of these messages that are on this device. */
export async function rowsOf({ store }: Mail, ids: readonly string[]): Promise<EmailRow[]> {
  const rows = await store.getMany(emails, ids);
  return rows.filter((row) => row !== undefined);
}
