import {
  createInvite,
  createToken,
  deleteInvite,
  memoryKeeper,
  register,
  systemRandomBytes,
} from "@posthorn/client";
import type { Scope } from "@posthorn/protocol";
import type { Command } from "commander";
import { columns } from "../columns.ts";
import { asOperator, type OperatorOptions, openOperatorOf, takeData } from "../open-operator.ts";
import { readQuota } from "../read-options.ts";
import { phraseSheet } from "../recovery-phrase.ts";
import { answer, type Shell } from "../shell.ts";

interface CreateOptions extends OperatorOptions {
  open?: boolean;
  quota?: string;
}

const scopes: readonly Scope[] = ["read", "draft", "send"];
const tokenLifeS = 366 * 24 * 3_600;

export function accountCreate(command: Command, shell: Shell): void {
  takeData(
    command
      .command("create")
      .description(
        "Makes an account at once, with a password and an API token that are shown this once: for programs and their tests. People register by an invitation, so that nobody else ever has their password.",
      )
      .argument("<name>", "what stands before @")
      .option("--open", "without keys: the server can read its mail; for programs and other mail clients")
      .option("--quota <size>", "what the account may hold, such as 2GiB"),
  ).action(
    asOperator(
      (name: string, options: CreateOptions) => create(shell, name, options),
      () => ({ alreadyExists: "Choose another name." }),
    ),
  );
}

async function create(shell: Shell, name: string, options: CreateOptions): Promise<void> {
  const quotaBytes = options.quota === undefined ? undefined : readQuota(options.quota);
  const { api, publicWay } = await openOperatorOf(shell, options);
  const invite = await createInvite(api, { name, ...(quotaBytes === undefined ? {} : { quotaBytes }) });
  const password = Buffer.from(systemRandomBytes(18)).toString("base64url");
  const keeper = memoryKeeper();
  const { session, recoveryPhrase } = await register(
    publicWay.platform,
    { invite: invite.url, password, mode: options.open === true ? "open" : "sealed" },
    { keeper, device: "posthorn account create" },
  ).catch(async (error: unknown) => {
    // Nobody else is to come in by it. Where it cannot be taken back, what went wrong before is still what is said.
    await deleteInvite(api, invite.id).catch(() => undefined);
    throw error;
  });
  const { address, endpoint } = session;
  const { token } = await createToken(session, {
    name: "made with the account",
    scopes: [...scopes],
    expiresInS: tokenLifeS,
  });
  const made = { address, endpoint, sealed: recoveryPhrase !== undefined, password, token };
  answer(shell, recoveryPhrase === undefined ? made : { ...made, recoveryPhrase }, () =>
    [
      columns([
        ["Address", address],
        ["Server", endpoint],
        ["Password", password],
        ["API token", token],
      ]),
      "",
      ...(recoveryPhrase === undefined ? [] : [phraseSheet(recoveryPhrase), ""]),
      "Password and token are shown this once. The token may read, draft and send, for a year; mail programs that speak JMAP take it as the password.",
    ].join("\n"),
  );
}
