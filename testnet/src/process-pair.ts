import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Settings } from "@posthorn/server";
import { freePort } from "./free-port.ts";
import { ServerProcess } from "./server-process.ts";

/** Two servers in processes of their own, on loopback with TLS, that trust one authority. */
export interface ProcessPair {
  alpha: ServerProcess;
  beta: ServerProcess;
  hosts: { alpha: string; beta: string };
  /** Certificate of their authority, once one of them has started. */
  readCa(): Promise<string>;
  close(): Promise<void>;
}

export interface ProcessPairOptions {
  settings?: Settings;
  /** A command that runs each process, such as a tracer. */
  wrapper?: (name: "alpha" | "beta") => readonly string[];
  /** Further flags of Node for each, such as those that profile. */
  nodeFlags?: (name: "alpha" | "beta") => readonly string[];
  database?: (name: "alpha" | "beta") => Promise<string>;
  /** Puts something between a server that listens on `port` and its callers; the port that they call. */
  calledAt?: (name: "alpha" | "beta", port: number) => Promise<number>;
}

export async function localPair(folder: string, options: ProcessPairOptions = {}): Promise<ProcessPair> {
  const ca = join(folder, "local-ca");
  const open = async (name: "alpha" | "beta") => {
    const port = await freePort();
    const host = `${name}.localhost:${(await options.calledAt?.(name, port)) ?? port}`;
    const database = await options.database?.(name);
    const process = new ServerProcess(
      {
        ...options.settings,
        host,
        local: "yes",
        port: String(port),
        data: join(folder, name),
        ca,
        ...(database === undefined ? {} : { database }),
      },
      { wrapper: options.wrapper?.(name) ?? [], nodeFlags: options.nodeFlags?.(name) ?? [] },
    );
    return { host, process };
  };
  const alpha = await open("alpha");
  const beta = await open("beta");
  return {
    alpha: alpha.process,
    beta: beta.process,
    hosts: { alpha: alpha.host, beta: beta.host },
    readCa: () => readFile(join(ca, "ca.pem"), "utf8"),
    async close() {
      await Promise.all([alpha.process.stop(), beta.process.stop()]);
    },
  };
}
