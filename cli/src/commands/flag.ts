import { getMessage, markMessage } from "@posthorn/client";
import type { Command } from "commander";
import { withHints } from "../explain.ts";
import { refuseUsage } from "../failure.ts";
import { openSession } from "../open-session.ts";
import { collect } from "../read-options.ts";
import { answer, nextCommand, type Shell } from "../shell.ts";

interface FlagOptions {
  seen?: boolean;
  unseen?: boolean;
  flagged?: boolean;
  unflagged?: boolean;
  add?: string[];
  remove?: string[];
}

export function flag(command: Command, shell: Shell): void {
  command
    .description("Marks a message: as flagged, when nothing else is said.")
    .argument("<id>", "its id in “inbox”, such as m12, or the message's own")
    .option("--flagged", "set the flag")
    .option("--unflagged", "take the flag away")
    .option("--seen", "mark it read")
    .option("--unseen", "mark it unread")
    .option("--add <keyword>", "a keyword of your own; may be given again", collect)
    .option("--remove <keyword>", "a keyword to take away; may be given again", collect)
    .action(
      withHints(
        () => ({ notFound: nextCommand(shell, "inbox") }),
        (id: string, options: FlagOptions) => run(shell, id, options),
      ),
    );
}

async function run(shell: Shell, id: string, options: FlagOptions): Promise<void> {
  const keywords = keywordsOf(options);
  const session = await openSession(shell);
  const meta = await markMessage(session, (await getMessage(session, id)).id, keywords);
  answer(shell, meta, () => {
    const marks = Object.keys(meta.keywords).sort();
    return marks.length === 0 ? "It has no marks." : `Its marks: ${marks.join(", ")}`;
  });
}

/** As RFC 8621 §4.1.1 has it. */
const keywordForm = /^[!-~]{1,100}$/;

function keywordsOf(options: FlagOptions): Record<string, boolean> {
  const { seen, unseen, flagged, unflagged, add = [], remove = [] } = options;
  const wanted: [string, boolean][] = [
    ...add.map((keyword): [string, boolean] => [keyword, true]),
    ...remove.map((keyword): [string, boolean] => [keyword, false]),
  ];
  if (seen === true) wanted.push(["$seen", true]);
  if (unseen === true) wanted.push(["$seen", false]);
  if (flagged === true) wanted.push(["$flagged", true]);
  if (unflagged === true) wanted.push(["$flagged", false]);
  if (wanted.length === 0) return { $flagged: true };
  const unfit = [...add, ...remove].find((keyword) => !keywordForm.test(keyword));
  if (unfit !== undefined)
    refuseUsage(
      `“${unfit}” is no keyword.`,
      "It is one word of English letters, digits and signs, such as to-do.",
    );
  const keywords = Object.fromEntries(wanted);
  if (Object.keys(keywords).length === wanted.length) return keywords;
  return refuseUsage("The same mark is to be set and taken away.", "Say one of the two.");
}
