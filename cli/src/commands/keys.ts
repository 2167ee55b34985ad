import {
  changeConsent,
  type Keyring,
  readConsent,
  replaceIdentity,
  replacePhrase,
  type Session,
  testPhrase,
} from "@posthorn/client";
import { accountOf, fail, type KeyConsent, type KeyConsentPatch, parseAddress } from "@posthorn/protocol";
import type { Command } from "commander";
import { columns } from "../columns.ts";
import { Failure } from "../failure.ts";
import { openSession } from "../open-session.ts";
import { agrees, askPhrase, readLines } from "../prompt.ts";
import { explainWrongPassword, readPasswords } from "../read-passwords.ts";
import { findPhraseFault } from "../recovery-phrase.ts";
import { answer, nextCommand, type Shell, say } from "../shell.ts";
import { afterShowing, showPhrase } from "../show-phrase.ts";
import { localTime } from "../times.ts";

export function keys(command: Command, shell: Shell): void {
  command.description(
    "Your own keys: what they are, whom they are shown, and what to do when they are lost or known.",
  );
  command
    .command("list", { isDefault: true })
    .description(
      "Your identity, the keys that mail is sealed to, and what is kept for the day you lose the password.",
    )
    .action(() => list(shell));
  command
    .command("test-phrase")
    .description(
      "Tries your recovery phrase while nothing is lost. Ends with 1 when it does not open the account.",
    )
    .option("--phrase-stdin", "read it from standard input")
    .action((options: { phraseStdin?: boolean }) => tryPhrase(shell, options.phraseStdin === true));
  command
    .command("new-phrase")
    .description(
      "Makes another recovery phrase and shows it this once, before it is set; then the one you have opens nothing any more.",
    )
    .action(() => newPhrase(shell));
  command
    .command("replace")
    .description(replaceWarning)
    .option("--yes", "do not ask whether to do it")
    .option("--password-stdin", "read the password and, on the next line, a new one from standard input")
    .action((options: ReplaceOptions) => replace(shell, options));
  takeConsent(command, shell);
}

function takeConsent(command: Command, shell: Shell): void {
  command
    .command("hide")
    .description(
      "Shows your keys only to those you allow, and to whom you write. Who asks for them first after that cannot write to you; who knows them already can, and so can accounts without keys, in the open.",
    )
    .action(() => change(shell, { hidden: true }));
  command
    .command("show")
    .description("Shows your keys to everybody, as at first.")
    .action(() => change(shell, { hidden: false }));
  command
    .command("allow")
    .description("Shows your keys to somebody while they are hidden from others.")
    .argument("<address>")
    .action((address: string) => change(shell, { allow: [accountOf(parseAddress(address))] }));
  command
    .command("forbid")
    .description("No longer shows your keys to somebody while they are hidden from others.")
    .argument("<address>")
    .action((address: string) => change(shell, { forbid: [accountOf(parseAddress(address))] }));
}

/** A session with keys. Throws ProblemError `forbidden` for an open account and a program's token. */
async function openKeys(shell: Shell): Promise<{ session: Session; keyring: Keyring }> {
  const session = await openSession(shell);
  const keyring = await session.keys.find();
  if (keyring !== undefined) return { session, keyring };
  return fail(
    "forbidden",
    `${session.address} has no keys here: it is an open account, whose server can read its mail, or this is a program's token.`,
  );
}

