/** A look into files before anything of them is brought in: how much there is, of when, under which labels. */
import type { ChosenFile, FoundMail, MailHead } from "@posthorn/client/transfer";
import { isMark } from "../import-targets.ts";

export interface ImportLook {
  mails: number;
  sizeBytes: number;
  fromMs: number | null;
  toMs: number | null;
  /** The most frequent first; without those that only mark a mail. */
  labels: { name: string; count: number }[];
  /** Some have none. */
  unlabelled: number;
  biggest: { subject: string; sizeBytes: number }[];
  /** Mails that are in the files more than once. */
  repeated: number;
  /** What cannot be read. */
  notRead: number;
}

const mostLabels = 500;
const mostBiggest = 3;

/** Reads all of the files once. Throws what reading them throws. */
export async function lookInto(
  files: readonly ChosenFile[],
  signal: AbortSignal,
  onRead: (read: { doneBytes: number; mails: number }) => void,
): Promise<ImportLook> {
  const { findMails, readMailHead } = await import("@posthorn/client/transfer");
  const look: ImportLook = {
    mails: 0,
    sizeBytes: 0,
    fromMs: null,
    toMs: null,
    labels: [],
    unlabelled: 0,
    biggest: [],
    repeated: 0,
    notRead: 0,
  };
  const counts = new Map<string, number>();
  const ids = new Set<string>();
  const tell = (doneBytes: number) => onRead({ doneBytes, mails: look.mails });
  for await (const one of findMails(files, { signal, onRead: tell })) {
    const head = one.kind === "mail" ? await readMailHead(one.bytes) : undefined;
    if (one.kind !== "mail" || head === undefined) {
      look.notRead += 1;
      continue;
    }
    add(look, one, head);
    const labels = head.labels.filter((label) => !isMark(label));
    if (labels.length === 0) look.unlabelled += 1;
    for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
    if (head.messageId !== undefined && ids.has(head.messageId)) look.repeated += 1;
    if (head.messageId !== undefined) ids.add(head.messageId);
  }
  look.labels = [...counts]
    .map(([name, count]) => ({ name, count }))
    .sort((a, b) => b.count - a.count || a.name.localeCompare(b.name))
    .slice(0, mostLabels);
  return look;
}

function add(
  look: ImportLook,
  { bytes }: FoundMail & { kind: "mail" },
  { subject, sentAtMs }: MailHead,
): void {
  look.mails += 1;
  look.sizeBytes += bytes.length;
  if (sentAtMs !== undefined) {
    look.fromMs = Math.min(look.fromMs ?? sentAtMs, sentAtMs);
    look.toMs = Math.max(look.toMs ?? sentAtMs, sentAtMs);
  }
  const smallest = look.biggest.at(-1);
  if (look.biggest.length < mostBiggest || bytes.length > (smallest?.sizeBytes ?? 0)) {
    look.biggest = [...look.biggest, { subject, sizeBytes: bytes.length }]
      .sort((a, b) => b.sizeBytes - a.sizeBytes)
      .slice(0, mostBiggest);
  }
}
