import { hostname } from "node:os";
import { leastPasswordLength, memoryKeeper, register as registerAccount, viewInvite } from "@posthorn/client";
import type { Command } from "commander";
import { withHints } from "../explain.ts";
import { ask, askNewPassword, readPassword } from "../prompt.ts";
import { answer, homeOf, nextCommand, type Shell } from "../shell.ts";
import { trustAuthority } from "../trust-authority.ts";

interface RegisterOptions {
  name?: string;
  passwordStdin?: boolean;
  device?: string;
  ca?: string;
}

export function register(command: Command, shell: Shell): void {
  command
    .description("Makes an account with an invitation and signs in. The password never leaves this machine.")
    .argument("<link>", "the invitation, such as https://b.example/auth/invite/…")
    .option("--name <name>", "what stands before @, when the invitation leaves it to you")
    .option("--password-stdin", "read the password from standard input")
    .option("--device <name>", "how the list of sign-ins calls this one")
    .option("--ca <file>", "for local trials: trust the authority in this file from now on")
    .action(
      withHints(
        () => ({
          gone: "Ask whoever invited you for a new one; if you have registered already, sign in.",
          alreadyExists: "Run it again with another --name.",
          notFound: "Ask whoever invited you for a new one.",
        }),
        (link: string, options: RegisterOptions) => run(shell, link, options),
      ),
    );
}

async function run(shell: Shell, invite: string, options: RegisterOptions): Promise<void> {
  const { terminal } = shell;
  const home = homeOf(shell);
  await trustAuthority(home, options.ca);
  const platform = await home.platform();
  const offer = await viewInvite(platform, invite);
  const instead = "Give it with --name NAME.";
  const name = options.name ?? offer.name ?? (await ask(terminal, `Your name at ${offer.host}: `, instead));
  const password =
    options.passwordStdin === true
      ? await readPassword(terminal)
      : await askNewPassword(terminal, `A password for ${name}@${offer.host}: `, leastPasswordLength);
  const device = options.device ?? `posthorn on ${hostname()}`;
  // The address is the server's word, so the sign-in is put into its file once it is known.
  const keeper = memoryKeeper();
  const { address, endpoint } = await registerAccount(
    platform,
    { invite, name, password },
    { keeper, device },
  );
  const kept = await keeper.read();
  await home.keeper(address).update(async () => kept);
  answer(shell, { address, endpoint }, () =>
    [
      `You are ${address}, and signed in.`,
      `To write to somebody: ${nextCommand(shell, 'send --to ADDRESS --subject "Hello"', { as: address })}`,
    ].join("\n"),
  );
}
