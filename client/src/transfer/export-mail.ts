/** All mail of an account as one zip file that other programs can read, written as it is opened. */
import { configure, ZipWriter } from "@zip.js/zip.js/lib/zip-core-native.js";
import { type EmailRow, emails } from "../sync/email.ts";
import type { Mail } from "../sync/mail-context.ts";
import { mailboxes } from "../sync/mailbox.ts";
import { labelNames, labelsOf, withLabels } from "./export-labels.ts";
import { mailOfRow, openRows } from "./mail-of-row.ts";
import { writeMbox } from "./write-mbox.ts";

/** `mbox` a file for each label · `eml` a file for each message · `json` a line for each message, without its files. */
export type ExportFormat = "mbox" | "eml" | "json";

export interface ExportReport {
  exported: number;
  /** What is in no file, and why. */
  failed: { receivedAt: string; from: string; sentence: string }[];
  /** Files that are too large for a mail. */
  leftOut: { receivedAt: string; from: string; filename: string }[];
  /** Of what goes out beside the mail: what could not be written, and why. */
  missing: { name: string; sentence: string }[];
}

/** A file beside the mail, whose text is asked for when its turn comes. */
export interface ExportBeside {
  name: string;
  text(): Promise<string>;
}

export interface ExportOptions {
  format: ExportFormat;
  signal: AbortSignal;
  onProgress?: (progress: { done: number; total: number }) => void;
  beside?: readonly ExportBeside[];
}

/** What says something about another message is written into that one. */
const aboutOthers: ReadonlySet<string> = new Set(["edit", "recall", "receipt", "reaction"]);
const portion = 20;
const encoder = new TextEncoder();

/**
 * Writes the zip to `into` and closes it. A message that cannot be opened is left out and told of. Throws what a call throws, and
 * when it is stopped; what was written then is no zip.
 */
export async function exportMail(
  mail: Mail,
  into: WritableStream<Uint8Array>,
  { format, signal, onProgress, beside = [] }: ExportOptions,
): Promise<ExportReport> {
  const report: ExportReport = { exported: 0, failed: [], leftOut: [], missing: [] };
  const folders = await mail.store.list(mailboxes);
  const names = labelNames(
    folders.map(({ id, name, parentId, role, system }) => ({ id, name, parentId, role: role ?? system })),
  );
  const places = await placesOf(mail, names);
  const total = [...places.values()].reduce((sum, ids) => sum + ids.length, 0);
  const told = { done: 0 };
  const step = () => onProgress?.({ done: ++told.done, total });
  configure({ useWebWorkers: false });
  const zip = new ZipWriter(into, { signal, level: format === "json" ? 6 : 5 });
  const writing = { mail, names, report, signal, step };
  const files = fileNames([...places.keys()]);
  for (const [place, ids] of places) {
    const file = files.get(place) ?? "mail";
    if (format === "eml") {
      let number = 0;
      for await (const { row, bytes } of eachMail(writing, ids)) {
        number += 1;
        await zip.add(`${file}/${emlName(row, number)}`, streamOf([bytes]));
      }
    } else if (format === "mbox") {
      await zip.add(`${file}.mbox`, streamOf(boxOf(writing, ids)));
    } else {
      await zip.add(`${file}.jsonl`, streamOf(linesOf(writing, ids)));
    }
  }
  for (const { name, text } of beside) {
    try {
      await zip.add(name, streamOf([encoder.encode(await text())]));
    } catch (error) {
      signal.throwIfAborted();
      report.missing.push({ name, sentence: sentenceOf(error) });
    }
  }
  await zip.add("report.json", streamOf([encoder.encode(JSON.stringify(report, undefined, 2))]));
  await zip.close();
  return report;
}

interface Writing {
  mail: Mail;
  names: ReadonlyMap<string, string>;
  report: ExportReport;
  signal: AbortSignal;
  step(): void;
}

