/**
 * One server as a process of its own, told what to do by its parent: it can be killed at a numbered effect, and says
 * what it has used of the machine. Not a way to run a server: that is `posthorn serve`.
 */
import { resolve } from "node:path";
import { openOutside, readConfig, type Settings, startServer } from "@posthorn/server";
import { addAccount } from "./accounts.ts";
import { fillMailboxes, knowDeadPeers, type Running } from "./grow.ts";
import { obey } from "./obey.ts";
import { StoredWatch } from "./stored-watch.ts";
import { ownUsage } from "./usage.ts";

export interface Fill {
  /** Accounts of this server. */
  names: readonly string[];
  /** Letters each of them gets. */
  each: number;
  sizeBytes: number;
  seed: number;
}

export type Command =
  | { kind: "start"; settings: Settings }
  | { kind: "addAccount"; name: string }
  | ({ kind: "fill" } & Fill)
  | { kind: "knowDeadPeers"; hosts: readonly string[] }
  | { kind: "whenStored"; messages: number }
  /** Count effects from here on, and die by SIGKILL in the `killAt`th. */
  | { kind: "arm"; killAt: number | undefined }
  | { kind: "effects" }
  | { kind: "usage" }
  | { kind: "stop" };

const effects: string[] = [];
let armed = false;
let killAt: number | undefined;
let started: Running | undefined;
const stored = new StoredWatch();

function effect(name: string, when: "before" | "after"): void {
  if (started !== undefined && name === "store.commit" && when === "after")
    stored.committed(started.server.store.read);
  if (!armed) return;
  effects.push(`${name} ${when}`);
  if (effects.length === killAt) process.kill(process.pid, "SIGKILL");
}

function running(): Running {
  if (started === undefined) throw new Error("the server has not started");
  return started;
}

async function carryOut(command: Command): Promise<unknown> {
  switch (command.kind) {
    case "start": {
      const config = readConfig(command.settings, resolve);
      const { env, certificate } = await openOutside(config, { effect });
      const server = await startServer({ config, env, certificate });
      started = { server, env };
      return { host: server.host, port: server.port };
    }
    case "addAccount":
      return addAccount(running(), command.name);
    case "fill":
      return fillMailboxes(running(), command);
    case "knowDeadPeers":
      return knowDeadPeers(running(), command.hosts);
    case "whenStored":
      return stored.until(running().server.store.read, command.messages);
    case "arm":
      effects.length = 0;
      killAt = command.killAt;
      armed = true;
      return undefined;
    case "effects":
      return effects;
    case "usage":
      return ownUsage();
    case "stop":
      await started?.server.stop(5_000);
      process.disconnect();
      return undefined;
  }
}

obey(carryOut);
