import { ProblemError } from "@posthorn/protocol";
import type { Log } from "../env/env.ts";
import { isAnswered, readVacation, takeAnswer, writeAnswer } from "../objects/vacation.ts";
import { findAccount } from "../store/account-store.ts";
import { listObjectsAfter, type StoredObject } from "../store/object-store.ts";
import type { OpenStore } from "../store/sql.ts";
import { findVacation, listAbsent, markVacationSeen } from "../store/vacation-store.ts";
import { type SubmitContext, submit } from "./submit.ts";

const atOnce = 100;
const afterFaultMs = 60_000;
/** How long is waited without hearing anything. */
const longestMs = 24 * 3_600_000;

interface AnswerContext extends SubmitContext {
  store: OpenStore;
  log: Log;
}

/**
 * Answers mail of owners who are absent, until `signal` aborts; at the start also what came while nobody listened. Each
 * message is answered once at most, and each sender once in seven days, whatever breaks between and however many
 * processes do this.
 */
export async function answerAbsent(ctx: AnswerContext, signal: AbortSignal): Promise<void> {
  const { store, clock, log } = ctx;
  const absent = new Set(await listAbsent(store.read));
  const waiting = new Set(absent);
  let alarm = new AbortController();
  const wake = (accounts: Iterable<number>) => {
    for (const accountId of accounts) waiting.add(accountId);
    if (waiting.size > 0) alarm.abort("over");
  };
  const stop = store.onChanged(
    (accountId, types) => {
      if (types.has("VacationResponse")) absent.add(accountId);
      if (types.has("Email") && absent.has(accountId)) wake([accountId]);
    },
    () => {
      listAbsent(store.read).then(
        (all) => {
          for (const accountId of all) absent.add(accountId);
          wake(all);
        },
        (error: unknown) => log("error", "absent owners not listed", { error: String(error) }),
      );
    },
  );
  signal.addEventListener("abort", () => alarm.abort("over"), { once: true });
  while (!signal.aborted) {
    alarm = new AbortController();
    const failed = new Set<number>();
    for (const accountId of waiting) {
      if (signal.aborted) break;
      waiting.delete(accountId);
      try {
        if (await answerAccount(ctx, accountId)) continue;
        absent.delete(accountId);
        // It may have been switched on again before this was said.
        if ((await findVacation(store.read, accountId))?.isEnabled === true) absent.add(accountId);
      } catch (error) {
        log("error", "mail of an absent owner not answered", { accountId, error: String(error) });
        failed.add(accountId);
      }
    }
    if (!alarm.signal.aborted) await clock.sleep(failed.size > 0 ? afterFaultMs : longestMs, alarm.signal);
    for (const accountId of failed) waiting.add(accountId);
  }
  stop();
}

/** Looks at what has come to an account since it was looked at last. False when its owner is not absent any more. */
async function answerAccount(ctx: AnswerContext, accountId: number): Promise<boolean> {
  const { store } = ctx;
  for (;;) {
    const stored = await findVacation(store.read, accountId);
    const account = await findAccount(store.read, accountId);
    if (stored?.isEnabled !== true || account === undefined) return false;
    const objects = await listObjectsAfter(store.read, accountId, stored.seenId, atOnce);
    if (account.suspendedAt === undefined && account.eraseAt === undefined) {
      for (const object of objects) await answer(ctx, account.name, object);
    }
    const last = objects.at(-1);
    if (last !== undefined) await store.write((tx) => markVacationSeen(tx, accountId, last.id));
    if (objects.length < atOnce) return true;
  }
}

async function answer(ctx: AnswerContext, accountName: string, object: StoredObject): Promise<void> {
  const { store, host, clock, log } = ctx;
  const { accountId } = object;
  const vacation = await readVacation(store.read, accountId);
  if (!isAnswered(vacation, `${accountName}@${host}`, object, clock.now())) return;
  if (!(await store.write((tx) => takeAnswer(tx, object, clock.now())))) return;
  const body = new TextEncoder().encode(JSON.stringify(writeAnswer(vacation, object)));
  try {
    await submit(ctx, { accountId, accountName, body, idempotencyKey: `vacation-answer-${object.id}` });
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    // Sent before its words were changed, or it cannot be sent at all: neither gets better by trying again.
    log("warn", "answer in an owner's absence not sent", { accountId, code: error.problem.code });
  }
}
