/** Sending a letter that waits, and taking one back. */
import { type Message, ProblemError } from "@posthorn/protocol";
import { prepare } from "../seal.ts";
import { cancelSend, send } from "../send.ts";
import { isSignedOut } from "../session.ts";
import { refusedAll } from "./carry-out.ts";
import type { Action, MessageChange } from "./change.ts";
import { findLetter, keepSealed, sealedBefore } from "./letters.ts";
import type { Mail } from "./mail-context.ts";
import { type Outcome, settle, settleTables } from "./settle.ts";

const done: Outcome = { refused: new Map(), gone: new Set() };

/** Throws what passes; what is refused for good is not tried again, and why is kept. */
export async function pushMessage(
  mail: Mail,
  action: Action,
  { id, change }: { id: string; change: MessageChange },
  { signal, isLastTry }: { signal: AbortSignal; isLastTry: boolean },
): Promise<void> {
  const outcome = await carryOut(mail, id, change, signal).catch((error: unknown): Outcome => {
    if (!(error instanceof ProblemError) || isSignedOut(error)) throw error;
    const { code, retry } = error.problem;
    if (code === "notFound" && change.kind === "takeBack") return { ...done, gone: new Set([id]) };
    if (retry === "later" && !isLastTry) throw error;
    return refusedAll(action.change, { type: code, sentence: error.message });
  });
  const nowMs = mail.session.platform.clock.now();
  await mail.store.write(settleTables, async (writer) => settle(writer, action, outcome, nowMs));
}

async function carryOut(
  mail: Mail,
  id: string,
  change: MessageChange,
  signal: AbortSignal,
): Promise<Outcome> {
  if (change.kind === "takeBack") {
    await cancelSend(mail.session, id, { signal });
    return done;
  }
  const message = await findMessage(mail, id);
  if (message === undefined) {
    const sentence =
      "The letter cannot be opened on this device any more, so it was not sent. Write it again, or send it from where you wrote it.";
    return { ...done, refused: new Map([[id, { type: "notOpened", sentence }]]) };
  }
  const { sendAt, undoS } = change;
  await send(mail.session, message, { sendAt, undoS, signal });
  return done;
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
