import { changeAccount, createResetLink, eachAccount } from "@posthorn/client";
import type { AccountInfo, RouteInput } from "@posthorn/protocol";
import type { Command } from "commander";
import { columns } from "../columns.ts";
import { asOperator, type OperatorOptions, openOperatorOf, takeData } from "../open-operator.ts";
import { readQuota } from "../read-options.ts";
import { answer, nextCommand, type Shell } from "../shell.ts";
import { shortSize } from "../sizes.ts";
import { localTime } from "../times.ts";
import { accountCreate } from "./account-create.ts";

export function account(command: Command, shell: Shell): void {
  command.description("The accounts of a server you run.");
  const hints = () => ({ notFound: nextCommand(shell, "account list") });
  takeData(command.command("list", { isDefault: true }).description("All accounts, by name.")).action(
    asOperator((options: OperatorOptions) => list(shell, options)),
  );
  accountCreate(command, shell);
  takeData(
    command
      .command("suspend")
      .description(
        "Signs an account out everywhere, for good. Until it is readmitted nobody can sign in to it, its API tokens are refused, and it receives nothing. Nothing is deleted.",
      )
      .argument("<name>", "what stands before @"),
  ).action(
    asOperator(
      (name: string, options: OperatorOptions) =>
        change(shell, options, name, { suspended: true }, "is suspended"),
      hints,
    ),
  );
  takeData(
    command
      .command("readmit")
      .description(
        "Lets a suspended account in again. Its owner has to sign in anew; its API tokens are good as before.",
      )
      .argument("<name>", "what stands before @"),
  ).action(
    asOperator(
      (name: string, options: OperatorOptions) =>
        change(shell, options, name, { suspended: false }, "is let in again"),
      hints,
    ),
  );
  takeData(
    command
      .command("operator")
      .description(
        "Lets an account administrate the server in the web client, in all its sign-ins, until that is taken back.",
      )
      .argument("<name>", "what stands before @")
      .option("--revoke", "takes it back"),
  ).action(
    asOperator((name: string, options: OperatorOptions & { revoke?: boolean }) => {
      const words = options.revoke === true ? "is no operator any more" : "is an operator now";
      return change(shell, options, name, { operator: options.revoke !== true }, words);
    }, hints),
  );
  takeData(
    command
      .command("reset")
      .description(
        "Makes a link by which somebody who has lost password and recovery phrase begins anew: the address stays, the keys are others, and old mail opens with the old phrase alone.",
      )
      .argument("<name>", "what stands before @"),
  ).action(asOperator((name: string, options: OperatorOptions) => reset(shell, options, name), hints));
  takeData(
    command
      .command("quota")
      .description("Changes what an account may hold.")
      .argument("<name>", "what stands before @")
      .argument("<size>", "such as 500MB or 5GiB"),
  ).action(
    asOperator((name: string, size: string, options: OperatorOptions) => {
      const quotaBytes = readQuota(size);
      return change(shell, options, name, { quotaBytes }, `may hold ${shortSize(quotaBytes)}`);
    }, hints),
  );
}

/** Shows the link, which is told once. */
async function reset(shell: Shell, options: OperatorOptions, name: string): Promise<void> {
  const { api } = await openOperatorOf(shell, options);
  const made = await createResetLink(api, name);
  answer(shell, made, () =>
    [
      `By this link ${name} sets a new password and begins with new keys, once, until ${localTime(made.expiresAt)}:`,
      "",
      `  ${made.url}`,
      "",
      "Give it to them and nobody else; it is not shown again. Old mail stays sealed, and only their old recovery phrase opens it.",
    ].join("\n"),
  );
}

async function list(shell: Shell, options: OperatorOptions): Promise<void> {
  const { api } = await openOperatorOf(shell, options);
  const accounts: AccountInfo[] = [];
  for await (const one of eachAccount(api)) accounts.push(one);
  answer(shell, accounts, () => {
    if (accounts.length === 0)
      return `There are no accounts. To invite somebody: ${nextCommand(shell, "invite")}`;
    const rows = accounts.map(
      ({ address, createdAt, usedBytes, quotaBytes, suspended, operator, eraseAt }) => [
        address,
        localTime(createdAt),
        `${shortSize(usedBytes)} of ${shortSize(quotaBytes)}`,
        [
          operator ? "operator" : "",
          suspended ? "suspended" : "",
          eraseAt === undefined ? "" : `erased ${localTime(eraseAt)}`,
        ]
          .filter((word) => word !== "")
          .join(", "),
      ],
    );
    return columns([["Address", "Since", "Holds", ""], ...rows]);
  });
}

async function change(
  shell: Shell,
  options: OperatorOptions,
  name: string,
  what: RouteInput<"patchAccount">,
  words: string,
): Promise<void> {
  const { api } = await openOperatorOf(shell, options);
  const changed = await changeAccount(api, name, what);
  answer(shell, changed, () => `${changed.address} ${words}.`);
}
