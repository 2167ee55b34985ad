/** A letter that was sent and waits on this device until the server can be reached. */
import { actions, findLetter, readSenderNames } from "@posthorn/client";
import type { Desk } from "./desk.ts";
import { type Person, personOf } from "./persons.ts";

export interface WaitingLetter {
  /** When it was sent. */
  atMs: number;
  to: Person[];
  subject: string;
  text: string;
  fileNames: string[];
  /** Why it could not go so far. */
  trouble: string | null;
}

/** By the id that it will have; null when it has gone, or was taken back. */
export async function readWaitingLetter(
  { mail }: Desk,
  { wireId }: { wireId: string },
): Promise<WaitingLetter | null> {
  const [letter, waiting] = await Promise.all([
    findLetter(mail, wireId),
    mail.store.list(actions, { by: "byObject", prefix: [wireId] }),
  ]);
  const sending = waiting.find(({ change }) => change.on === "message" && change.change.kind === "send");
  if (letter === undefined || sending === undefined) return null;
  const { draft, files } = letter;
  const names = await readSenderNames(mail);
  return {
    atMs: sending.doneAtMs,
    to: [...(draft.to ?? []), ...(draft.cc ?? [])].map((address) => personOf(address, names)),
    subject: textOf(draft, "subject"),
    text: textOf(draft, "body"),
    fileNames: files.map(({ file }) => file.filename ?? ""),
    trouble: sending.trouble ?? null,
  };
}

function textOf(value: object, name: string): string {
  const text: unknown = Reflect.get(value, name);
  return typeof text === "string" ? text : "";
}
