import { eachPeer, setPeerPolicy } from "@posthorn/client";
import { type PeerInfo, type PeerPolicy, parseHost } from "@posthorn/protocol";
import type { Command } from "commander";
import { asOperator, type OperatorOptions, openOperatorOf, takeData } from "../open-operator.ts";
import { answer, nextCommand, type Shell } from "../shell.ts";
import { showPeers } from "../show-peers.ts";

export function peer(command: Command, shell: Shell): void {
  command.description("The servers known to yours.");
  const hints = () => ({ notFound: nextCommand(shell, "peer list") });
  takeData(command.command("list", { isDefault: true }).description("All of them, by host.")).action(
    asOperator((options: OperatorOptions) => list(shell, options)),
  );
  takeData(
    command
      .command("block")
      .description("Takes nothing more from a host, and says so to it.")
      .argument("<host>", "such as spam.example"),
  ).action(
    asOperator((host: string, options: OperatorOptions) => setPolicy(shell, host, "block", options), hints),
  );
  takeData(
    command
      .command("allow")
      .description("Takes mail from a host again, and takes the root key that it shows now for its own.")
      .argument("<host>", "such as b.example"),
  ).action(
    asOperator((host: string, options: OperatorOptions) => setPolicy(shell, host, "allow", options), hints),
  );
}

async function list(shell: Shell, options: OperatorOptions): Promise<void> {
  const { api } = await openOperatorOf(shell, options);
  const peers: PeerInfo[] = [];
  for await (const one of eachPeer(api)) peers.push(one);
  const { width } = shell.terminal;
  answer(shell, peers, () => showPeers(peers, { width, next: (command) => nextCommand(shell, command) }));
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
