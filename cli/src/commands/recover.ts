import { hostname } from "node:os";
import { leastPasswordLength, recover as recoverAccount } from "@posthorn/client";
import { accountOf, ProblemError, parseAddress } from "@posthorn/protocol";
import type { Command } from "commander";
import { withHints } from "../explain.ts";
import { Failure, refuseUsage } from "../failure.ts";
import { askNewPassword, askPhrase, readLines } from "../prompt.ts";
import { findPhraseFault } from "../recovery-phrase.ts";
import { answer, homeOf, nextCommand, type Shell } from "../shell.ts";
import { trustAuthority } from "../trust-authority.ts";

interface RecoverOptions {
  phraseStdin?: boolean;
  device?: string;
  ca?: string;
}

export function recover(command: Command, shell: Shell): void {
  command
    .description(
      "Signs in with the recovery phrase when the password is lost, and sets a new password. All mail is readable as before; all other sign-ins end.",
    )
    .argument("[address]", "your address; --as names it too")
    .option("--phrase-stdin", "read the phrase and, on the next line, the new password from standard input")
    .option("--device <name>", "how the list of sign-ins calls this one")
    .option("--ca <file>", "for local trials: trust the authority in this file from now on")
    .action(
      withHints(
        () => ({ badRequest: "Compare each word with what you have written down." }),
        (address: string | undefined, options: RecoverOptions) => run(shell, address, options),
      ),
    );
}

async function run(shell: Shell, given: string | undefined, options: RecoverOptions): Promise<void> {
  const named =
    given ?? shell.options().as ?? refuseUsage("Whose account is it?", nextCommand(shell, "recover ADDRESS"));
  const address = accountOf(parseAddress(named));
  const home = homeOf(shell);
  await trustAuthority(home, options.ca);
  const [phrase = "", newPassword = ""] =
    options.phraseStdin === true
      ? await readLines(shell.terminal, ["recovery phrase", "new password"])
      : await askBoth(shell, address);
  const device = options.device ?? `posthorn on ${hostname()}`;
  const session = await recoverAccount(
    await home.platform(),
    { address, phrase, newPassword },
    { keeper: home.keeper(address), device },
  ).catch((error: unknown) => {
    if (!(error instanceof ProblemError && error.problem.code === "unauthorized")) throw error;
    throw new Failure(error.message, {
      next: "Check the address and the words, then try again.",
      cause: error,
    });
  });
  answer(shell, { address: session.address, endpoint: session.endpoint }, () =>
    [
      `Signed in as ${session.address} with the new password; all other sign-ins have ended.`,
      "The recovery phrase stays good: keep it where it was.",
      `To see your mail: ${nextCommand(shell, "inbox", { as: session.address })}`,
    ].join("\n"),
  );
}

async function askBoth({ terminal }: Shell, address: string): Promise<string[]> {
  const phrase = await askPhrase(terminal, findPhraseFault);
  return [phrase, await askNewPassword(terminal, `A new password for ${address}: `, leastPasswordLength)];
}
