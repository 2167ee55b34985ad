/** Sending a letter from its composer: what stands against it is said first, and it can be taken back for a while. */
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { go, useRoute } from "../routes.ts";
import { CallFailed, call, watch } from "../state/desk.ts";
import { letListsFollow } from "../state/lists-follow.ts";
import { undo } from "../state/undo.ts";
import type { Fault } from "../state/worker/fault.ts";
import type { LetterFields } from "../state/worker/letter-content.ts";
import type { LetterFile } from "../state/worker/letter-files.ts";
import type { Uncompared } from "../state/worker/recipients.ts";
import type { Sent } from "../state/worker/send-letter.ts";
import { showToast } from "../ui/toaster.tsx";
import type { Toast } from "../ui/toasts.ts";
import { shortMoment } from "../words/dates.ts";
import { listed } from "../words/listed.ts";
import { say } from "../words/words.ts";
import { type Check, checkLetter } from "./check-letter.ts";
import type { UseLetter } from "./use-letter.ts";
import { type Lookup, lookUpAll } from "./use-recipients.ts";

type OpenLetter = Extract<UseLetter, { state: "open" }>;

interface SendHow {
  /** When it is to go; at once where that is left out. */
  at?: Date | undefined;
  andArchive?: boolean | undefined;
  /** By a button that says that it may be read on the way. */
  mayGoInTheOpen?: boolean | undefined;
}

export interface Sending {
  /** `files` it goes as soon as they have gone up. */
  state: "idle" | "busy" | "files";
  /** What stands against it. */
  against: Exclude<Check, { kind: "ready" | "files" }> | undefined;
  fault: Fault | undefined;
  send(how?: SendHow): void;
  /** Sends this letter to somebody who must be compared again, as they are now. */
  sendAnyway(address: string): void;
  /** Sends this letter though a name is missing in it. */
  sendWithBlank(): void;
  stopWaiting(): void;
  /** Something has changed: what was said is of no use any more. */
  forget(): void;
}

const mostWaitMs = 3_000;
/** What is over by then needs no word. */
const unsaidMs = 700;
/** For as long as the toast stays of a letter that waits for longer than anybody looks. */
const longMs = 10_000;

export function useSend({
  letter,
  lookups,
  onSent,
}: {
  /** Undefined until it is open. */
  letter: OpenLetter | undefined;
  lookups: ReadonlyMap<string, Lookup>;
  onSent(): void;
}): Sending {
  const [state, setState] = useState<Sending["state"]>("idle");
  /** How often files were found that are not up yet. */
  const [waits, setWaits] = useState(0);
  const [against, setAgainst] = useState<Sending["against"]>();
  const [fault, setFault] = useState<Fault>();
  const how = useRef<SendHow>({});
  /** Of whom must be compared again and get it all the same. */
  const agreed = useRef<readonly Uncompared[]>([]);
  const isBlankMeant = useRef(false);
  const route = useRoute();
  const openThread = route.page === "list" ? route : undefined;

  const attempt = async (wanted: SendHow) => {
    if (letter === undefined) return;
    how.current = wanted;
    setAgainst(undefined);
    setFault(undefined);
    setState("busy");
    const { to, cc } = letter.now();
    const known = await soon(lookUpAll([...to, ...cc]), lookups);
    try {
      // What is shown of the files may be of before one was taken out or attached.
      const filesNow = await call("readLetterFiles", { letterId: letter.begun.letterId });
      const keys = agreed.current.map(({ identityKey }) => identityKey);
      const check = checkLetter(letter.now(), known, filesNow, { keys, blank: isBlankMeant.current });
      const isAgreed = check.kind === "open" && wanted.mayGoInTheOpen === true;
      if (check.kind === "files") {
        setState("files");
        setWaits((before) => before + 1);
        // Whoever sends it wants them to go up.
        await call("resumeFiles", { letterId: letter.begun.letterId });
      } else if (check.kind === "ready" || isAgreed)
        await sendNow(letter, wanted, { isOpen: check.kind === "open", known });
      else {
        setAgainst(check);
        setState("idle");
      }
    } catch (error) {
      letter.takeBack();
      if (!(error instanceof CallFailed)) throw error;
      setFault(error.fault);
      setState("idle");
    }
  };

  const sendNow = async (
    { begun, handOver }: OpenLetter,
    wanted: SendHow,
    { isOpen, known }: { isOpen: boolean; known: ReadonlyMap<string, Lookup> },
  ) => {
    const { at, andArchive = false } = wanted;
    const threadId = andArchive ? begun.original?.threadId : undefined;
    // It goes out of the list before the focus comes back to that; what is taken back first is the letter.
    const putAway = threadId === undefined ? null : await archive(threadId);
    const fields = handOver();
    const sent = await call("sendLetter", {
      letterId: begun.letterId,
      fields,
      label: say("did.send", { count: fields.to.length + fields.cc.length, first: fields.to[0] ?? "" }),
      mayGoInTheOpen: isOpen,
      uncompared: agreed.current,
      sendAt: at === undefined ? null : at.toISOString(),
      undoS: begun.undoS,
    }).catch(async (error: unknown) => {
      if (putAway !== null) await call("undo", { number: putAway });
      throw error;
    });
    if (threadId !== undefined && openThread?.threadId === threadId) {
      go({ ...openThread, threadId: undefined }, { replace: true });
    }
    onSent();
    void tellHowItGoes(sent, { fields, at, undoS: begun.undoS, known });
  };

  // What has waited for its files goes with the last of them. Of these it asks itself: what is shown of them may be of before.
  const attemptAgain = useEffectEvent(() => void attempt(how.current));
  const letterId = letter?.begun.letterId;
  useEffect(() => {
    if (state !== "files" || letterId === undefined) return;
    const stop = watch("letterFiles", { letterId }, (told) => {
      if ("value" in told && !isSettled(told.value)) return;
      stop();
      attemptAgain();
    });
    return stop;
  }, [state, waits, letterId]);

  return {
    state,
    against,
    fault,
    send: (wanted = {}) => {
      if (state === "idle") void attempt(wanted);
    },
    sendAnyway: (address) => {
      const changed = lookups.get(address)?.changed;
      if (changed === undefined || state !== "idle") return;
      agreed.current = [...agreed.current, { address: changed.address, identityKey: changed.identityKey }];
      void attempt(how.current);
    },
    sendWithBlank: () => {
      if (state !== "idle") return;
      isBlankMeant.current = true;
      void attempt(how.current);
    },
    stopWaiting: () => setState("idle"),
    forget: () => {
      setAgainst(undefined);
      setFault(undefined);
    },
  };
}