async function list(shell: Shell): Promise<void> {
  const { session, keyring } = await openKeys(shell);
  const { address, identityKeyId, head, statements } = keyring;
  const consent = await readConsent(session);
  const { recovery } = await session.call("secrets", {});
  const epochs = head.epochs.map(({ keyId, validFrom, validUntil }) => ({ keyId, validFrom, validUntil }));
  const value = {
    address,
    identityKeyId,
    policy: head.policy,
    statements: statements.length,
    epochs,
    recoveryPhrase: recovery !== null,
    ...consent,
  };
  const phrase =
    recovery === null
      ? `there is none; to make one: ${nextCommand(shell, "keys new-phrase")}`
      : `set; to try yours: ${nextCommand(shell, "keys test-phrase")}; without one: ${nextCommand(shell, "keys new-phrase")}`;
  answer(shell, value, () =>
    columns([
      ["Account", address],
      ["Identity", identityKeyId],
      ["Statements", `${statements.length}, the last of ${localTime(head.validFrom)}`],
      ["Takes", head.policy === "sealed" ? "sealed messages only" : "messages in the open, too"],
      ...epochs.map(({ keyId, validFrom, validUntil }, index) => [
        index === 0 ? "Sealed to" : "",
        `${keyId}  ${localTime(validFrom)} – ${localTime(validUntil)}`,
      ]),
      ["Recovery phrase", phrase],
      ["Shown to", shownTo(consent)],
    ]),
  );
}

function shownTo({ hidden, allowed }: KeyConsent): string {
  if (!hidden) return "everybody";
  return allowed.length === 0 ? "nobody new" : `nobody new but ${allowed.join(", ")}`;
}

async function change(shell: Shell, patch: KeyConsentPatch): Promise<void> {
  const { session } = await openKeys(shell);
  const consent = await changeConsent(session, patch);
  answer(shell, consent, () => `Your keys are shown to ${shownTo(consent)}.`);
}

async function tryPhrase(shell: Shell, isGiven: boolean): Promise<void> {
  const { session } = await openKeys(shell);
  const { terminal } = shell;
  const [phrase = ""] = isGiven
    ? await readLines(terminal, ["recovery phrase"])
    : [await askPhrase(terminal, findPhraseFault)];
  if (!(await testPhrase(session, phrase))) {
    throw new Failure(`That phrase does not open ${session.address}.`, {
      next: `Look for another sheet, or make a new phrase: ${nextCommand(shell, "keys new-phrase")}`,
    });
  }
  answer(shell, { opens: session.address }, () => `It opens ${session.address}. Keep it where it was.`);
}

async function newPhrase(shell: Shell): Promise<void> {
  const { session } = await openKeys(shell);
  await replacePhrase(session, (recoveryPhrase) => showPhrase(shell, { recoveryPhrase })).catch(
    (error: unknown) => {
      throw afterShowing(error, `To see which holds: ${nextCommand(shell, "keys test-phrase")}`);
    },
  );
  say(shell, "It is set. The phrase you had opens nothing any more: destroy it.");
}

interface ReplaceOptions {
  yes?: boolean;
  passwordStdin?: boolean;
}

const replaceWarning =
  "Makes your identity anew, when your password has leaked or a device was stolen: a new password, a new recovery phrase, and keys that nobody knows. All other sign-ins end and the old password and phrase open nothing any more; your contacts are told, and those who had compared numbers with you must compare again before they can write to you. Old mail stays readable.";

async function replace(shell: Shell, { yes = false, passwordStdin = false }: ReplaceOptions): Promise<void> {
  const { session } = await openKeys(shell);
  const { address } = session;
  if (!yes) {
    const { terminal } = shell;
    terminal.errors.write(`${replaceWarning}\n`);
    if (!(await agrees(terminal, `Make the identity of ${address} anew?`, "Give --yes."))) {
      throw new Failure("Nothing was changed.", { next: nextCommand(shell, "keys") });
    }
  }
  const passwords = await readPasswords(shell, address, passwordStdin);
  const onPhrase = (recoveryPhrase: string) => showPhrase(shell, { address, recoveryPhrase });
  await replaceIdentity(session, { ...passwords, onPhrase })
    .catch(explainWrongPassword)
    .catch((error: unknown) => {
      const login = nextCommand(shell, `login ${address}`);
      throw afterShowing(
        error,
        `Sign in with the new password, or, if it is refused, with the old one: ${login}`,
      );
    });
  const identityKeyId = (await session.keys.find())?.identityKeyId;
  say(
    shell,
    [
      `${address} has a new identity, ${identityKeyId}, and the new password; all other sign-ins have ended.`,
      "The phrase you had opens nothing any more: destroy it. Tell your contacts by another way that the change was yours.",
    ].join("\n"),
  );
}
