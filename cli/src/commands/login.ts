import { hostname } from "node:os";
import { login as signIn } from "@posthorn/client";
import { accountOf, ProblemError, parseAddress } from "@posthorn/protocol";
import type { Command } from "commander";
import { Failure, refuseUsage } from "../failure.ts";
import { openAccountWords } from "../open-account.ts";
import { askPassword, readPassword } from "../prompt.ts";
import { answer, homeOf, nextCommand, type Shell } from "../shell.ts";
import { trustAuthority } from "../trust-authority.ts";

interface LoginOptions {
  passwordStdin?: boolean;
  device?: string;
  ca?: string;
}

export function login(command: Command, shell: Shell): void {
  command
    .description("Signs in. The password never leaves this machine; the sign-in is kept in your home folder.")
    .argument("[address]", "your address; --as names it too")
    .option("--password-stdin", "read the password from standard input")
    .option("--device <name>", "how the list of sign-ins calls this one")
    .option("--ca <file>", "for local trials: trust the authority in this file from now on")
    .action((address: string | undefined, options: LoginOptions) => run(shell, address, options));
}

async function run(shell: Shell, given: string | undefined, options: LoginOptions): Promise<void> {
  const { terminal } = shell;
  const named =
    given ?? shell.options().as ?? refuseUsage("Whose account is it?", nextCommand(shell, "login ADDRESS"));
  const address = accountOf(parseAddress(named));
  const home = homeOf(shell);
  await trustAuthority(home, options.ca);
  const platform = await home.platform();
  const password =
    options.passwordStdin === true
      ? await readPassword(terminal)
      : await askPassword(terminal, `Password of ${address}: `);
  const device = options.device ?? `posthorn on ${hostname()}`;
  const keeper = home.keeper(address);
  const session = await signIn(platform, { address, password }, { keeper, device }).catch(
    (error: unknown) => {
      if (!(error instanceof ProblemError && error.problem.code === "unauthorized")) throw error;
      throw new Failure(error.message, { next: "Check both and try again.", cause: error });
    },
  );
  const { endpoint } = session;
  const sealed = (await session.keys.find()) !== undefined;
  answer(shell, { address, endpoint, sealed }, () =>
    [
      `Signed in as ${address}.`,
      sealed
        ? `If you have no recovery phrase written down, make one now: ${nextCommand(shell, "keys new-phrase", { as: address })}`
        : openAccountWords,
      `To see your mail: ${nextCommand(shell, "inbox", { as: address })}`,
    ].join("\n"),
  );
}
