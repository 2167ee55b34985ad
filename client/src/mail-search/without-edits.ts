/** Messages whose edit or recall is gone: they say again what they said without it. */
import { numberOfEmail } from "../search/email-id.ts";
import type { SearchDoc, SearchIndex } from "../search/search-index.ts";
import { emails } from "../sync/email.ts";
import type { Mail } from "../sync/mail-context.ts";
import { readDocs } from "./mail-source.ts";

/**
 * Those that the index has as one of these gone messages made them, as they are to be indexed now. Their version is above
 * that of what is gone and below that of any edit to come, because ids of Emails count up.
 */
export async function withoutEdits(
  mail: Mail,
  index: SearchIndex,
  gone: readonly string[],
  signal: AbortSignal,
): Promise<SearchDoc[]> {
  const numbers = new Set(gone.map(numberOfEmail));
  const ids = index.inVersions(numbers);
  if (ids.length === 0) return [];
  const rows = (await mail.store.getMany(emails, ids)).filter((row) => row !== undefined);
  const least = 1 + Math.max(...numbers);
  const docs = await readDocs(mail, rows, signal);
  return docs.map((doc) => ({ ...doc, version: Math.max(doc.version ?? 0, least) }));
}
