/** A letter in a composer: what is typed is kept at once, and nothing that is kept ever moves the caret. */
import { useCallback, useEffect, useRef, useState } from "react";
import type { Opening } from "../state/composers.ts";
import { CallFailed, call } from "../state/desk.ts";
import { lastSeen, useView } from "../state/use-view.ts";
import type { Fault } from "../state/worker/fault.ts";
import type { LetterFields } from "../state/worker/letter-content.ts";
import type { KeptLetter } from "../state/worker/letter-desk.ts";
import type { BegunLetter } from "../state/worker/open-letter.ts";
import { faultWords } from "../words/fault-words.ts";
import { say } from "../words/words.ts";

/** After the last key. */
const keepAfterMs = 200;
/** While one key follows the other. */
const keepAtLeastMs = 1_000;

/** `typed` is not kept yet · `here` is on this device alone · `kept` on all. */
export type SaveState = "untouched" | "typed" | "here" | "kept" | { fault: Fault };

export type UseLetter =
  | { state: "opening" }
  | { state: "failed"; fault: Fault }
  | {
      state: "open";
      begun: BegunLetter;
      fields: LetterFields;
      saved: SaveState;
      change(changes: Partial<LetterFields>): void;
      /** Keeps it now. Gives the name of the draft, or why it is not kept. */
      keep(): Promise<Kept>;
      /** As it is now. */
      now(): LetterFields;
      /** As it is now, for what is done with it last: that keeps it, or throws it away, and nobody else has to. */
      handOver(): LetterFields;
      /** That could not be done. */
      takeBack(): void;
    };

type Kept = { name: string } | { fault: Fault };

interface Held {
  begun: BegunLetter;
  fields: LetterFields;
  /** Counts the changes, and which of them was kept. */
  changes: number;
  keptChanges: number;
  /** Which was handed over for what is done with the letter last: that keeps it, or throws it away. */
  handedChanges: number;
  firstUnkeptAtMs: number;
  /** When it was kept last, in RFC 3339. */
  savedAt: string;
  timer: number | undefined;
}