/** Nothing is gained by waiting on. */
function isSettled(files: readonly LetterFile[]): boolean {
  return files.every(({ state }) => state === "done") || files.some(({ state }) => state === "failed");
}

/** Gives the number by which that is taken back. */
function archive(threadId: string): Promise<number | null> {
  letListsFollow();
  const place = { kind: "role", role: "inbox" } as const;
  const label = say("did.archive", { count: 1 });
  return call("act", { act: { kind: "archive" }, threadIds: [threadId], place, label });
}

/** Who does not answer soon holds up no letter: it waits with the server, or comes back. */
function soon(
  wanted: Promise<Map<string, Lookup>>,
  otherwise: ReadonlyMap<string, Lookup>,
): Promise<ReadonlyMap<string, Lookup>> {
  const late = new Promise<ReadonlyMap<string, Lookup>>((done) => {
    setTimeout(() => done(otherwise), mostWaitMs);
  });
  return Promise.race([wanted, late]);
}

/** Of whom nothing is known, and whose servers do not say: what goes to them waits here. */
function silentHosts(lookups: ReadonlyMap<string, Lookup>): string[] {
  const silent = [...lookups].filter(([, { state, code }]) => state === "silent" && code === "unavailable");
  return [...new Set(silent.map(([address]) => address.slice(address.lastIndexOf("@") + 1)))];
}

interface SentLetter {
  fields: LetterFields;
  at: Date | undefined;
  undoS: number;
  known: ReadonlyMap<string, Lookup>;
}

/** That it is being sent is said from when the server has it; what is done until then, when that takes its time. */
async function tellHowItGoes({ number, wireId, isOffline }: Sent, letter: SentLetter): Promise<void> {
  const { fields, at, undoS, known } = letter;
  const wayBack: Pick<Toast, "action"> =
    number === null
      ? {}
      : { action: { words: say("undo.do"), command: "undo", run: () => void undo(number) } };
  const waits = (words: string): Toast => ({ words, forMs: longMs, ...wayBack });
  const silent = silentHosts(known);
  if (isOffline) return showToast(waits(say("send.offline")));
  if (silent.length > 0) return showToast(waits(silentWords(silent)));
  const outcomeOf = async (): Promise<Toast | undefined> => {
    const outcome = await call("handOver", { wireId, number });
    if (outcome.state === "gone") return undefined;
    if (outcome.state === "waits")
      return waits(outcome.host === null ? say("send.waits") : silentWords([outcome.host]));
    if (at !== undefined) return waits(say("send.scheduled", { when: shortMoment(at.getTime()) }));
    if (undoS === 0) return { words: say("send.sent"), forMs: longMs };
    return { words: say("send.sending", { seconds: undoS }), forMs: undoS * 1_000, ...wayBack };
  };
  const handed = outcomeOf().catch((error: unknown): Toast => {
    if (!(error instanceof CallFailed)) throw error;
    return { words: error.fault.sentence, mustBeSeen: true };
  });
  const soonEnough = new Promise<"late">((done) => setTimeout(() => done("late"), unsaidMs));
  const first = await Promise.race([handed, soonEnough]);
  if (first === "late") showToast({ words: handingWords(fields, known), until: handed, ...wayBack });
  else if (first !== undefined) showToast(first);
}

function silentWords(hosts: readonly string[]): string {
  return say("send.silent", { count: hosts.length, names: listed(hosts) });
}

function handingWords({ to, cc }: LetterFields, known: ReadonlyMap<string, Lookup>): string {
  const unknown = [...to, ...cc].filter((address) => (known.get(address)?.state ?? "looking") === "looking");
  if (unknown.length === 0) return say("send.handingOver");
  return say("send.lookingUp", { count: unknown.length, names: listed(unknown) });
}
