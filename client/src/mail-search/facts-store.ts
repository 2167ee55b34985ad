/** The store of an account's mail, which notes with every change of messages what filters of searches ask of them. */
import type { LocalStore, LocalWriter } from "../local/local-store.ts";
import { type EmailRow, emails } from "../sync/email.ts";
import { emailFacts, writeFacts } from "./email-facts.ts";

export function withFacts(store: LocalStore): LocalStore {
  return {
    ...store,
    write(tables, work, options) {
      if (!tables.some(({ name }) => name === emails.name)) return store.write(tables, work, options);
      return store.write(
        [...tables, emailFacts],
        async (writer) => {
          const changed = new Map<string, EmailRow | undefined>();
          const result = await work(noting(writer, changed));
          if (changed.size > 0) await writeFacts(writer, changed);
          return result;
        },
        options,
      );
    },
  };
}

function noting(writer: LocalWriter, changed: Map<string, EmailRow | undefined>): LocalWriter {
  return {
    ...writer,
    async put(table, rows) {
      if (table.name === emails.name) {
        for (const row of rows) if (emails.matches(row)) changed.set(row.id, row);
      }
      await writer.put(table, rows);
    },
    async remove(table, keys) {
      if (table.name === emails.name) for (const key of keys) changed.set(key, undefined);
      await writer.remove(table, keys);
    },
    async clear(table) {
      if (table.name === emails.name) {
        changed.clear();
        await writer.clear(emailFacts);
      }
      await writer.clear(table);
    },
  };
}
