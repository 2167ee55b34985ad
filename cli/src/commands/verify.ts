import {
  believeAnew,
  compareScanned,
  forgetCompared,
  markCompared,
  readSafetyNumber,
  type Session,
  type ToCompare,
} from "@posthorn/client";
import { accountOf, parseAddress } from "@posthorn/protocol";
import type { Command } from "commander";
import { withHints } from "../explain.ts";
import { Failure, refuseUsage } from "../failure.ts";
import { openSession } from "../open-session.ts";
import { agrees } from "../prompt.ts";
import { answer, nextCommand, type Shell } from "../shell.ts";

interface VerifyOptions {
  same?: string | true;
  yes?: boolean;
  scan?: string;
  forget?: boolean;
  anew?: boolean;
}

export function verify(command: Command, shell: Shell): void {
  command
    .description(
      "Shows the safety number of you and somebody else: when both see the same digits, no server has put a key of its own between you. Compare it in person or by telephone, not by mail.",
    )
    .argument("<address>", "the other's")
    .option(
      "--same [digits]",
      "you have compared these sixty digits and they are the same; on a terminal they are shown when you leave them out",
    )
    .option("--yes", "with the digits of --same: do not ask")
    .option("--scan <text>", "compare the text that the other's device shows; when it is right, that is kept")
    .option("--forget", "forget that you have compared")
    .option(
      "--anew",
      "believe the keys that their server shows now, whatever was believed before: only when they have told you in another way that their server has lost data",
    )
    .action(
      withHints(
        () => ({
          noKeys: "Who has no keys cannot be compared with.",
          noConsent: "Ask them to write to you first.",
          keysChanged: nextCommand(shell, "verify ADDRESS"),
        }),
        (address: string, options: VerifyOptions) => run(shell, address, options),
      ),
    );
}

async function run(shell: Shell, given: string, options: VerifyOptions): Promise<void> {
  const { same, scan, forget = false, anew = false, yes = false } = options;
  if ([same !== undefined, scan !== undefined, forget, anew].filter(Boolean).length > 1)
    refuseUsage("--same, --scan, --forget and --anew are four things.", "Give one of them.");
  const compared = typeof same === "string" ? readDigits(same) : undefined;
  if (yes && compared === undefined)
    refuseUsage(
      "--yes needs the digits that were compared: nobody else can say which they were.",
      'Give them, such as --same "12345 …" --yes.',
    );
  const address = accountOf(parseAddress(given));
  const session = await openSession(shell);
  if (address === session.address) refuseUsage("That is your own address.", "Name somebody else's.");
  if (scan !== undefined) return compareText(shell, session, address, scan);
  if (anew) return startAnew(shell, session, address);
  if (forget) {
    await forgetCompared(session, address);
    return answer(
      shell,
      { address, compared: false },
      () => `Forgotten: ${address} is not compared any more.`,
    );
  }
  const found = await readSafetyNumber(session, address);
  if (same !== undefined) {
    const safetyNumber = compared ?? found.safetyNumber;
    return keepSame(shell, session, { address, found: { ...found, safetyNumber }, isSure: yes });
  }
  answer(shell, forPrograms(address, found), () =>
    [
      `The safety number of ${session.address} and ${address}${found.isCompared ? ", which you have compared" : ""}:`,
      "",
      digits(found),
      "",
      `${address} must see the same: let them run “posthorn verify ${session.address}”, and compare in person or by telephone.`,
      `When they are the same: ${nextCommand(shell, `verify ${address} --same`)}`,
      "",
      "Or give them this text for --scan, by a way that no server on it can change:",
      "",
      `  ${found.verifyText}`,
    ].join("\n"),
  );
}

async function startAnew(shell: Shell, session: Session, address: string): Promise<void> {
  const { terminal } = shell;
  terminal.errors.write(
    `What ${address}'s server shows now would be believed as if you saw it for the first time. A server that lies shows the same: ask ${address} in person or by telephone first.\n`,
  );
  const instead = "Run it on a terminal, where you can be asked.";
  if (!(await agrees(terminal, "Have they told you that their server has lost data?", instead)))
    throw new Failure("Then nothing was changed.", { next: "Nothing is sent to them meanwhile." });
  await believeAnew(session, address);
  answer(
    shell,
    { address, compared: false },
    () =>
      `Believed anew. Compare the safety number with ${address}: ${nextCommand(shell, `verify ${address}`)}`,
  );
}

/** The digits as safety numbers are written: twelve groups of five. */
function readDigits(text: string): string {
  const digits = text.replaceAll(/\s/g, "");
  if (/^\d{60}$/.test(digits)) return digits.replaceAll(/\d{5}(?!$)/g, "$& ");
  return refuseUsage(
    "A safety number has sixty digits.",
    'Give all of them, such as --same "12345 …", or none on a terminal.',
  );
}

interface Pair {
  address: string;
  /** With the number that was compared, or is to be. */
  found: ToCompare;
  isSure: boolean;
}

/** Keeps as compared the very digits that the person has given or was shown. */
async function keepSame(shell: Shell, session: Session, { address, found, isSure }: Pair): Promise<void> {
  if (!isSure) {
    const { terminal } = shell;
    terminal.errors.write(`What ${address} must see:\n\n${digits(found)}\n\n`);
    const instead = 'Give the digits that you have compared: --same "12345 …" --yes.';
    if (!(await agrees(terminal, "Are they the same?", instead))) {
      throw new Failure("Then it is not kept as compared.", {
        next: "When they see others, somebody stands between you: do not write to each other before you know who.",
      });
    }
  }
  await markCompared(session, address, found.safetyNumber);
  sayCompared(shell, address, { ...found, isCompared: true });
}

/** Why a text that was scanned is not the one that was expected. */
const otherwise = {
  different:
    "The two of you have other keys for each other than you should: somebody may stand between you. Do not write to each other before you know who.",
  otherPeople: "That text is of other people, or of another address than this.",
  own: "That is the text of your own device. Take the one that theirs shows.",
  otherVersion: "That text is of another version of Posthorn. Compare the digits instead.",
  unreadable: "That is no text to compare with. It begins with posthorn:verify/.",
} as const;

async function compareText(shell: Shell, session: Session, address: string, text: string): Promise<void> {
  const comparison = await compareScanned(session, address, text.trim());
  if (comparison === "same") {
    await markCompared(session, address, text.trim());
    return sayCompared(shell, address, { ...(await readSafetyNumber(session, address)), isCompared: true });
  }
  throw new Failure(otherwise[comparison], {
    next: `To see the digits: ${nextCommand(shell, `verify ${address}`)}`,
  });
}

function sayCompared(shell: Shell, address: string, found: ToCompare): void {
  answer(
    shell,
    forPrograms(address, found),
    () =>
      `${address} is compared, on all your devices. Should their identity change, nothing is sent to them until you have compared again.`,
  );
}

function forPrograms(address: string, { safetyNumber, verifyText, isCompared }: ToCompare): object {
  return { address, safetyNumber, verifyText, compared: isCompared };
}

/** Three lines of four groups. */
function digits({ safetyNumber }: ToCompare): string {
  const groups = safetyNumber.split(" ");
  return [0, 4, 8].map((at) => `  ${groups.slice(at, at + 4).join(" ")}`).join("\n");
}
