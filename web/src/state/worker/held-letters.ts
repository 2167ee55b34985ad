/** Letters that the server holds: until they go they can be taken back, and one that was taken back leaves nothing in Sent. */
import { changeEmails, emails, type Mail, submissions } from "@posthorn/client";

export interface HeldLetter {
  /** The id that it has on the wire, by which it is taken back. */
  wireId: string;
  goesAtMs: number;
}

/** By the id of the message in lists; null when it has gone, or was never held. */
export async function readHeldLetter(
  { store }: Mail,
  { messageId }: { messageId: string },
): Promise<HeldLetter | null> {
  const sent = await store.get(submissions, submissionIdOf(messageId));
  if (sent?.undoStatus !== "pending") return null;
  const row = await store.get(emails, messageId);
  return row?.wire == null ? null : { wireId: row.wire.id, goesAtMs: Date.parse(sent.sendAt) || 0 };
}

/** The ids on the wire of all that the server still holds. */
export async function listHeldLetters({ store }: Mail): Promise<string[]> {
  const held = (await store.list(submissions)).filter(({ undoStatus }) => undoStatus === "pending");
  const rows = await store.getMany(
    emails,
    held.map(({ emailId }) => emailId),
  );
  return rows.flatMap((row) => (row?.wire == null ? [] : [row.wire.id]));
}

/** The server names what becomes of a message as it names the message (§85). */
export function submissionIdOf(emailId: string): string {
  return emailId.replace(/^m/, "s");
}

/** Does away with the copies of letters that were taken back, as soon as that is known. What is a draft again stays. */
export function clearTakenBack(mail: Mail, signal: AbortSignal): void {
  const { store } = mail;
  const clear = async (ids: readonly string[]) => {
    const sent = await store.getMany(submissions, ids);
    const taken = sent.flatMap((one) => (one?.undoStatus === "canceled" ? [one.emailId] : []));
    if (taken.length === 0) return;
    const rows = await store.getMany(emails, taken);
    const copies = rows.flatMap((row) => (row && row.keywords.$draft !== true ? [row.id] : []));
    if (copies.length > 0) await changeEmails(mail, "", copies, { kind: "destroy" });
  };
  const stop = store.subscribe([submissions], (change) => {
    const ids = change.get(submissions.name);
    if (ids === undefined || ids === "all") return;
    clear([...ids]).catch((error: unknown) => {
      if (!signal.aborted) console.error(error);
    });
  });
  signal.addEventListener("abort", stop, { once: true });
}
