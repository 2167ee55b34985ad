/** Telling the server what was done here: in order, and again until it has answered. */
import { ProblemError } from "@posthorn/protocol";
import { refusedAll } from "./carry-out.ts";
import type { Action } from "./change.ts";
import type { Failures } from "./failures.ts";
import { listDue } from "./list-due.ts";
import type { Mail } from "./mail-context.ts";
import { markTried } from "./mark-tried.ts";
import { isHalvedFor, type PageSize } from "./page-size.ts";
import { pushChanges } from "./push-changes.ts";
import { pushRecord } from "./push-record.ts";
import { settle, settleTables } from "./settle.ts";

/** In one request; there are eight calls more, that read what has become of it. */
const mostAtOnce = 32;

/**
 * Tells the server of the first things that wait besides letters. `nothing` when nothing waits that may be tried now;
 * `more` when what has changed there was not read to its end, or it is the turn of that while somebody writes on here. Throws
 * what passes: Unreachable, and the problems and refusals of a server that is not itself; what it refuses for good is undone here.
 */
export async function push(
  mail: Mail,
  how: { failures: Failures; page: PageSize; signal: AbortSignal },
): Promise<"nothing" | "done" | "more"> {
  const { failures, page } = how;
  const waiting = await listDue(mail, failures, "others", mostAtOnce);
  const [first] = waiting;
  if (first === undefined) return "nothing";
  if (first.change.on === "record") return pushRecord(mail, first, first.change.id, how);
  const tried = await markTried(mail, togetherFrom(waiting, page));
  try {
    return await pushChanges(mail, tried, how);
  } catch (error) {
    // The server may have done them; they are told again, and less is read with them.
    if (isHalvedFor(error, page)) return "more";
    if (!isForGood(error)) throw error;
    // One of them may be at fault: then that one alone is refused.
    if (tried.length > 1) return pushAlone(mail, tried[0] ?? first, how);
    await refuse(mail, first, error);
    return "done";
  }
}

/**
 * A mailbox that is made ends them, because what comes after may need its id. What was changed is read again, so it is no
 * more than can be read.
 */
function togetherFrom(waiting: readonly Action[], { most }: PageSize): Action[] {
  const together: Action[] = [];
  let idCount = 0;
  for (const action of waiting) {
    const { change } = action;
    if (change.on === "message" || change.on === "record") break;
    idCount += change.on === "emails" ? change.ids.length : 0;
    if (together.length > 0 && idCount > most) break;
    together.push(action);
    if (change.on === "mailbox" && change.change.kind === "create") break;
  }
  return together;
}

async function pushAlone(
  mail: Mail,
  action: Action,
  how: { failures: Failures; page: PageSize; signal: AbortSignal },
): Promise<"done" | "more"> {
  try {
    return await pushChanges(mail, [action], how);
  } catch (error) {
    if (!isForGood(error)) throw error;
    await refuse(mail, action, error);
    return "done";
  }
}

/** Of a whole request: it will be refused again, and not because nobody is signed in. */
function isForGood(error: unknown): error is ProblemError {
  if (!(error instanceof ProblemError)) return false;
  return error.problem.retry !== "later" && error.problem.status !== 401;
}

async function refuse(mail: Mail, action: Action, error: ProblemError): Promise<void> {
  const why = { type: error.problem.code, sentence: error.message };
  const nowMs = mail.session.platform.clock.now();
  await mail.store.write(settleTables, (writer) =>
    settle(writer, action, refusedAll(action.change, why), nowMs),
  );
}
