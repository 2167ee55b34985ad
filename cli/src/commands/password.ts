import { changePassword } from "@posthorn/client";
import type { Command } from "commander";
import { openSession } from "../open-session.ts";
import { explainWrongPassword, readPasswords } from "../read-passwords.ts";
import { answer, nextCommand, type Shell } from "../shell.ts";

export function password(command: Command, shell: Shell): void {
  command
    .description(
      "Changes your password; all other sign-ins end. When somebody else may know it, that is not enough: see “keys replace”.",
    )
    .option("--password-stdin", "read the password and, on the next line, the new one from standard input")
    .action((options: { passwordStdin?: boolean }) => run(shell, options.passwordStdin === true));
}

async function run(shell: Shell, isGiven: boolean): Promise<void> {
  const session = await openSession(shell);
  const { address } = session;
  await changePassword(session, await readPasswords(shell, address, isGiven)).catch(explainWrongPassword);
  const hasKeys = (await session.keys.find()) !== undefined;
  answer(shell, { changed: address }, () =>
    [
      `The password of ${address} is changed; all other sign-ins have ended.`,
      `Tokens for programs go on: look through them, and end those you do not know: ${nextCommand(shell, "token list")}`,
      ...(hasKeys
        ? [
            `If somebody else may know the old one, make your identity anew: ${nextCommand(shell, "keys replace")}`,
          ]
        : []),
    ].join("\n"),
  );
}
