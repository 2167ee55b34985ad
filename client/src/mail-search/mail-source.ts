/** The account's mail on this device as what an index is filled from: with what edits and recalls make of it. */
import type { LocalReader } from "../local/local-store.ts";
import type { SourceRow, TextSource } from "../search/fill-index.ts";
import type { SearchDoc } from "../search/search-index.ts";
import { type EmailRow, emails, receivedAtMs } from "../sync/email.ts";
import type { Mail } from "../sync/mail-context.ts";
import type { KeptText } from "../sync/opened-texts.ts";
import { editsOf, isAboutAnother, isRecalled, listAbout, versionOf } from "./about-others.ts";
import { readKept } from "./kept-texts.ts";
import { doesEdit, textsOf, textsOfRow } from "./text-of.ts";

/** `signal` ends what is asked of the server meanwhile. What is thrown by that, and by the store, is thrown on. */
export function mailSource(mail: Mail, signal: AbortSignal): TextSource {
  return {
    list: ({ from, to }, after, limit) =>
      mail.store.read([emails], async (reader) => {
        const before = after === undefined ? [to] : [after.receivedAt, after.id];
        const rows = await reader.list(emails, { by: "byTime", from: [from], before, reverse: true, limit });
        return sourcesIn(reader, rows);
      }),
    async read(wanted) {
      const ids = wanted.map(({ id }) => id);
      const rows = (await mail.store.getMany(emails, ids)).filter((row) => row !== undefined);
      return readDocs(mail, rows, signal);
    },
  };
}

/** What an index must know of these to say whether it has them as they are now. */
export function sourceRows(mail: Mail, rows: readonly EmailRow[]): Promise<SourceRow[]> {
  return mail.store.read([emails], (reader) => sourcesIn(reader, rows));
}

async function sourcesIn(reader: LocalReader, rows: readonly EmailRow[]): Promise<SourceRow[]> {
  const about = await listAbout(reader, rows);
  return rows.map((row, at) => ({
    id: row.id,
    receivedAt: receivedAtMs(row),
    version: versionOf(about[at] ?? []),
  }));
}

/**
 * Messages as they are indexed now. With a signal what was never opened here is; without, it has the texts of its row
 * and counts as partial, as does what cannot be opened. What is about another message has no texts, nor has what was
 * recalled.
 */
export async function readDocs(
  mail: Mail,
  rows: readonly EmailRow[],
  signal: AbortSignal | undefined,
): Promise<SearchDoc[]> {
  const lists = await mail.store.read([emails], (reader) => listAbout(reader, rows));
  const known = rows.map((row, at) => ({ row, about: lists[at] ?? [] }));
  const texts = known.filter(({ row, about }) => !isAboutAnother(row) && !isRecalled(about));
  const needed = texts.flatMap(({ row, about }) => [row, ...editsOf(about)]);
  const kept = await readKept(mail, needed, signal);
  return known.map(({ row, about }): SearchDoc => {
    const doc = { id: row.id, receivedAt: receivedAtMs(row), version: versionOf(about) };
    if (isAboutAnother(row) || isRecalled(about)) return { ...doc, texts: {} };
    return { ...doc, ...textsWith(row, editsOf(about), kept) };
  });
}

function textsWith(
  row: EmailRow,
  edits: readonly EmailRow[],
  known: ReadonlyMap<string, KeptText>,
): Pick<SearchDoc, "texts" | "isPartial"> {
  const kept = known.get(row.id);
  if (kept === undefined) return { texts: textsOfRow(row), isPartial: true };
  if (kept.kind === "standard") return { texts: textsOf(row, kept, undefined) };
  for (const { id } of edits) {
    const edit = known.get(id);
    if (edit === undefined || edit.kind === "standard") {
      return { texts: textsOf(row, kept, undefined), isPartial: true };
    }
    if (doesEdit(edit, kept)) return { texts: textsOf(row, kept, edit) };
  }
  return { texts: textsOf(row, kept, undefined) };
}
