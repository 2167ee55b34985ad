/** Mail that its owner has brought into a sealed account: read out of the original, which is kept with it. */
import { type EmailRow, findOpened, type Mail, type Opened, openEmail } from "@posthorn/client";
import type { WholeMail } from "@posthorn/client/transfer";

const kept = new Map<string, WholeMail>();
const mostKept = 30;

function keyOf({ session }: Mail, { id, receivedAt, size }: EmailRow): string {
  return `${session.address} ${id} ${receivedAt} ${size}`;
}

/** Undefined when it was not read lately. */
export function findImported(mail: Mail, row: EmailRow): WholeMail | undefined {
  return kept.get(keyOf(mail, row));
}

/** Undefined for what was not brought in by its owner. Throws what a download throws. */
export async function askForImported(
  mail: Mail,
  row: EmailRow,
  { opened, signal }: { opened: Opened; signal: AbortSignal },
): Promise<WholeMail | undefined> {
  if (opened.kind !== "open" || opened.imported !== true) return undefined;
  const key = keyOf(mail, row);
  const known = kept.get(key) ?? (await readOne(mail, opened, signal));
  if (known === undefined) return undefined;
  kept.delete(key);
  kept.set(key, known);
  if (kept.size > mostKept) kept.delete(kept.keys().next().value ?? key);
  return known;
}

async function readOne(mail: Mail, opened: Opened, signal: AbortSignal): Promise<WholeMail | undefined> {
  const { readOriginal, readWholeMail } = await import("@posthorn/client/transfer");
  const original = await readOriginal(mail.session, opened, signal);
  return original && readWholeMail(original);
}

/** Opens a message, and what belongs to it. Throws what that throws. */
export async function openWhole(mail: Mail, row: EmailRow, signal: AbortSignal): Promise<void> {
  const opened = (await findOpened(mail, row.id)) ?? (await openEmail(mail, row.id, signal));
  await askForImported(mail, row, { opened, signal });
}
