/** What has come, changed or gone since, into the index. */
import type { SearchIndex } from "../search/search-index.ts";
import { changedEmails } from "../sync/changed-emails.ts";
import { type EmailRow, emails } from "../sync/email.ts";
import { emailLayers } from "../sync/layers.ts";
import type { Mail } from "../sync/mail-context.ts";
import { readDocs, sourceRows } from "./mail-source.ts";
import { withoutEdits } from "./without-edits.ts";

const mostAtOnce = 200;

/** False when there was nothing. What is noted meanwhile stays noted. */
export async function takeNews(mail: Mail, index: SearchIndex, signal: AbortSignal): Promise<boolean> {
  const { store } = mail;
  const news = await store.list(changedEmails, { limit: mostAtOnce });
  if (news.length === 0) return false;
  const ids = news.map(({ id }) => id);
  // What was destroyed here is gone once the server says so.
  const rows = await store.read([emails, emailLayers.bases], async (reader) => {
    const [shown, bases] = [await reader.getMany(emails, ids), await reader.getMany(emailLayers.bases, ids)];
    return ids.flatMap((_, at) => shown[at] ?? bases[at]?.row ?? []);
  });
  const there = new Set(rows.map(({ id }) => id));
  const gone = ids.filter((id) => !there.has(id));
  const all = [...rows, ...(await targetsOf(mail, rows))];
  const lacking = new Set(index.lacking(await sourceRows(mail, all)).map(({ id }) => id));
  await index.add(
    await readDocs(
      mail,
      all.filter(({ id }) => lacking.has(id)),
      signal,
    ),
  );
  await index.add(await withoutEdits(mail, index, gone, signal));
  await index.remove(gone);
  await index.flush();
  await store.write([changedEmails], async (writer) => {
    const now = await writer.getMany(changedEmails, ids);
    const taken = news.filter(({ mark }, at) => now[at]?.mark === mark).map(({ id }) => id);
    await writer.remove(changedEmails, taken);
  });
  return true;
}

/** What edits and recalls among these are about. */
async function targetsOf({ store }: Mail, rows: readonly EmailRow[]): Promise<EmailRow[]> {
  const found = new Map<string, EmailRow>();
  for (const { wire } of rows) {
    if (wire === null || wire.target === null) continue;
    for (const row of await store.list(emails, { by: "byWireId", prefix: [wire.target] }))
      found.set(row.id, row);
  }
  return [...found.values()];
}
