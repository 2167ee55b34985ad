/** Mail that was imported: its server reads it, and what it told lately is here. */
import { type EmailRow, type Mail, readStandardMail, type StandardMail } from "@posthorn/client";

const kept = new Map<string, StandardMail>();
const mostKept = 60;

function keyOf({ session }: Mail, { id, receivedAt, size }: EmailRow): string {
  return `${session.address} ${id} ${receivedAt} ${size}`;
}

/** Undefined when it was not asked for lately. */
export function findStandard(mail: Mail, row: EmailRow): StandardMail | undefined {
  return kept.get(keyOf(mail, row));
}

/** Throws what a call throws. */
export async function askForStandard(mail: Mail, row: EmailRow, signal: AbortSignal): Promise<StandardMail> {
  const key = keyOf(mail, row);
  const known = kept.get(key) ?? (await readStandardMail(mail.session, row.id, { signal }));
  kept.delete(key);
  kept.set(key, known);
  if (kept.size > mostKept) kept.delete(kept.keys().next().value ?? key);
  return known;
}
