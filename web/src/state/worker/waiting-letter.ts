/** A letter that was sent and waits on this device until the server can be reached. */
import { findLetter, readNames } from "@posthorn/client";
import type { Desk } from "./desk.ts";
import type { Fault } from "./fault.ts";
import { type Person, personOf } from "./persons.ts";
import { findUnsentLetter } from "./unsent-letters.ts";

export interface WaitingLetter {
  /** When it was sent. */
  atMs: number;
  to: Person[];
  subject: string;
  text: string;
  fileNames: string[];
  /** Why it could not go so far. */
  why: Fault | null;
  againAtMs: number | null;
}

/** By the id that it will have; null when it has gone, or was taken back. */
export async function readWaitingLetter(
  { mail }: Desk,
  { wireId }: { wireId: string },
): Promise<WaitingLetter | null> {
  const [letter, unsent] = await Promise.all([findLetter(mail, wireId), findUnsentLetter(mail, wireId)]);
  if (letter === undefined || unsent === undefined) return null;
  const { draft, files } = letter;
  const names = await readNames(mail);
  return {
    atMs: unsent.doneAtMs,
    to: [...(draft.to ?? []), ...(draft.cc ?? [])].map((address) => personOf(address, names)),
    subject: textOf(draft, "subject"),
    text: textOf(draft, "body"),
    fileNames: files.map(({ file }) => file.filename ?? ""),
    why: unsent.why,
    againAtMs: unsent.againAtMs,
  };
}

function textOf(value: object, name: string): string {
  const text: unknown = Reflect.get(value, name);
  return typeof text === "string" ? text : "";
}
