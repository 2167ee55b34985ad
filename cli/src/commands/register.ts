import { hostname } from "node:os";
import {
  changeOwnName,
  type KeptSession,
  leastPasswordLength,
  memoryKeeper,
  register as registerAccount,
  viewInvite,
} from "@posthorn/client";
import type { Command } from "commander";
import { exitCodes } from "../exit-codes.ts";
import { withHints } from "../explain.ts";
import { Failure } from "../failure.ts";
import { openAccountWords } from "../open-account.ts";
import { ask, askNewPassword, readPassword } from "../prompt.ts";
import { phraseSheet } from "../recovery-phrase.ts";
import { isAnswerLost } from "../refusal.ts";
import { answer, homeOf, nextCommand, type Shell, say } from "../shell.ts";
import { trustAuthority } from "../trust-authority.ts";

interface RegisterOptions {
  name?: string;
  displayName?: string;
  open?: boolean;
  passwordStdin?: boolean;
  device?: string;
  ca?: string;
}

export function register(command: Command, shell: Shell): void {
  command
    .description(
      "Makes an account with an invitation and signs in. Its keys are made here, so that nobody else reads its mail, and the recovery phrase is shown this once. Neither password nor keys leave this machine as they are.",
    )
    .argument("<link>", "the invitation, such as https://b.example/auth/invite/…")
    .option("--name <name>", "what stands before @, when the invitation leaves it to you")
    .option("--display-name <name>", "what you are called; people you write to see it")
    .option("--open", "without keys: the server can read its mail; for programs and other mail clients")
    .option("--password-stdin", "read the password from standard input")
    .option("--device <name>", "how the list of sign-ins calls this one")
    .option("--ca <file>", "for local trials: trust the authority in this file from now on")
    .action(
      withHints(
        () => ({
          gone: `Ask whoever invited you for a new one; if you have registered already, sign in, and if no recovery phrase was shown to you, make one: ${nextCommand(shell, "keys new-phrase")}`,
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
  // The address is the server's word, so the sign-in is put into its file once it is known, and the phrase was shown.
  const keeper = memoryKeeper();
  const mode = options.open === true ? "open" : "sealed";
  const { session, recoveryPhrase } = await registerAccount(
    platform,
    { invite, name, password, mode },
    { keeper, device },
  ).catch((error: unknown) => {
    throw afterRegistering(shell, `${name}@${offer.host}`, error);
  });
  const { address, endpoint } = session;
  const made = { address, endpoint, sealed: recoveryPhrase !== undefined };
  answer(shell, recoveryPhrase === undefined ? made : { ...made, recoveryPhrase }, () =>
    recoveryPhrase === undefined ? "" : `${phraseSheet(recoveryPhrase)}\n`,
  );
  await keepSignIn(shell, address, await keeper.read());
  const lines = [
    `You are ${address}, and signed in.`,
    ...(recoveryPhrase === undefined ? [openAccountWords] : []),
    `To write to somebody: ${nextCommand(shell, 'send --to ADDRESS --subject "Hello"', { as: address })}`,
  ];
  say(shell, lines.join("\n"));
  if (options.displayName !== undefined) await changeOwnName(session, options.displayName);
}

async function keepSignIn(shell: Shell, address: string, kept: KeptSession | undefined): Promise<void> {
  try {
    await homeOf(shell)
      .keeper(address)
      .update(async () => kept);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Failure(`${address} is registered, but its sign-in could not be kept on this machine: ${why}`, {
      next: nextCommand(shell, `login ${address}`),
      cause: error,
    });
  }
}

/** Whether there is an account now is not known when the answer was lost, and with it the phrase. */
function afterRegistering(shell: Shell, address: string, error: unknown): unknown {
  if (!isAnswerLost(error)) return error;
  return new Failure(`${error.what} The account may have been made already.`, {
    exitCode: exitCodes.unreachable,
    next: `${nextCommand(shell, `login ${address}`)}, and then make a recovery phrase: ${nextCommand(shell, "keys new-phrase")}; when you cannot sign in, register again`,
    cause: error,
  });
}
