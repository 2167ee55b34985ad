/** What was done last, what the server did not take, and how much waits to be told to it. */
import { actions, listRefusals, type Refusal, undos } from "@posthorn/client";
import type { Desk } from "./desk.ts";

export interface Activity {
  /** What can be taken back, the last first. */
  done: { number: number; label: string; doneAtMs: number }[];
  /** `type` is the code of the table of errors, or a word of JMAP's. */
  refused: { number: number; type: string; sentence: string; refusedAtMs: number }[];
  /** Changes that the server does not know of yet. */
  waiting: number;
}

const mostShown = 50;

export async function readActivity({ mail }: Desk): Promise<Activity> {
  const { store } = mail;
  const done = await store.list(undos, { reverse: true, limit: mostShown });
  const refused = (await listRefusals(mail)).filter(isOurs);
  return {
    done: done.map(({ number, label, doneAtMs }) => ({ number, label, doneAtMs })),
    refused: refused.map(({ number, type, sentence, refusedAtMs }) => ({
      number,
      type,
      sentence,
      refusedAtMs,
    })),
    waiting: await store.count(actions),
  };
}

/** A letter that was refused is told with its draft. */
function isOurs({ change }: Refusal): boolean {
  return change.on === "emails" || change.on === "mailbox";
}
