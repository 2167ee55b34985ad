import { send as handOver, type Prepared, type Session, sendStatus } from "@posthorn/client";
import {
  formatAddress,
  limits,
  type Message,
  messageTypes,
  ProblemError,
  recipientsOf,
  type SendAnswer,
  sealOf,
  typeOf,
} from "@posthorn/protocol";
import type { Command } from "commander";
import { chooseWay } from "../choose-way.ts";
import { exitCodes } from "../exit-codes.ts";
import { withHints } from "../explain.ts";
import { Failure, refuseUsage } from "../failure.ts";
import type { FieldOptions } from "../message-fields.ts";
import { openSession } from "../open-session.ts";
import { collect } from "../read-options.ts";
import { readWholeMessage } from "../read-whole-message.ts";
import { isAnswerLost } from "../refusal.ts";
import { isSentBefore } from "../sent-before.ts";
import { answer, nextCommand, type Shell } from "../shell.ts";
import { showRecipients } from "../show-recipients.ts";
import { markAllTold, tellNews } from "../tell-news.ts";
import { findTimeOf, localTimeAndDistance } from "../times.ts";
import { checkArrived, readWait, waitForDelivery } from "../wait-for-delivery.ts";
import { isNeverSealed, writeMessage } from "../write-message.ts";

interface SendOptions extends FieldOptions {
  to?: string[];
  cc?: string[];
  type: string;
  attach?: string[];
  replyTo?: string;
  replyAll?: boolean;
  jsonMessage?: string;
  inTheOpen?: boolean;
  id?: string;
  sendAt?: string;
  undo?: string;
  wait?: string | true;
}

const examples = `
Without --body the text of an email or chat message is read from standard input.

  posthorn send --to bob@b.example --subject "The plan" --attach plan.pdf < letter.txt
  posthorn send --type chat_message --to bob@b.example --body "Are you there?" --wait
  posthorn send --reply-to ID --reply-all --body "Thank you"
  posthorn send --type calendar_invite --to bob@b.example --title "Lunch" --start "2026-12-01 12:30" --duration 1h
  posthorn send --type calendar_reply --reply-to ID --answer accepted
  posthorn send --type reaction --target ID --emoji 👍
  posthorn send --type edit --target ID --body "What I meant"
  posthorn send --type recall --target ID`;

export function send(command: Command, shell: Shell): void {
  command
    .description(
      "Sends a message of any type, sealed for whoever has keys, so that no server can read it. When it ends well, your server keeps the message and will deliver it.",
    )
    .option("--to <address>", "who gets it; may be given again", collect)
    .option("--cc <address>", "who gets a copy; may be given again", collect)
    .option("--subject <text>")
    .option("--body <text>", "the text; of invitations the description, of their answers the comment")
    .option("--markdown", "the text is Markdown")
    .option("--attach <file>", "a file to go with it; may be given again", collect)
    .option("--type <type>", messageTypes.join(", "), "email")
    .option("--reply-to <id>", "the message it answers")
    .option("--reply-all", "answer everyone the message went to")
    .option("--target <id>", "the message that a reaction, edit, recall or receipt is about")
    .option("--emoji <emoji>", "of a reaction")
    .option("--event <word>", "of a receipt: read, for instance")
    .option("--title <text>", "of an invitation")
    .option("--start <time>", 'of an invitation: "2026-12-01 12:30" by --time-zone, or RFC 3339')
    .option("--duration <length>", "of an invitation, such as 45m, 2h or PT1H30M")
    .option(
      "--time-zone <zone>",
      "of an invitation, such as Europe/Berlin; without it --start is by this machine's",
    )
    .option("--all-day", "the invitation is for the day that --start names, not for a time")
    .option("--location <place>", "of an invitation")
    .option("--uid <uid>", "the event, when it is not the one of --reply-to")
    .option("--sequence <number>", "of an invitation that changes an earlier one; higher each time")
    .option("--organizer <address>", "whose event it is, when --reply-to does not say")
    .option("--answer <answer>", "to an invitation: accepted, declined, tentative")
    .option(
      "--json-message <file>",
      "the whole message as JSON, from a file or - for standard input; it goes as it is, sealed by you or for those without keys",
    )
    .option(
      "--in-the-open",
      "agree that the servers on the way can read it: to those without keys, never to those who have or had some; or from a program's token, which seals nothing",
    )
    .option(
      "--id <uuid>",
      "the message's id, a UUIDv7; sent again with the same id and content, it arrives once",
    )
    .option("--send-at <time>", 'not before: "18:00", "2026-12-01 09:00", +2h, or RFC 3339')
    .option("--undo <seconds>", "hold it so long, in which “cancel” takes it back")
    .option(
      "--wait [length]",
      "wait until everyone has it, as long as it takes or for 90s, 10m, 2h; fail when one will not get it",
    )
    .addHelpText("after", examples)
    .action(
      withHints(
        () => ({
          notFound: nextCommand(shell, "inbox"),
          keysChanged: nextCommand(shell, "verify ADDRESS"),
          mailboxFull: "Free some room, or ask whoever runs the server for more.",
        }),
        (options: SendOptions) => run(shell, options),
      ),
    );
}

