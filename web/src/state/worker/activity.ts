/** What was done last, what the server did not take, and how much waits to be told to it. */
import { actions, listRefusals, type Refusal, undos } from "@posthorn/client";
import type { Desk } from "./desk.ts";
import type { Fault } from "./fault.ts";
import { listUnsentLetters } from "./unsent-letters.ts";

export interface Activity {
  /** What can be taken back, the last first. */
  done: Done[];
  /** `type` is the code of the table of errors, or a word of JMAP's. */
  refused: { number: number; type: string; sentence: string; refusedAtMs: number }[];
  /** Changes that the server does not know of yet. */
  waiting: number;
  /** Letters that could not go so far; why is that of the first. Null when there are none. */
  unsent: { count: number; why: Fault } | null;
}

interface Done {
  number: number;
  label: string;
  doneAtMs: number;
  /** It is a letter that has not left this device. */
  isUnsent: boolean;
}

const mostShown = 50;

export async function readActivity({ mail }: Desk): Promise<Activity> {
  const { store } = mail;
  const done = await store.list(undos, { reverse: true, limit: mostShown });
  const unsent = await listUnsentLetters(mail);
  const unsentIds = new Set(unsent.map(({ wireId }) => wireId));
  const inTrouble = unsent.flatMap(({ why }) => why ?? []);
  const [why] = inTrouble;
  const refused = (await listRefusals(mail)).filter(isOurs);
  return {
    done: done.map(({ number, label, doneAtMs, steps }) => ({
      number,
      label,
      doneAtMs,
      isUnsent: steps.some(({ inverse }) => inverse.on === "message" && unsentIds.has(inverse.id)),
    })),
    refused: refused.map(({ number, type, sentence, refusedAtMs }) => ({
      number,
      type,
      sentence,
      refusedAtMs,
    })),
    waiting: await store.count(actions),
    unsent: why === undefined ? null : { count: inTrouble.length, why },
  };
}

/** A letter that was refused is told with its draft. */
function isOurs({ change }: Refusal): boolean {
  return change.on === "emails" || change.on === "mailbox";
}
