import { eachPeer, setPeerPolicy } from "@posthorn/client";
import { type PeerInfo, type PeerPolicy, parseHost } from "@posthorn/protocol";
import type { Command } from "commander";
import { cleanLine } from "../clean-text.ts";
import { columns } from "../columns.ts";
import { asOperator, type OperatorOptions, openOperatorOf, takeData } from "../open-operator.ts";
import { answer, type Shell } from "../shell.ts";
import { localTime } from "../times.ts";

export function peer(command: Command, shell: Shell): void {
  command.description("The servers known to yours.");
  takeData(command.command("list", { isDefault: true }).description("All of them, by host.")).action(
    asOperator({}, (options: OperatorOptions) => list(shell, options)),
  );
  takeData(
    command
      .command("block")
      .description("Takes nothing more from a host, and says so to it.")
      .argument("<host>", "such as spam.example"),
  ).action(
    asOperator({}, (host: string, options: OperatorOptions) => setPolicy(shell, host, "block", options)),
  );
  takeData(
    command
      .command("allow")
      .description("Takes mail from a host again.")
      .argument("<host>", "such as b.example"),
  ).action(
    asOperator({}, (host: string, options: OperatorOptions) => setPolicy(shell, host, "allow", options)),
  );
}

async function list(shell: Shell, options: OperatorOptions): Promise<void> {
  const { api } = await openOperatorOf(shell, options);
  const peers: PeerInfo[] = [];
  for await (const one of eachPeer(api)) peers.push(one);
  answer(shell, peers, () => {
    if (peers.length === 0)
      return "No other server is known yet. They appear when mail goes there or comes from there.";
    const rows = peers.map(({ host, policy, lastSeenAt, lastSuccessAt, lastFailure }) => [
      host,
      policy === "block" ? "blocked" : "allowed",
      lastSeenAt === undefined ? "never" : localTime(lastSeenAt),
      lastSuccessAt === undefined ? "never" : localTime(lastSuccessAt),
      lastFailure === undefined ? "" : cleanLine(lastFailure.problem.detail),
    ]);
    return columns([["Host", "", "Heard from", "Sent to", "Fails because"], ...rows], shell.terminal.width);
  });
}

async function setPolicy(
  shell: Shell,
  host: string,
  policy: PeerPolicy,
  options: OperatorOptions,
): Promise<void> {
  const { api } = await openOperatorOf(shell, options);
  const changed = await setPeerPolicy(api, parseHost(host), policy);
  answer(shell, changed, () =>
    policy === "block"
      ? `${changed.host} is blocked: nothing is taken from it.`
      : `${changed.host} is allowed.`,
  );
}
