/** Sending a letter that waits, and taking one back. */
import { type Message, ProblemError } from "@posthorn/protocol";
import { ContactUnknown } from "../keys/contacts.ts";
import { prepare } from "../seal.ts";
import { cancelSend, send } from "../send.ts";
import { Unreachable } from "../unreachable.ts";
import { refusedAll } from "./carry-out.ts";
import { type Action, actions, type MessageChange } from "./change.ts";
import { type Failures, isLetterTooOften, putAside } from "./failures.ts";
import { findLetter, keepSealed, sealedBefore } from "./letters.ts";
import type { Mail } from "./mail-context.ts";
import { markTried } from "./mark-tried.ts";
import { type Outcome, settle, settleTables } from "./settle.ts";

/** Why a letter could not go for now. */
type Trouble = Required<Pick<Action, "trouble" | "troubleCode" | "againAtMs">> & Pick<Action, "troubleWith">;

const done: Outcome = { refused: new Map(), gone: new Set() };

/**
 * `aside` when the server has answered that it cannot go for now: it is tried again later, and why and when is kept with it. What
 * is refused for good, or was tried for too long, is not tried again, and why is kept. Throws what the wire and the store
 * throw, and what is wrong with the sign-in.
 */
export async function pushMessage(
  mail: Mail,
  action: Action,
  { id, change }: { id: string; change: MessageChange },
  { signal, failures }: { signal: AbortSignal; failures: Failures },
): Promise<"done" | "aside"> {
  const { clock } = mail.session.platform;
  const carriedOut =
    change.kind === "send" ? sendLetter(mail, action, id, change, signal) : takeBack(mail, id, signal);
  const outcome = await carriedOut.catch((error: unknown): Outcome | { aside: Trouble } => {
    const nowMs = clock.now();
    // Of the wire nothing is counted. What takes too long each time is not to hold up all else.
    if (error instanceof Unreachable && error.reason === "timeout")
      putAside(failures, action, { nowMs, atLeastMs: 0 });
    // Nor is it the letter's fault when the sign-in has ended, or its token has.
    if (!(error instanceof ProblemError) || error.problem.status === 401) throw error;
    const { code, retry, retryAfterS = 0 } = error.problem;
    if (code === "notFound" && change.kind === "takeBack") return { ...done, gone: new Set([id]) };
    if (retry === "later" && !isLetterTooOften(failures, action, nowMs)) {
      const againAtMs = putAside(failures, action, { nowMs, atLeastMs: retryAfterS * 1_000 });
      return { aside: troubleOf(error, againAtMs) };
    }
    return refusedAll(action.change, { type: code, sentence: error.message });
  });
  if ("aside" in outcome) {
    await keepTrouble(mail, action, outcome.aside);
    return "aside";
  }
  const nowMs = clock.now();
  await mail.store.write(settleTables, async (writer) => {
    // Not what was taken back before the server knew of it.
    const isWaiting = (await writer.get(actions, actions.keyOf(action))) !== undefined;
    if (isWaiting) await settle(writer, action, outcome, nowMs);
  });
  return "done";
}

function troubleOf(error: ProblemError, againAtMs: number): Trouble {
  const trouble = { trouble: error.message, troubleCode: error.problem.code, againAtMs };
  return error instanceof ContactUnknown ? { ...trouble, troubleWith: error.address } : trouble;
}

async function keepTrouble({ store }: Mail, action: Action, why: Trouble): Promise<void> {
  await store.write([actions], async (writer) => {
    const now = await writer.get(actions, actions.keyOf(action));
    if (now === undefined) return;
    const { number, doneAtMs, tries, change } = now;
    const next = { number, doneAtMs, tries, ...why, change };
    if (JSON.stringify(next) !== JSON.stringify(now)) await writer.put(actions, [next]);
  });
}

async function takeBack({ session }: Mail, id: string, signal: AbortSignal): Promise<Outcome> {
  await cancelSend(session, id, { signal });
  return done;
}

async function sendLetter(
  mail: Mail,
  action: Action,
  id: string,
  { sendAt, undoS }: Extract<MessageChange, { kind: "send" }>,
  signal: AbortSignal,
): Promise<Outcome> {
  if (action.tries > 0 && (await isTakenBack(mail, id))) return done;
  const message = await findMessage(mail, id);
  if (message === undefined) {
    const sentence =
      "The letter cannot be opened on this device any more, so it was not sent. Write it again, or send it from where you wrote it.";
    return { ...done, refused: new Map([[id, { type: "notOpened", sentence }]]) };
  }
  await markTried(mail, [action]);
  // Sealing takes its time, in which it may have been taken back.
  if ((await mail.store.get(actions, actions.keyOf(action))) === undefined) return done;
  await send(mail.session, message, { sendAt, undoS, signal });
  return done;
}

/** When it may be on its way already, it is not sent once more only to be taken back. */
async function isTakenBack({ store }: Mail, id: string): Promise<boolean> {
  const waiting = await store.list(actions, { by: "byObject", prefix: [id] });
  return waiting.some(({ change }) => change.on === "message" && change.change.kind === "takeBack");
}

/** Sealed now, or before: the server takes a message of the same id again only when it is the same. */
async function findMessage(mail: Mail, id: string): Promise<Message | undefined> {
  const letter = await findLetter(mail, id);
  const before = letter && sealedBefore(letter);
  if (letter === undefined || before !== undefined) return before;
  const { draft, files, mayGoInTheOpen, uncompared = [] } = letter;
  const { message } = await prepare(mail.session, draft, { files, mayGoInTheOpen, uncompared });
  await keepSealed(mail, letter, message);
  return message;
}