/** `prepare` gives what a letter begins with besides what the worker says, as the text that is handed on. */
export function useLetter(
  opening: Opening,
  { prepare, onNamed }: { prepare(begun: BegunLetter): LetterFields; onNamed(name: string): void },
): UseLetter {
  const held = useRef<Held>(undefined);
  const [fault, setFault] = useState<Fault>();
  const [name, setName] = useState<string | null>(null);
  const [shown, setShown] = useState<{ fields: LetterFields; saved: SaveState }>();
  const told = useRef({ prepare, onNamed, opening });
  told.current.onNamed = onNamed;

  useEffect(() => {
    let isGone = false;
    const first = told.current;
    call("openLetter", { opening: first.opening, label: say("did.unsend") }).then(
      (begun) => {
        if (isGone) return;
        const fields = first.prepare(begun);
        held.current = {
          begun,
          fields,
          changes: 0,
          keptChanges: 0,
          handedChanges: 0,
          firstUnkeptAtMs: 0,
          savedAt: "",
          timer: undefined,
        };
        setShown({ fields, saved: begun.name === null ? "untouched" : "kept" });
        setName(begun.name);
        if (begun.name !== null) first.onNamed(begun.name);
      },
      (error: unknown) => setFault(faultOf(error)),
    );
    return () => {
      isGone = true;
      const letter = held.current;
      clearTimeout(letter?.timer);
      // Who goes to another page in the middle of a word finds it in the draft.
      if (letter === undefined || letter.changes <= Math.max(letter.keptChanges, letter.handedChanges))
        return;
      const { begun, fields } = letter;
      call("keepLetter", { letterId: begun.letterId, fields }).catch(() => undefined);
    };
  }, []);

  const keep = useCallback(async (letter: Held): Promise<Kept> => {
    clearTimeout(letter.timer);
    letter.timer = undefined;
    const { changes, fields } = letter;
    try {
      const kept = await call("keepLetter", { letterId: letter.begun.letterId, fields });
      letter.keptChanges = Math.max(letter.keptChanges, changes);
      letter.fields = merged(letter.fields, fields, kept);
      letter.savedAt = kept.savedAt;
      setName(kept.name);
      if (kept.name !== null) told.current.onNamed(kept.name);
      setShown({ fields: letter.fields, saved: savedOf(letter, kept) });
      return kept.name === null ? { fault: withoutKeys() } : { name: kept.name };
    } catch (error) {
      const unkept = { fault: faultOf(error) };
      setShown({ fields: letter.fields, saved: unkept });
      return unkept;
    }
  }, []);

  const change = useCallback(
    (changes: Partial<LetterFields>) => {
      const letter = held.current;
      if (letter === undefined) return;
      const nowMs = performance.now();
      if (letter.changes === letter.keptChanges) letter.firstUnkeptAtMs = nowMs;
      letter.fields = { ...letter.fields, ...changes };
      letter.changes++;
      setShown({ fields: letter.fields, saved: "typed" });
      clearTimeout(letter.timer);
      const waitsMs = Math.min(keepAfterMs, letter.firstUnkeptAtMs + keepAtLeastMs - nowMs);
      letter.timer = window.setTimeout(() => void keep(letter), Math.max(0, waitsMs));
    },
    [keep],
  );

  // What another device writes is seen while nobody types here; and that it is on all of them.
  const elsewhere = lastSeen(useView("draft", name === null ? undefined : { name }));
  useEffect(() => {
    const letter = held.current;
    if (letter === undefined || !elsewhere || letter.changes > letter.keptChanges) return;
    if (elsewhere.savedAt < letter.savedAt) return;
    if (elsewhere.savedAt > letter.savedAt) {
      letter.fields = merged(letter.fields, letter.fields, elsewhere);
      letter.savedAt = elsewhere.savedAt;
    }
    setShown({ fields: letter.fields, saved: savedOf(letter, elsewhere) });
  }, [elsewhere]);

  // Who leaves the page in the middle of a word finds it again, and is asked where that could not be kept so soon.
  const isUnkept =
    shown?.saved === "typed" || (typeof shown?.saved === "object" && shown.saved.fault.code !== notTaken);
  useEffect(() => {
    const keepNow = () => {
      const letter = held.current;
      if (letter !== undefined && letter.changes > letter.keptChanges) void keep(letter);
    };
    const askFirst = (event: Event) => {
      keepNow();
      event.preventDefault();
    };
    document.addEventListener("visibilitychange", keepNow);
    addEventListener("pagehide", keepNow);
    if (isUnkept) addEventListener("beforeunload", askFirst);
    return () => {
      document.removeEventListener("visibilitychange", keepNow);
      removeEventListener("pagehide", keepNow);
      removeEventListener("beforeunload", askFirst);
    };
  }, [keep, isUnkept]);

  if (fault !== undefined) return { state: "failed", fault };
  const letter = held.current;
  if (letter === undefined || shown === undefined) return { state: "opening" };
  const { begun } = letter;
  return {
    state: "open",
    begun,
    ...shown,
    change,
    keep: () => keep(letter),
    now: () => letter.fields,
    handOver() {
      clearTimeout(letter.timer);
      letter.handedChanges = letter.changes;
      return letter.fields;
    },
    takeBack() {
      letter.handedChanges = 0;
      if (letter.changes > letter.keptChanges) void keep(letter);
    },
  };
}

/** What another device has written comes in where nobody has typed here since. */
function merged(now: LetterFields, sent: LetterFields, { fields }: KeptLetter): LetterFields {
  const take = <Name extends keyof LetterFields>(name: Name) =>
    JSON.stringify(now[name]) === JSON.stringify(sent[name]) &&
    JSON.stringify(fields[name]) !== JSON.stringify(sent[name])
      ? fields[name]
      : now[name];
  return {
    ...now,
    from: take("from"),
    to: take("to"),
    cc: take("cc"),
    subject: take("subject"),
    body: take("body"),
  };
}

/** An account without keys keeps no drafts. */
function withoutKeys(): Fault {
  return { sentence: say("saved.noKeys"), code: "noKeys" };
}

/** It is kept on this device, and the server does not take it. */
const notTaken = "draft";

function savedOf(letter: Held, { trouble, isWaiting, name }: KeptLetter): SaveState {
  if (letter.changes > letter.keptChanges) return "typed";
  if (trouble !== null) return { fault: { sentence: faultWords(trouble, "draft"), code: notTaken } };
  if (name === null) return { fault: withoutKeys() };
  return isWaiting ? "here" : "kept";
}

function faultOf(error: unknown): Fault {
  if (error instanceof CallFailed) return error.fault;
  throw error;
}
