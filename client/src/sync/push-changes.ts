/** One request that tells the server of changes, and reads what has become of all that they touch. */
import { listedProperties, type Mailbox, mailboxProperties } from "@posthorn/protocol";
import { callJmap, type JmapAnswer, JmapRefusal, readAnswer } from "../jmap.ts";
import type { LocalWriter } from "../local/local-store.ts";
import { callOf, type MailChange, outcomeOf, refusedAll } from "./carry-out.ts";
import { type Action, actions } from "./change.ts";
import { emailShape } from "./email.ts";
import { type Failures, isTooOften } from "./failures.ts";
import {
  asAnswered,
  askForChanges,
  type Followed,
  followTables,
  gotShape,
  putChanges,
  readChanges,
} from "./follow.ts";
import { type Batch, isPassingRefusal, newBatch } from "./jmap-batch.ts";
import { emailLayers, mailboxLayers, putFromServer } from "./layers.ts";
import { type Mail, syncStates } from "./mail-context.ts";
import { mailboxes, mailboxShape } from "./mailbox.ts";
import { mirrors } from "./mirror.ts";
import type { PageSize } from "./page-size.ts";
import { type Outcome, settle, settleTables } from "./settle.ts";

/** What is read again at once, so that what was done is seen without a gap. */
const changedHere: ReadonlySet<string> = new Set(["Email", "Mailbox"]);

interface Told {
  action: Action;
  change: MailChange;
  /** Of its call. */
  number: number;
}

/**
 * Tells the server of these changes, none of which is about a letter or a record. `more` when what has changed there was not read to
 * its end, or another tab was faster, so that nothing was noted here. Throws as `callJmap`, and JmapRefusal for what the
 * server does not do for now.
 */
export async function pushChanges(
  mail: Mail,
  tried: readonly Action[],
  { failures, page, signal }: { failures: Failures; page: PageSize; signal: AbortSignal },
): Promise<"done" | "more"> {
  const batch = newBatch();
  const told = tried.flatMap((action): Told[] => {
    const { change } = action;
    if (change.on === "message" || change.on === "record") return [];
    const { method, arguments: given } = callOf(change);
    return [{ action, change, number: batch.add(method, given) }];
  });
  const states = await mail.store.list(syncStates);
  const asked = states.flatMap((since) => {
    const mirror = mirrors.find(({ key, type }) => key === since.key && changedHere.has(type));
    return mirror === undefined || since.state === null
      ? []
      : [askForChanges(batch, mirror, since, page.most)];
  });
  const looked = lookAgain(batch, told, page);
  const answers = await callJmap(mail.session, batch.calls, { signal, idempotent: true });
  const failed = told.find(({ action, number }) =>
    failsForNow(answers[number], action, failures, mail.session.platform.clock.now()),
  );
  const settled = told.slice(0, failed === undefined ? told.length : told.indexOf(failed));
  // Read before anything is written: what is of another shape changes nothing.
  const outcomes = settled.map((one) => ({ action: one.action, outcome: readOutcome(mail, one, answers) }));
  const followed = asked.map((one) => readChanges(mail, answers, one));
  const seen = await asAnswered(mail, async () => readLooked(mail, looked, answers));
  const nowMs = mail.session.platform.clock.now();
  const isNoted = await mail.store.write([...new Set([...settleTables, ...followTables])], async (writer) => {
    for (const { mirror, since } of followed) {
      const now = await writer.get(syncStates, mirror.key);
      if (now?.state !== since.state || now.pass !== since.pass) return false;
    }
    for (const { action, outcome } of outcomes) {
      // It may have been told, and noted, by another tab.
      if ((await writer.get(actions, actions.keyOf(action))) === undefined) continue;
      await settle(writer, action, await orMadeBefore(writer, action, outcome, seen.mailboxes), nowMs);
    }
    for (const one of followed) await putChanges(mail, writer, one);
    await putLooked(writer, seen);
    return true;
  });
  for (const { action } of settled) failures.delete(action.number);
  const refusal = failed && answers[failed.number]?.refusal;
  if (refusal !== undefined) throw new JmapRefusal(refusal.type, refusal.message);
  return isNoted && followed.every(isWhole) ? "done" : "more";
}