/** Ids of messages, newest first, by the one mailbox in whose file each is: a label rather than where everything lies. */
async function placesOf({ store }: Mail, names: ReadonlyMap<string, string>): Promise<Map<string, string[]>> {
  const usual = new Set(["Inbox", "Sent", "Drafts", "Spam", "Trash", "Archived"]);
  const places = new Map<string, string[]>();
  let before: readonly (number | string)[] | undefined;
  for (;;) {
    const rows = await store.list(emails, { by: "byTime", before, reverse: true, limit: 1_000 });
    for (const row of rows) {
      if (row.wire !== null && aboutOthers.has(row.wire.type)) continue;
      const found = Object.keys(row.mailboxIds).flatMap((id) => names.get(id) ?? []);
      const place = found.find((name) => !usual.has(name)) ?? found[0] ?? "Archived";
      const ids = places.get(place);
      if (ids === undefined) places.set(place, [row.id]);
      else ids.push(row.id);
    }
    const last = rows.at(-1);
    if (last === undefined) return places;
    before = [Date.parse(last.receivedAt) || 0, last.id];
  }
}

async function* eachMail(
  writing: Writing,
  ids: readonly string[],
): AsyncGenerator<{ row: EmailRow; bytes: Uint8Array<ArrayBuffer> }, void> {
  const { mail, names, report, signal, step } = writing;
  for await (const { row, opened } of eachRow(writing, ids)) {
    const about = { receivedAt: row.receivedAt, from: row.from?.[0]?.email ?? "" };
    try {
      const written = await mailOfRow(mail, row, opened, signal);
      if (written === undefined) {
        report.failed.push({ ...about, sentence: cannotBeOpened });
      } else {
        report.leftOut.push(...written.leftOut.map((filename) => ({ ...about, filename })));
        yield { row, bytes: withLabels(written.bytes, labelsOf(row, names)) };
        report.exported += 1;
      }
    } catch (error) {
      signal.throwIfAborted();
      report.failed.push({ ...about, sentence: sentenceOf(error) });
    }
    step();
  }
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const cannotBeOpened = "It cannot be opened: it was changed, or sealed to keys that are not here.";

async function* eachRow({ mail, signal }: Writing, ids: readonly string[]) {
  for (let at = 0; at < ids.length; at += portion) {
    signal.throwIfAborted();
    const found = await mail.store.getMany(emails, ids.slice(at, at + portion));
    const rows = found.filter((row) => row !== undefined);
    const opened = await openRows(mail, rows, signal);
    for (const row of rows) yield { row, opened };
  }
}

async function* boxOf(writing: Writing, ids: readonly string[]): AsyncGenerator<Uint8Array, void> {
  for await (const { row, bytes } of eachMail(writing, ids)) {
    yield writeMbox(bytes, row.from?.[0]?.email ?? "", Date.parse(row.receivedAt));
  }
}

/** The message as it came, and as it was opened. */
async function* linesOf(writing: Writing, ids: readonly string[]): AsyncGenerator<Uint8Array, void> {
  const { report, names, step } = writing;
  for await (const { row, opened } of eachRow(writing, ids)) {
    const text = opened.texts.get(row.id);
    const { pass: _, ...known } = row;
    const line = { ...known, labels: labelsOf(row, names), opened: text ?? null };
    if (text === undefined) {
      const about = { receivedAt: row.receivedAt, from: row.from?.[0]?.email ?? "" };
      report.failed.push({ ...about, sentence: cannotBeOpened });
    } else {
      report.exported += 1;
    }
    yield encoder.encode(`${JSON.stringify(line)}\n`);
    step();
  }
}

/** Names that each system takes, each once. */
function fileNames(places: readonly string[]): Map<string, string> {
  const taken = new Set<string>();
  return new Map(
    places.map((place) => {
      const base = safeName(place.replaceAll("/", " - "), 80) || "mail";
      let name = base;
      for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${base} ${number}`;
      taken.add(name.toLowerCase());
      return [place, name];
    }),
  );
}

function emlName({ receivedAt, from }: EmailRow, number: number): string {
  const who = safeName(from?.[0]?.email ?? "", 60);
  return `${receivedAt.slice(0, 10)} ${String(number).padStart(6, "0")} ${who}.eml`;
}

function safeName(text: string, most: number): string {
  return text
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}/\\:*?"<>|]/gu, "-")
    .replaceAll(/^[. ]+|[. ]+$/g, "")
    .slice(0, most);
}

/** `ReadableStream.from` is not in all browsers. */
function streamOf(pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  async function* all(): AsyncGenerator<Uint8Array, void> {
    yield* pieces;
  }
  const iterator = all();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await iterator.return();
    },
  });
}
