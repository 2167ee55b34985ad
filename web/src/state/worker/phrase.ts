/** The recovery phrase and the password of whoever sits here: tried, changed, and made anew with all keys after a leak. */
import {
  changePassword,
  changeSettings,
  countLost,
  readSettings,
  replaceIdentity,
  replacePhrase,
  testPhrase,
} from "@posthorn/client";
import { fail } from "@posthorn/protocol";
import { checkPhrase } from "./check-phrase.ts";
import type { Desk } from "./desk.ts";
import { type Fault, faultOf } from "./fault.ts";

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
    ({ statement }) => statement.seq === 0 || ["compromise", "reset"].includes(statement.reason),
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

/** Whether something of before a reset does not open yet. False when nobody knows. */
export async function hasLost({ mail }: Desk): Promise<boolean> {
  return (await countLost(mail.session).catch(() => 0)) > 0;
}

/** Whether these words open the account. Throws Told with help by the word when they are no phrase. */
export async function tryPhrase({ mail }: Desk, { phrase }: { phrase: string }): Promise<boolean> {
  checkPhrase(phrase);
  const isRight = await testPhrase(mail.session, phrase);
  if (isRight) await keepTested(mail);
  return isRight;
}

async function keepTested(mail: Desk["mail"]): Promise<void> {
  await changeSettings(mail, { phraseTestedAt: new Date().toISOString(), phraseOwed: undefined });
}

/** It is shown now for the first time, and its owner is reminded of it until they have shown to have it. */
export async function owePhrase({ mail }: Desk): Promise<void> {
  await changeSettings(mail, { phraseOwed: true });
}

/** Its owner has given the words once more, from where they were put. */
export async function havePhrase({ mail }: Desk): Promise<void> {
  await keepTested(mail);
}

/** Whether nobody has shown yet to have the phrase that came with the account. */
export async function isPhraseOwed({ mail }: Desk): Promise<boolean> {
  const { phraseOwed }: { phraseOwed?: unknown } = await readSettings(mail).catch(() => ({}));
  return phraseOwed === true;
}

/** All other sign-ins end. Throws ProblemError. */
export async function setOwnPassword(
  { mail }: Desk,
  passwords: { current: string; next: string },
): Promise<void> {
  await changePassword(mail.session, passwords);
}

/** `done` it holds now · `unknown` the server was told, and it did not answer whether it does: that can be asked again. */
export type Taken = { kind: "done" } | { kind: "unknown"; fault: Fault };

/** A new phrase that was shown, and waits for its owner to say that it is kept. */
interface Offered {
  /** Tells the server, or tells it once more. */
  go(): Promise<Taken>;
  stop(): void;
}

let offered: Offered | undefined;

/** The new phrase; nothing has changed before `takePhrase`. */
export function offerPhrase({ mail }: Desk): Promise<string> {
  return offer((onPhrase, onLost) => replacePhrase(mail.session, onPhrase, onLost));
}

/** The phrase of the new identity; nothing has changed before `takePhrase`. Throws ProblemError. */
export function offerIdentity({ mail }: Desk, passwords: { current: string; next: string }): Promise<string> {
  return offer((onPhrase, onLost) => replaceIdentity(mail.session, { ...passwords, onPhrase, onLost }));
}

type Work = (
  onPhrase: (phrase: string) => Promise<void>,
  onLost: (error: Error) => Promise<void>,
) => Promise<void>;

function offer(work: Work): Promise<string> {
  offered?.stop();
  offered = undefined;
  return new Promise((tell, refuse) => {
    let attempt = Promise.withResolvers<Taken>();
    /** Resolves when its owner wants to go on. */
    const waitForOwner = () =>
      new Promise<void>((goOn, reject) => {
        offered = {
          go() {
            attempt = Promise.withResolvers<Taken>();
            goOn();
            return attempt.promise;
          },
          stop: () => reject(new Error("not wanted")),
        };
      });
    const onPhrase = (phrase: string) => {
      const waiting = waitForOwner();
      tell(phrase);
      return waiting;
    };
    const onLost = (error: Error) => {
      const waiting = waitForOwner();
      attempt.resolve({ kind: "unknown", fault: faultOf(error) });
      return waiting;
    };
    work(onPhrase, onLost).then(
      () => attempt.resolve({ kind: "done" }),
      (error: unknown) => {
        // Whoever was told the phrase already hears of it by `takePhrase`.
        refuse(error);
        attempt.promise.catch(() => undefined);
        attempt.reject(error);
      },
    );
  });
}

/** Its owner has it: from now on it holds, and the old one opens nothing. Throws ProblemError: then all is as it was. */
export async function takePhrase({ mail }: Desk): Promise<Taken> {
  if (offered === undefined) fail("badRequest", "This took too long. Begin again.");
  const { go } = offered;
  offered = undefined;
  const taken = await go();
  if (taken.kind === "unknown") return taken;
  await changeSettings(mail, {
    phraseSetAt: new Date().toISOString(),
    phraseTestedAt: undefined,
    phraseOwed: undefined,
  });
  return taken;
}

/** All stays as it is, as far as the server was not told. */
export async function leavePhrase(_: Desk): Promise<void> {
  offered?.stop();
  offered = undefined;
}
