/** Messages that are about others (§20.14): an edit changes what another says, a recall that it is shown. */
import { accountOf } from "@posthorn/protocol";
import type { LocalReader } from "../local/local-store.ts";
import { numberOfEmail } from "../search/email-id.ts";
import { type EmailRow, emails } from "../sync/email.ts";

/** Nobody looks for these themselves. */
const typesAboutOthers: ReadonlySet<string> = new Set(["edit", "recall", "reaction", "receipt"]);

export function isAboutAnother({ wire }: Pick<EmailRow, "wire">): boolean {
  return wire !== null && typesAboutOthers.has(wire.type);
}

/** For each of these the edits and recalls by its own sender, as far as rows say so. */
export async function listAbout(reader: LocalReader, rows: readonly EmailRow[]): Promise<EmailRow[][]> {
  // Few accounts have more of them than are asked for at once, and then all are read as fast as those of one.
  const all = await reader.list(emails, { by: "byTarget", limit: rows.length });
  if (all.length < rows.length) {
    const byTarget = Map.groupBy(all, ({ wire }) => wire?.target);
    return rows.map((row) => ofItsSender(row, byTarget.get(row.wire?.id) ?? []));
  }
  return Promise.all(
    rows.map(async (row) => {
      if (row.wire === null) return [];
      return ofItsSender(row, await reader.list(emails, { by: "byTarget", prefix: [row.wire.id] }));
    }),
  );
}

function ofItsSender(row: EmailRow, about: readonly EmailRow[]): EmailRow[] {
  const { wire } = row;
  if (wire === null || isAboutAnother(row)) return [];
  const sender = accountOf(wire.from);
  return about.filter((other) => other.wire !== null && accountOf(other.wire.from) === sender);
}

export function isRecalled(about: readonly EmailRow[]): boolean {
  return about.some(({ wire }) => wire?.type === "recall");
}

/**
 * Which version of its text a message has with these edits and recalls: on all devices the same, and greater with each
 * that comes, because ids of Emails count up.
 */
export function versionOf(about: readonly EmailRow[]): number {
  return Math.max(0, ...about.map(({ id }) => numberOfEmail(id)));
}

/** Edits, the one that counts first: the latest, of equally late ones the one with the greater id. */
export function editsOf(about: readonly EmailRow[]): EmailRow[] {
  return about
    .filter(({ wire }) => wire?.type === "edit")
    .toSorted((a, b) => compareText(b.wire?.date, a.wire?.date) || compareText(b.wire?.id, a.wire?.id));
}

function compareText(a = "", b = ""): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
