/** Taking back what was done, and with a letter the draft that it was. */
import { actions, emails, type Mail, submissions, type Undo, undoMail, undos } from "@posthorn/client";
import { ProblemError } from "@posthorn/protocol";
import { actsKept } from "./acts-kept.ts";
import type { Desk } from "./desk.ts";
import { submissionIdOf } from "./held-letters.ts";
import type { Topic } from "./topic.ts";

/** `tooLate` is a letter that has left, `changed` what was made otherwise since. `draft` names the draft that is there again. */
export type TakenBack =
  | { kind: "done"; number: number; label: string; draft: string | null }
  | { kind: "changed"; label: string }
  | { kind: "tooLate" }
  | { kind: "nothing" };

/** Takes back what has this number, or what was done last of all that still can be. Throws ProblemError when the server could not be told. */
export async function undoLast(
  desk: Desk,
  number: number | undefined,
  tell: (topics: readonly Topic[]) => void,
): Promise<TakenBack> {
  const { mail, map } = desk;
  // It is shown before it is kept, and may be taken back as soon as it is seen.
  await actsKept(desk);
  const known = await mail.store.list(undos, { reverse: true });
  const asked = number === undefined ? known : known.filter((one) => one.number === number);
  let wanted: Undo | undefined;
  for (const one of asked) {
    if (await hasLeft(mail, one)) continue;
    wanted = one;
    break;
  }
  if (wanted === undefined)
    return { kind: number === undefined || asked.length === 0 ? "nothing" : "tooLate" };
  if (wanted.wayBack !== undefined) return undoDecision(desk, wanted, tell);
  const changes = wanted.steps.flatMap(({ inverse }) => (inverse.on === "emails" ? [inverse] : []));
  for (const { ids, change } of changes.toReversed()) map.foresee(ids, change);
  const taken = await undoMail(mail, wanted.number);
  if (taken === undefined) await map.settle(changes.flatMap(({ ids }) => ids));
  return taken === undefined
    ? { kind: "nothing" }
    : { kind: "done", number: taken.number, label: taken.label, draft: draftOf(taken) ?? null };
}

async function undoDecision(
  { mail, signal }: Desk,
  { number, label }: Undo,
  tell: (topics: readonly Topic[]) => void,
): Promise<TakenBack> {
  try {
    const taken = await undoMail(mail, number, { signal });
    return taken === undefined ? { kind: "nothing" } : { kind: "done", number, label, draft: null };
  } catch (error) {
    if (!(error instanceof ProblemError) || error.problem.code !== "changedMeanwhile") throw error;
    return { kind: "changed", label };
  } finally {
    tell(["people", "settings"]);
  }
}

/** The name of the draft that comes back with it. */
function draftOf({ steps }: Undo): string | undefined {
  const [name] = steps.flatMap(({ inverse }) =>
    inverse.on === "record" && inverse.id.startsWith(draftPrefix)
      ? [inverse.id.slice(draftPrefix.length)]
      : [],
  );
  return name;
}

const draftPrefix = "drafts/";

/** A letter that nobody holds any more is not taken back, and neither is the draft that it was. */
async function hasLeft(mail: Mail, { steps }: Undo): Promise<boolean> {
  for (const { inverse } of steps) {
    if (inverse.on !== "message") continue;
    if (!(await isHeld(mail, inverse.id))) return true;
  }
  return false;
}

/** Whether a letter is still here, or with the server and may be taken back. What is not known is tried. */
export async function isHeld({ store }: Mail, messageId: string): Promise<boolean> {
  const waiting = await store.list(actions, { by: "byObject", prefix: [messageId] });
  if (waiting.length > 0) return true;
  const [row] = await store.list(emails, { by: "byWireId", prefix: [messageId], limit: 1 });
  if (row === undefined) return true;
  const sent = await store.get(submissions, submissionIdOf(row.id));
  return sent === undefined || sent.undoStatus === "pending";
}
