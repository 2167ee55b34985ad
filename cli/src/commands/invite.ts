import { createInvite, deleteInvite, listInvites } from "@posthorn/client";
import { shellWord } from "@posthorn/client/node";
import type { Command } from "commander";
import { cleanLine } from "../clean-text.ts";
import { columns } from "../columns.ts";
import { asOperator, type OperatorOptions, openOperatorOf, takeData } from "../open-operator.ts";
import { readLifeS, readQuota } from "../read-options.ts";
import { answer, nextCommand, posthornOf, type Shell } from "../shell.ts";
import { localTime } from "../times.ts";

interface InviteOptions extends OperatorOptions {
  name?: string;
  expires?: string;
  quota?: string;
  operator?: boolean;
}

export function invite(command: Command, shell: Shell): void {
  command.description("Invitations: links that make one account each.");
  takeData(
    command
      .command("make", { isDefault: true })
      .description("Makes an invitation. Its link is shown this once.")
      .option("--name <name>", "what stands before @; without it the guest chooses")
      .option("--expires <length>", "such as 12h, 7d (7d)")
      .option("--quota <size>", "what the account may hold, such as 2GiB")
      .option("--operator", "the account may administrate the server in the web client"),
  ).action(
    asOperator(
      (options: InviteOptions) => make(shell, options),
      () => ({ alreadyExists: "Choose another --name." }),
    ),
  );
  takeData(
    command
      .command("revoke")
      .description("Takes an invitation back that nobody has used; its link opens nothing any more.")
      .argument("<id>", "as the list shows it"),
  ).action(
    asOperator(
      (id: string, options: OperatorOptions) => revoke(shell, id, options),
      () => ({
        notFound: nextCommand(shell, "invite list"),
        gone: nextCommand(shell, "account suspend NAME"),
      }),
    ),
  );
  takeData(command.command("list").description("The invitations, used and unused.")).action(
    asOperator((options: OperatorOptions) => list(shell, options)),
  );
}

async function make(shell: Shell, options: InviteOptions): Promise<void> {
  const { name, expires, quota } = options;
  const expiresInS = expires === undefined ? undefined : readLifeS(expires);
  const quotaBytes = quota === undefined ? undefined : readQuota(quota);
  const { api, place } = await openOperatorOf(shell, options);
  const made = await createInvite(api, {
    ...(name === undefined ? {} : { name }),
    ...(expiresInS === undefined ? {} : { expiresInS }),
    ...(quotaBytes === undefined ? {} : { quotaBytes }),
    ...(options.operator === true ? { operator: true } : {}),
  });
  // In a trial the guest is at this machine; elsewhere nobody knows where they have the program.
  const register =
    place.ca === undefined
      ? `posthorn register ${made.url}`
      : `${posthornOf(shell)} register ${made.url} --ca ${shellWord(place.ca)}`;
  answer(shell, made, () =>
    [
      `An invitation${made.name === null ? "" : ` for the name “${made.name}”`}, good for one account until ${localTime(made.expiresAt)}:`,
      "",
      `  ${made.url}`,
      "",
      "Give it to one person and nobody else; it is not shown again. They register with:",
      "",
      `  ${register}`,
    ].join("\n"),
  );
}

async function revoke(shell: Shell, id: string, options: OperatorOptions): Promise<void> {
  const { api } = await openOperatorOf(shell, options);
  await deleteInvite(api, id);
  answer(shell, { revoked: id }, () => `Revoked ${cleanLine(id)}; nobody can register with it any more.`);
}

async function list(shell: Shell, options: OperatorOptions): Promise<void> {
  const { api } = await openOperatorOf(shell, options);
  const invites = await listInvites(api);
  answer(shell, invites, () => {
    if (invites.length === 0) return `There are no invitations. To make one: ${nextCommand(shell, "invite")}`;
    const rows = invites.map(({ id, name, createdAt, expiresAt, usedBy }) => [
      id,
      name ?? "(they choose)",
      localTime(createdAt),
      localTime(expiresAt),
      usedBy ?? "nobody yet",
    ]);
    const table = columns([["Id", "Name", "Made", "Ends", "Used by"], ...rows]);
    return `${table}\n\nTo take one back: ${nextCommand(shell, "invite revoke ID")}`;
  });
}
