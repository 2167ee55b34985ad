/** Sending a letter that waits, and taking one back. */
import { type Message, ProblemError } from "@posthorn/protocol";
import { prepare } from "../seal.ts";
import { cancelSend, send } from "../send.ts";
import { isSignedOut } from "../session.ts";
import { refusedAll } from "./carry-out.ts";
import { type Action, actions, type MessageChange } from "./change.ts";
import { findLetter, keepSealed, sealedBefore } from "./letters.ts";
import type { Mail } from "./mail-context.ts";
import { markTried } from "./mark-tried.ts";
import { type Outcome, settle, settleTables } from "./settle.ts";

const done: Outcome = { refused: new Map(), gone: new Set() };

/** Throws what passes; what is refused for good is not tried again, and why is kept. */
export async function pushMessage(
  mail: Mail,
  action: Action,
  { id, change }: { id: string; change: MessageChange },
  { signal, isLastTry }: { signal: AbortSignal; isLastTry: boolean },
): Promise<void> {
  const carriedOut =
    change.kind === "send" ? sendLetter(mail, action, id, change, signal) : takeBack(mail, id, signal);
  const outcome = await carriedOut.catch((error: unknown): Outcome => {
    if (!(error instanceof ProblemError) || isSignedOut(error)) throw error;
    const { code, retry } = error.problem;
    if (code === "notFound" && change.kind === "takeBack") return { ...done, gone: new Set([id]) };
    if (retry === "later" && !isLastTry) throw error;
    return refusedAll(action.change, { type: code, sentence: error.message });
  });
  const nowMs = mail.session.platform.clock.now();
  await mail.store.write(settleTables, async (writer) => {
    // Not what was taken back before the server knew of it.
    const isWaiting = (await writer.get(actions, actions.keyOf(action))) !== undefined;
    if (isWaiting) await settle(writer, action, outcome, nowMs);
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
  const { draft, files, mayGoInTheOpen } = letter;
  const { message } = await prepare(mail.session, draft, { files, mayGoInTheOpen });
  await keepSealed(mail, letter, message);
  return message;
}
