/** Telling the server what was done here: in order, and again until it has answered. */
import { ProblemError } from "@posthorn/protocol";
import { callJmap, type JmapAnswer } from "../jmap.ts";
import type { LocalWriter } from "../local/local-store.ts";
import { callOf, outcomeOf, refusedAll } from "./carry-out.ts";
import { type Action, actions } from "./change.ts";
import { askForChanges, type Followed, followTables, putChanges, readChanges } from "./follow.ts";
import { isPassingRefusal, newBatch } from "./jmap-batch.ts";
import { type Mail, syncStates } from "./mail-context.ts";
import { mailboxes, mailboxShape } from "./mailbox.ts";
import { markTried } from "./mark-tried.ts";
import { mirrors } from "./mirror.ts";
import { pushMessage } from "./push-message.ts";
import { type Outcome, settle, settleTables } from "./settle.ts";

/** In one request; there are six calls more, that read what has changed. */
const mostAtOnce = 32;
/** What is read again at once, so that what was done is seen without a gap. */
const changedHere: ReadonlySet<string> = new Set(["Email", "Mailbox"]);
/** A server that fails at the same thing again and again does not only fail for now. */
const mostFailures = 8;

/** How often the server has failed at something, by the number of the action. */
export type Failures = Map<number, number>;

/**
 * Tells the server of the first things that wait. False when nothing waits. Throws what passes: Unreachable, and the
 * problems and refusals of a server that is not itself; what it refuses for good is undone here.
 */
export async function push(mail: Mail, failures: Failures, signal: AbortSignal): Promise<boolean> {
  const waiting = await mail.store.list(actions, { limit: mostAtOnce });
  const [first] = waiting;
  if (first === undefined) return false;
  if (first.change.on === "message") {
    const isLastTry = countFailures(failures, first) > mostFailures;
    await pushMessage(mail, first, first.change, { signal, isLastTry });
  } else await pushChanges(mail, togetherFrom(waiting), failures, signal);
  failures.delete(first.number);
  return true;
}

/** Counts this time too, until it is known to have gone well. */
function countFailures(failures: Failures, { number }: Action): number {
  const count = (failures.get(number) ?? 0) + 1;
  failures.set(number, count);
  return count;
}

/** A mailbox that is made ends them, because what comes after may need its id. */
function togetherFrom(waiting: readonly Action[]): Action[] {
  const together: Action[] = [];
  for (const action of waiting) {
    if (action.change.on === "message") break;
    together.push(action);
    if (action.change.on === "mailbox" && action.change.change.kind === "create") break;
  }
  return together;
}

async function pushChanges(
  mail: Mail,
  waiting: readonly Action[],
  failures: Failures,
  signal: AbortSignal,
): Promise<void> {
  const tried = await markTried(mail, waiting);
  const batch = newBatch();
  const told = tried.flatMap((action) => {
    if (action.change.on === "message") return [];
    const { method, arguments: given } = callOf(action.change);
    return [{ action, change: action.change, number: batch.add(method, given) }];
  });
  const states = await mail.store.list(syncStates);
  const asked = states.flatMap((since) => {
    const mirror = mirrors.find(({ key, type }) => key === since.key && changedHere.has(type));
    return mirror === undefined || since.state === null ? [] : [askForChanges(batch, mirror, since)];
  });
  let answers: JmapAnswer[];
  try {
    answers = await callJmap(mail.session, batch.calls, { signal, idempotent: true });
  } catch (error) {
    return refuseWhole(mail, tried, error, { failures, signal });
  }
  const failed = told.find(({ action, number }) => failsForNow(answers[number], action, failures));
  const settled = told.slice(0, failed === undefined ? told.length : told.indexOf(failed));
  const nowMs = mail.session.platform.clock.now();
  // Read before anything is written: what is of another shape changes nothing.
  const outcomes = settled.map(({ action, change, number }) => {
    const answer = answers[number];
    if (answer === undefined) throw new Error("A call has no answer.");
    const why = answer.refusal && { type: answer.refusal.type, sentence: answer.refusal.message };
    return { action, outcome: why ? refusedAll(change, why) : outcomeOf(mail, change, answer) };
  });
  const followed = asked.map((one) => readChanges(mail, answers, one));
  await mail.store.write([...new Set([...settleTables, ...followTables])], async (writer) => {
    for (const { action, outcome } of outcomes) {
      // Another tab may have been told the same before.
      if ((await writer.get(actions, actions.keyOf(action))) === undefined) continue;
      await settle(writer, action, await orMadeBefore(writer, action, outcome, followed), nowMs);
    }
    for (const one of followed) await putChanges(mail, writer, one);
  });
  const refusal = failed && answers[failed.number]?.refusal;
  if (refusal !== undefined) throw refusal;
}

function failsForNow(answer: JmapAnswer | undefined, action: Action, failures: Failures): boolean {
  if (answer?.refusal === undefined || !isPassingRefusal(answer.refusal)) return false;
  return countFailures(failures, action) <= mostFailures;
}

/** A request that is refused as a whole may be so for one of its calls: then that one alone is refused. */
async function refuseWhole(
  mail: Mail,
  tried: readonly Action[],
  error: unknown,
  { failures, signal }: { failures: Failures; signal: AbortSignal },
): Promise<void> {
  const isForGood = error instanceof ProblemError && error.problem.retry !== "later";
  if (!isForGood || error.problem.status === 401) throw error;
  const [first] = tried;
  if (first === undefined) return;
  if (tried.length > 1) return pushChanges(mail, [first], failures, signal);
  const why = { type: error.problem.code, sentence: error.message };
  const nowMs = mail.session.platform.clock.now();
  await mail.store.write(settleTables, (writer) =>
    settle(writer, first, refusedAll(first.change, why), nowMs),
  );
}

/** A mailbox that is refused because there is one of that name, when it may have been made before its answer was lost. */
async function orMadeBefore(
  writer: LocalWriter,
  { change, tries }: Action,
  outcome: Outcome,
  followed: readonly Followed[],
): Promise<Outcome> {
  if (change.on !== "mailbox" || change.change.kind !== "create") return outcome;
  if (outcome.createdAs !== undefined || tries < 2) return outcome;
  const { name, parentId } = change.change;
  const news = followed.flatMap((one) =>
    one.kind === "changed" && one.mirror.type === "Mailbox" ? one.list.filter(mailboxShape.matches) : [],
  );
  const made = [...news, ...(await writer.list(mailboxes))].find(
    (mailbox) => mailbox.id !== change.id && mailbox.name === name && mailbox.parentId === parentId,
  );
  return made === undefined ? outcome : { refused: new Map(), gone: new Set(), createdAs: made.id };
}
