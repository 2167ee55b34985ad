/** For tests: servers on a folder of their own, as `posthorn serve` starts them, but for the log. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { readConfig, type Settings } from "./config.ts";
import type { Clock, Log } from "./env/env.ts";
import { openOutside } from "./main.ts";
import { type Server, startServer } from "./server.ts";
import { insertAccount } from "./store/account-store.ts";

export interface TrialServers {
  folder: string;
  /** The data folder, which is not there yet. */
  data: string;
  /** Of everything that was logged: the events. */
  logged: string[];
  behindProxy(more?: Settings): Settings;
  localTrial(more?: Settings): Settings;
  /** On the machine's clock, unless there is another. */
  start(settings: Settings, clock?: Clock): Promise<Server>;
  /** The sentence with which a start is refused. */
  refusal(settings: Settings, clock?: Clock): Promise<string>;
  /** Stops what runs. */
  stop(): Promise<void>;
  /** The end of the test: what runs is stopped, and the folder is gone. */
  close(): Promise<void>;
}

export async function trialServers(): Promise<TrialServers> {
  const folder = await mkdtemp(join(tmpdir(), "posthorn-server-"));
  const data = join(folder, "data");
  const logged: string[] = [];
  const log: Log = (_, event) => logged.push(event);
  const running: Server[] = [];
  const usual = { port: "0", data };
  const trial: TrialServers = {
    folder,
    data,
    logged,
    behindProxy: (more = {}) => ({ host: "a.test", proxied: "yes", ...usual, ...more }),
    localTrial: (more = {}) => ({ host: "a.localhost:8443", local: "yes", ...usual, ...more }),
    async start(settings, clock) {
      const config = readConfig(settings, resolve);
      const { env, certificate } = await openOutside(config);
      const server = await startServer({
        config,
        env: { ...env, log, clock: clock ?? env.clock },
        certificate,
      });
      running.push(server);
      return server;
    },
    async refusal(settings, clock) {
      const error: unknown = await trial.start(settings, clock).then(
        () => new Error("it started"),
        (reason: unknown) => reason,
      );
      if (!(error instanceof Error)) throw new Error("it threw what is no error");
      if (/^[^\n]+[.)?]$/.test(error.message)) return error.message;
      throw new Error(`this is no sentence: ${error.message}`, { cause: error });
    },
    async stop() {
      for (const server of running.splice(0)) await server.stop(0);
    },
    async close() {
      await trial.stop();
      await rm(folder, { recursive: true });
    },
  };
  return trial;
}

/** An account that nobody can sign in to. */
export function addTrialAccount({ store }: Server): Promise<void> {
  return store.write((tx) => insertAccount(tx, { id: 1, name: "alice", createdAt: 0, quotaBytes: 0 }));
}
