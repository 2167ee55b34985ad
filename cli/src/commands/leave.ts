import { closeAccount, readOwnRole, reopenAccount, type Session } from "@posthorn/client";
import { accountOf, parseAddress } from "@posthorn/protocol";
import type { Command } from "commander";
import { Failure, refuseUsage } from "../failure.ts";
import { openSession } from "../open-session.ts";
import { ask, askPassword, readPassword } from "../prompt.ts";
import { explainWrongPassword } from "../read-passwords.ts";
import { answer, nextCommand, type Shell, say } from "../shell.ts";
import { localTime } from "../times.ts";

interface LeaveOptions {
  dryRun?: boolean;
  undo?: boolean;
  confirm?: string;
  passwordStdin?: boolean;
}

const consequences = `Your account is closed at once and erased fourteen days later, messages, files, keys and all. Until then you can keep it.
The address stops working and is given to nobody again. Whoever writes to it is told that it is no longer in use.
What waits to be sent is taken back. What other people already have from you stays with them.
Afterwards nobody can bring anything back, not even with the recovery phrase.`;

export function leave(command: Command, shell: Shell): void {
  command
    .description(`Deletes your account. ${consequences.replaceAll("\n", " ")}`)
    .option("--dry-run", "say what would become of it, and change nothing")
    .option("--undo", "keep an account that is to be deleted")
    .option("--confirm <address>", "the address of the account, so that it is not asked for")
    .option("--password-stdin", "read the password from standard input")
    .action((options: LeaveOptions) => run(shell, options));
}

async function run(shell: Shell, options: LeaveOptions): Promise<void> {
  const session = await openSession(shell);
  if (options.undo === true) return stay(shell, session, options.dryRun === true);
  if (options.dryRun === true) return foretell(shell, session);
  const { address } = session;
  if (options.confirm === undefined) say(shell, consequences);
  await confirm(shell, address, options.confirm);
  const password =
    options.passwordStdin === true
      ? await readPassword(shell.terminal)
      : await askPassword(shell.terminal, `The password of ${address}: `);
  const { eraseAt } = await closeAccount(session, password).catch(explainWrongPassword);
  answer(shell, { address, eraseAt }, () =>
    [
      `${address} is closed, and will be erased on ${localTime(eraseAt)}.`,
      `To keep it: ${nextCommand(shell, "leave --undo")}`,
    ].join("\n"),
  );
}

async function foretell(shell: Shell, session: Session): Promise<void> {
  const { address, eraseAt = null } = await readOwnRole(session);
  answer(shell, { address, eraseAt }, () =>
    eraseAt === null
      ? `${consequences}\nNothing was changed. To do it: ${nextCommand(shell, "leave")}`
      : `${address} is closed already, and will be erased on ${localTime(eraseAt)}.`,
  );
}

async function stay(shell: Shell, session: Session, isDry: boolean): Promise<void> {
  const { address, eraseAt } = await readOwnRole(session);
  if (!isDry) await reopenAccount(session);
  const isKept = isDry && eraseAt !== undefined ? eraseAt : null;
  answer(shell, { address, eraseAt: isKept }, () => {
    if (eraseAt === undefined) return `${address} was not to be deleted.`;
    return isDry ? `${address} would be kept. Nothing was changed.` : `${address} stays, as it was.`;
  });
}

/** Throws Failure when what was typed is not the address. */
async function confirm({ terminal }: Shell, address: string, given: string | undefined): Promise<void> {
  const typed = given ?? (await ask(terminal, "Type the address to go on: ", "Give --confirm ADDRESS."));
  if (isAddress(typed, address)) return;
  if (given !== undefined) refuseUsage(`--confirm names another account than ${address}.`);
  throw new Failure("That is not the address of the account.", { next: "Nothing was changed." });
}

function isAddress(typed: string, address: string): boolean {
  return typed.includes("@") && accountOf(parseAddress(typed.trim().toLowerCase())) === address;
}
