/** A server as a process of its own, with mailboxes of any size, told what to do by its parent. */
import { resolve } from "node:path";
import type { Address } from "@posthorn/protocol";
import {
  deliverLocal,
  openOutside,
  readConfig,
  type Server,
  type Settings,
  startServer,
} from "@posthorn/server";
import { addAccount, letterWriter, machineMs, obey, ownUsage } from "@posthorn/testnet";
import { fillMailbox, type MailboxFill } from "./fill-mailbox.ts";

export type Command =
  | { kind: "start"; settings: Settings }
  | { kind: "addAccount"; name: string }
  | ({ kind: "fill" } & MailboxFill)
  /** Puts one letter into an inbox, as a peer does. */
  | { kind: "deliver"; name: string }
  | { kind: "usage" }
  | { kind: "stop" };

type Env = Awaited<ReturnType<typeof openOutside>>["env"];

let started: { server: Server; env: Env } | undefined;
let committedMs = 0;
const writeLetter = letterWriter(1, 4_096);

function running(): { server: Server; env: Env } {
  if (started === undefined) throw new Error("the server has not started");
  return started;
}

function effect(name: string, when: "before" | "after"): void {
  if (name === "store.commit" && when === "after") committedMs = machineMs();
}

async function carryOut(command: Command): Promise<unknown> {
  switch (command.kind) {
    case "start": {
      const config = readConfig(command.settings, resolve);
      const { env, certificate } = await openOutside(config, { effect });
      started = { server: await startServer({ config, env, certificate }), env };
      return undefined;
    }
    case "addAccount":
      return addAccount(running(), command.name);
    case "fill":
      return fillMailbox(running().server.store, command);
    case "deliver":
      return deliver(command.name);
    case "usage":
      return ownUsage();
    case "stop":
      await started?.server.stop(5_000);
      process.disconnect();
      return undefined;
  }
}

/** Resolves with the time of its commit. */
async function deliver(name: string): Promise<number> {
  const { host, receive } = running().server;
  const from: Address = { id: "writer", host };
  const bytes = writeLetter(from, [{ id: name, host }]);
  const { id: messageId }: { id: string } = JSON.parse(new TextDecoder().decode(bytes));
  const message = { messageId, accountId: 0, bytes, recipients: [{ deliveryId: 0, id: name }] };
  const { results } = await deliverLocal(receive, [message]);
  if (results.get(0)?.state !== "delivered") throw new Error("a letter was not taken");
  return committedMs;
}

obey(carryOut);