function failsForNow(
  answer: JmapAnswer | undefined,
  action: Action,
  failures: Failures,
  nowMs: number,
): boolean {
  if (answer?.refusal === undefined || !isPassingRefusal(answer.refusal)) return false;
  return !isTooOften(failures, action, nowMs);
}

function readOutcome(mail: Mail, { change, number }: Told, answers: readonly JmapAnswer[]): Outcome {
  const answer = answers[number];
  if (answer === undefined) throw new Error("A call has no answer.");
  if (answer.refusal === undefined) return outcomeOf(mail, change, answer);
  return refusedAll(change, { type: answer.refusal.type, sentence: answer.refusal.message });
}

function isWhole(followed: Followed): boolean {
  return followed.kind === "refused" || (followed.kind === "changed" && !followed.hasMore);
}

/** What is read of objects whether they have changed or not. */
interface Looked {
  emailIds: readonly string[];
  emails: number | undefined;
  mailboxes: number | undefined;
}

/**
 * A change that changes nothing there is told of by no /changes, and may have been expected to change something here. So
 * what was touched is read in any case.
 */
function lookAgain(batch: Batch, told: readonly Told[], { most }: PageSize): Looked {
  const touched = [...new Set(told.flatMap(({ change }) => (change.on === "emails" ? change.ids : [])))];
  // One change of more than can be read at once: then what it has changed is read with all other changes.
  const emailIds = touched.length > most ? [] : touched;
  const emails =
    emailIds.length === 0
      ? undefined
      : batch.add("Email/get", { ids: emailIds, properties: listedProperties });
  const mailboxes = told.some(({ change }) => change.on === "mailbox")
    ? batch.add("Mailbox/get", { ids: null, properties: mailboxProperties })
    : undefined;
  return { emailIds, emails, mailboxes };
}

interface Seen {
  emails: readonly ReturnType<typeof emailShape.parse>[];
  goneEmails: readonly string[];
  mailboxes: readonly Mailbox[];
}

function readLooked(
  { session }: Mail,
  { emailIds, emails, mailboxes: boxes }: Looked,
  answers: readonly JmapAnswer[],
): Seen {
  const listOf = (number: number | undefined) =>
    number === undefined ? [] : readAnswer(session, answers[number], gotShape).list;
  const seen = listOf(emails).map((value) => emailShape.parse(value));
  const there = new Set(seen.map(({ id }) => id));
  return {
    emails: seen,
    goneEmails: emailIds.filter((id) => !there.has(id)),
    mailboxes: listOf(boxes).map((value) => mailboxShape.parse(value)),
  };
}

async function putLooked(writer: LocalWriter, seen: Seen): Promise<void> {
  const { pass = 1 } = (await writer.get(syncStates, "Email")) ?? {};
  const rows = seen.emails.map((email) => ({ ...email, pass }));
  await putFromServer(writer, emailLayers, rows, seen.goneEmails);
  await putFromServer(writer, mailboxLayers, seen.mailboxes, []);
}

/** A mailbox that is refused because there is one of that name, when it may have been made before its answer was lost. */
async function orMadeBefore(
  writer: LocalWriter,
  { change, tries }: Action,
  outcome: Outcome,
  seen: readonly Mailbox[],
): Promise<Outcome> {
  if (change.on !== "mailbox" || change.change.kind !== "create") return outcome;
  if (outcome.createdAs !== undefined || tries < 2) return outcome;
  const { name, parentId } = change.change;
  const made = [...seen, ...(await writer.list(mailboxes))].find(
    (mailbox) => mailbox.id !== change.id && mailbox.name === name && mailbox.parentId === parentId,
  );
  return made === undefined ? outcome : { refused: new Map(), gone: new Set(), createdAs: made.id };
}