async function run(shell: Shell, options: SendOptions): Promise<void> {
  const { jsonMessage, sendAt, undo, wait, ...written } = options;
  const timeoutMs = wait === undefined ? undefined : readWait(wait);
  const hold = { sendAt: readSendAt(sendAt), undoS: readUndo(undo) };
  if (hold.sendAt !== undefined && hold.undoS !== undefined)
    refuseUsage("--send-at and --undo are two ways to hold a message.", "Give one of the two.");
  const session = await openSession(shell);
  const prepared =
    jsonMessage === undefined
      ? await write(shell, session, written, dateOf(hold.sendAt))
      : await readWhole(shell, session, jsonMessage, written);
  const { message, isSealed, news } = prepared;
  await tellNews(shell, session, news);
  const handed = await handOver(session, message, { ...hold, waitAtMostMs: 60_000 }).catch(
    async (error: unknown) => {
      const isTaken = error instanceof ProblemError && error.problem.code === "idConflict";
      if (isTaken && isSealed && (await isSentBefore(session, message, written.attach ?? []))) {
        return sendStatus(session, message.id);
      }
      throw afterHandOver(shell, message, error);
    },
  );
  const outcome = wait === undefined ? handed : await waitForDelivery(shell, session, message.id, timeoutMs);
  const isInTheOpen = !isSealed && !isNeverSealed(typeOf(message));
  const isPast = hold.sendAt !== undefined && handed.sendAt === undefined;
  answer(shell, { ...outcome, sealed: isSealed, news }, () =>
    describe(shell, outcome, { isOnItsWay: wait === undefined, isPast, isSealed, isInTheOpen }),
  );
  await markAllTold(session, news);
  if (wait !== undefined) checkArrived(shell, outcome, timeoutMs);
}

type Written = Omit<SendOptions, "jsonMessage" | "sendAt" | "undo" | "wait">;

/** A message that is held is dated as it leaves: no server takes one that is days old, and a sealed one keeps its date. */
function dateOf(sendAt: string | undefined): string | undefined {
  return sendAt !== undefined && Date.parse(sendAt) > Date.now() ? sendAt : undefined;
}

function write(
  shell: Shell,
  session: Session,
  options: Written,
  date: string | undefined,
): Promise<Prepared> {
  const { to = [], cc = [], type, attach = [], replyTo, replyAll = false, id, ...others } = options;
  const { inTheOpen = false, ...fields } = others;
  return writeMessage(shell, session, {
    to,
    cc,
    type,
    attach,
    replyTo,
    replyAll,
    id,
    date,
    inTheOpen,
    fields,
  });
}

/** One that brings its own seal goes as it is; one in the open, only to whom nothing can be sealed. */
async function readWhole(shell: Shell, session: Session, path: string, options: Written): Promise<Prepared> {
  const { type, inTheOpen = false, ...others } = options;
  if (Object.keys(others).length > 0 || type !== "email") {
    refuseUsage("With --json-message the message is whole.", "Leave the options out that say what is in it.");
  }
  const message = await readWholeMessage(shell, session, path);
  const isSealed = sealOf(message) !== undefined;
  if (isSealed || isNeverSealed(typeOf(message))) return { message, isSealed, news: [] };
  const way = await chooseWay(shell, session, recipientsOf(message).map(formatAddress), inTheOpen);
  if (!way.isSealed) return { message, isSealed, news: [] };
  return refuseUsage(
    "Its recipients have keys, and a message that is given as JSON is not sealed here. Nothing was sent.",
    "Write it with the options, which seals it, or bring it sealed.",
  );
}

interface Handed {
  isOnItsWay: boolean;
  /** It was to be held until a time that is over. */
  isPast: boolean;
  isSealed: boolean;
  /** It says something that is not sealed. */
  isInTheOpen: boolean;
}

/** Whether a message was taken is not known when the answer to it was lost; asking tells, and sending again is harmless. */
function afterHandOver(shell: Shell, { id }: Message, error: unknown): unknown {
  if (!isAnswerLost(error)) return error;
  return new Failure(`${error.what} Your server may have the message already.`, {
    exitCode: exitCodes.unreachable,
    next: `${nextCommand(shell, `status ${id}`)}; when it is not known there, send it again with --id ${id}`,
    cause: error,
  });
}

function describe(
  shell: Shell,
  outcome: SendAnswer,
  { isOnItsWay, isPast, isSealed, isInTheOpen }: Handed,
): string {
  const now = Date.now();
  const { id, sendAt } = outcome;
  const lines = [id, showRecipients(outcome, now)];
  if (isInTheOpen) lines.push("It goes in the open: the servers on the way can read it.");
  if (isPast) lines.push("The time of --send-at is past, so it goes now.");
  if (sendAt !== undefined) {
    const takeBack = nextCommand(shell, `cancel ${id}`);
    lines.push(`Held until ${localTimeAndDistance(sendAt, now)}. To take it back: ${takeBack}`);
  } else if (isOnItsWay) {
    lines.push(
      `Your server has it${isSealed ? ", sealed" : ""}. To see where it stands: ${nextCommand(shell, `status ${id}`)}`,
    );
  }
  return lines.join("\n");
}

function readSendAt(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const time = findTimeOf(text, Date.now());
  return (
    time ??
    refuseUsage(
      `“${text}” cannot be read as a time.`,
      'Write it as --send-at "2026-12-01 09:00", 18:00 or +2h.',
    )
  );
}

function readUndo(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (seconds <= limits.undoS) return seconds;
  return refuseUsage(
    `“${text}” is not a number of seconds from 0 to ${limits.undoS}, as --undo is.`,
    "To hold it longer, give --send-at.",
  );
}
