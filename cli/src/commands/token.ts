import { createToken, deleteToken, listTokens } from "@posthorn/client";
import { type Scope, ScopeSchema, shape } from "@posthorn/protocol";
import type { Command } from "commander";
import { cleanLine } from "../clean-text.ts";
import { columns } from "../columns.ts";
import { withHints } from "../explain.ts";
import { refuseUsage } from "../failure.ts";
import { openSession } from "../open-session.ts";
import { readLifeS } from "../read-options.ts";
import { answer, nextCommand, type Shell } from "../shell.ts";
import { localTime } from "../times.ts";

export function token(command: Command, shell: Shell): void {
  command.description("API tokens: keys to your account for programs, each with what it may do.");
  command
    .command("list", { isDefault: true })
    .description("Your tokens, without their secrets.")
    .action(() => list(shell));
  command
    .command("create")
    .description("Makes a token. It is shown this once.")
    .argument("<name>", "what it is for")
    .option("--scope <scopes>", "read, draft, send, with commas between", "read,draft")
    .option("--expires <length>", "such as 30d", "90d")
    .action((name: string, options: { scope: string; expires: string }) => create(shell, name, options));
  command
    .command("revoke")
    .description("Ends a token at once.")
    .argument("<id>", "as the list shows it")
    .action(
      withHints(
        () => ({ notFound: nextCommand(shell, "token list") }),
        async (id: string) => {
          await deleteToken(await openSession(shell), id);
          answer(shell, { revoked: id }, () => `Revoked ${cleanLine(id)}; it opens nothing any more.`);
        },
      ),
    );
}

async function list(shell: Shell): Promise<void> {
  const tokens = await listTokens(await openSession(shell));
  answer(shell, tokens, () => {
    if (tokens.length === 0)
      return `You have no tokens. To make one: ${nextCommand(shell, "token create NAME")}`;
    const rows = tokens.map(({ id, name, scopes, expiresAt, lastUsedAt }) => [
      id,
      scopes.join(","),
      localTime(expiresAt),
      lastUsedAt === undefined ? "never" : localTime(lastUsedAt),
      cleanLine(name),
    ]);
    return columns([["Id", "May", "Ends", "Last used", "Name"], ...rows]);
  });
}

async function create(
  shell: Shell,
  name: string,
  options: { scope: string; expires: string },
): Promise<void> {
  const scopes = options.scope.split(",").map((text) => readScope(text.trim()));
  const expiresInS = readLifeS(options.expires);
  const session = await openSession(shell);
  const made = await createToken(session, { name, scopes, expiresInS });
  const use = made.scopes.includes("read") ? "inbox" : "send --to ADDRESS";
  answer(shell, made, () =>
    [
      made.token,
      "",
      `It may ${made.scopes.join(" and ")}, until ${localTime(made.expiresAt)}. It is shown this once: keep it where passwords are kept.`,
      `To use it: POSTHORN_TOKEN=… ${nextCommand(shell, use, { as: session.address })}`,
    ].join("\n"),
  );
}

const scopeShape = shape(ScopeSchema);

function readScope(text: string): Scope {
  if (scopeShape.matches(text)) return text;
  return refuseUsage(`“${text}” is nothing a token can be allowed.`, "It is read, draft or send.");
}
