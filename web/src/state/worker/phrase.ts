/** The recovery phrase and the password of whoever sits here: tried, changed, and made anew with all keys after a leak. */
import {
  changePassword,
  changeSettings,
  readSettings,
  replaceIdentity,
  replacePhrase,
  testPhrase,
} from "@posthorn/client";
import { fail } from "@posthorn/protocol";
import type { Desk } from "./desk.ts";

export interface PhraseHealth {
  /** Null for an open account, which has none. */
  setAtMs: number | null;
  /** On any device; null when it never was. */
  testedAtMs: number | null;
}

export async function readPhraseHealth({ mail }: Desk): Promise<PhraseHealth> {
  const keyring = await mail.session.keys.find();
  if (keyring === undefined) return { setAtMs: null, testedAtMs: null };
  const { phraseSetAt, phraseTestedAt } = await readOwn(mail);
  // The first statement of an identity comes with a phrase.
  const begun = keyring.statements.findLast(
    ({ statement }) => statement.seq === 0 || statement.reason === "compromise",
  );
  const [setAtMs, testedAtMs] = [phraseSetAt, phraseTestedAt].map(timeOf);
  return {
    setAtMs: Math.max(setAtMs ?? 0, timeOf(begun?.statement.validFrom) ?? 0),
    testedAtMs: testedAtMs ?? null,
  };
}

async function readOwn(mail: Desk["mail"]): Promise<{ phraseSetAt?: unknown; phraseTestedAt?: unknown }> {
  return readSettings(mail).catch(() => ({}));
}

function timeOf(text: unknown): number | undefined {
  const atMs = typeof text === "string" ? Date.parse(text) : Number.NaN;
  return Number.isNaN(atMs) ? undefined : atMs;
}

/** Whether these words open the account. Throws ProblemError `badRequest` with help by the word when they are no phrase. */
export async function tryPhrase({ mail }: Desk, { phrase }: { phrase: string }): Promise<boolean> {
  const isRight = await testPhrase(mail.session, phrase);
  if (isRight) await changeSettings(mail, { phraseTestedAt: new Date().toISOString() });
  return isRight;
}

/** All other sign-ins end. Throws ProblemError. */
export async function setOwnPassword(
  { mail }: Desk,
  passwords: { current: string; next: string },
): Promise<void> {
  await changePassword(mail.session, passwords);
}

/** A new phrase that was shown, and waits for its owner to say that it is kept. */
interface Offered {
  go(): void;
  stop(): void;
  done: Promise<void>;
}

let offered: Offered | undefined;

/** The new phrase; nothing has changed before `takePhrase`. */
export function offerPhrase({ mail }: Desk): Promise<string> {
  return offer((onPhrase) => replacePhrase(mail.session, onPhrase));
}

/** The phrase of the new identity; nothing has changed before `takePhrase`. Throws ProblemError. */
export function offerIdentity({ mail }: Desk, passwords: { current: string; next: string }): Promise<string> {
  return offer((onPhrase) => replaceIdentity(mail.session, { ...passwords, onPhrase }));
}

function offer(work: (onPhrase: (phrase: string) => Promise<void>) => Promise<void>): Promise<string> {
  offered?.stop();
  offered = undefined;
  return new Promise((tell, refuse) => {
    const onPhrase = (phrase: string) =>
      new Promise<void>((go, reject) => {
        offered = { go, stop: () => reject(new Error("not wanted")), done };
        tell(phrase);
      });
    const done = work(onPhrase);
    // Who was told the phrase already hears of it by `takePhrase`.
    done.catch(refuse);
  });
}

/** Its owner has it: from now on it holds, and the old one opens nothing. Throws ProblemError. */
export async function takePhrase({ mail }: Desk): Promise<void> {
  if (offered === undefined) fail("badRequest", "This took too long. Begin again.");
  const { go, done } = offered;
  offered = undefined;
  go();
  await done;
  await changeSettings(mail, { phraseSetAt: new Date().toISOString(), phraseTestedAt: undefined });
}

/** All stays as it is. */
export async function leavePhrase(_: Desk): Promise<void> {
  offered?.stop();
  offered = undefined;
}
