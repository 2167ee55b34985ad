/** Which messages have come, changed or gone since the search index was told of them (keep-indexed.ts). */
import type { LocalWriter } from "../local/local-store.ts";
import { rowTable } from "../local/table.ts";

interface ChangedEmail {
  id: string;
  /** Of the change: another one has another. */
  mark: string;
}

export const changedEmails = rowTable({
  name: "changedEmails",
  keyOf: ({ id }: ChangedEmail) => id,
  matches: (value): value is ChangedEmail =>
    typeof value === "object" && value !== null && "id" in value && "mark" in value,
  indexes: {},
});

/** Notes them, in the transaction that changes them. */
export function noteChangedEmails(writer: LocalWriter, ids: readonly string[], mark: string): Promise<void> {
  return writer.put(
    changedEmails,
    ids.map((id) => ({ id, mark })),
  );
}
