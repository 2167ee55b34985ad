/**
 * One server as a process of its own, told what to do by its parent: it can be killed at a numbered effect, and says
 * what it has used of the machine. Not a way to run a server: that is `posthorn serve`.
 */
import { resolve } from "node:path";
import { openOutside, readConfig, type Server, type Settings, startServer } from "@posthorn/server";
import { addAccount } from "./accounts.ts";

export type Command =
  | { kind: "start"; settings: Settings }
  | { kind: "addAccount"; name: string }
  /** Count effects from here on, and die by SIGKILL in the `killAt`th. */
  | { kind: "arm"; killAt: number | undefined }
  | { kind: "effects" }
  | { kind: "usage" }
  | { kind: "stop" };

export interface Usage {
  cpuSeconds: number;
  rssBytes: number;
}

const effects: string[] = [];
let armed = false;
let killAt: number | undefined;
let running: { server: Server; env: Awaited<ReturnType<typeof openOutside>>["env"] } | undefined;

function effect(name: string, when: "before" | "after"): void {
  if (!armed) return;
  effects.push(`${name} ${when}`);
  if (effects.length === killAt) process.kill(process.pid, "SIGKILL");
}

async function obey(command: Command): Promise<unknown> {
  switch (command.kind) {
    case "start": {
      const config = readConfig(command.settings, resolve);
      const { env, certificate } = await openOutside(config, { effect });
      const server = await startServer({ config, env, certificate });
      running = { server, env };
      return { host: server.host, port: server.port };
    }
    case "addAccount":
      if (running === undefined) throw new Error("the server has not started");
      return addAccount(running, command.name);
    case "arm":
      effects.length = 0;
      killAt = command.killAt;
      armed = true;
      return undefined;
    case "effects":
      return effects;
    case "usage": {
      const { user, system } = process.cpuUsage();
      return { cpuSeconds: (user + system) / 1e6, rssBytes: process.memoryUsage.rss() } satisfies Usage;
    }
    case "stop":
      await running?.server.stop(5_000);
      process.disconnect();
      return undefined;
  }
}

process.on("message", (message: { id: number; command: Command }) => {
  const { id } = message;
  obey(message.command).then(
    (answer) => process.connected && process.send?.({ id, answer }),
    (error: unknown) => process.connected && process.send?.({ id, error: String(error) }),
  );
});
process.on("disconnect", () => process.exit(0));
