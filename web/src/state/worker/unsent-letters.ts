/** Letters that were sent here and have not left this device, and why. */
import { type Action, actions, type Mail } from "@posthorn/client";
import type { Fault } from "./fault.ts";

export interface UnsentLetter {
  /** That it will have. */
  wireId: string;
  doneAtMs: number;
  /** Null while nothing is in its way. */
  why: Fault | null;
  /** When it is tried again; null when that is now, or as soon as the server can be reached. */
  againAtMs: number | null;
}

/** In the order in which they were sent. */
export async function listUnsentLetters({ store }: Pick<Mail, "store">): Promise<UnsentLetter[]> {
  return (await store.list(actions)).flatMap((action) => unsentLetterOf(action) ?? []);
}

/** By the id that it will have; undefined when none of it waits. */
export async function findUnsentLetter(
  { store }: Pick<Mail, "store">,
  wireId: string,
): Promise<UnsentLetter | undefined> {
  const waiting = await store.list(actions, { by: "byObject", prefix: [wireId] });
  return waiting.flatMap((action) => unsentLetterOf(action) ?? [])[0];
}

function unsentLetterOf(action: Action): UnsentLetter | undefined {
  const { change, doneAtMs, againAtMs = 0 } = action;
  if (change.on !== "message" || change.change.kind !== "send") return undefined;
  const isAhead = againAtMs > Date.now();
  return { wireId: change.id, doneAtMs, why: whyItWaits(action), againAtMs: isAhead ? againAtMs : null };
}

/** A server that gives no word of a recipient is told with words of the page's own: what the wire says of it helps nobody. */
function whyItWaits({
  trouble,
  troubleCode,
  troubleWith,
}: Pick<Action, "trouble" | "troubleCode" | "troubleWith">): Fault | null {
  if (trouble === undefined) return null;
  if (troubleCode !== "unavailable" || troubleWith === undefined)
    return { sentence: trouble, code: troubleCode ?? "" };
  const host = troubleWith.slice(troubleWith.lastIndexOf("@") + 1);
  return { sentence: "", code: troubleCode, kind: "recipient", values: { host } };
}
