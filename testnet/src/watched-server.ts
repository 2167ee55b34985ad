/** A server on plain HTTP that is watched for what it syncs, with an account and a peer it knows. */
import { readFile } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { join, resolve } from "node:path";
import { type HttpRequest, openEnv, readConfig, type Settings, startServer } from "@posthorn/server";
import { addAccount, type TokenAccount } from "./accounts.ts";
import { EvilPeer } from "./evil-peer.ts";
import { freePort } from "./free-port.ts";
import { type Answered, readTrace, type Step, stepOfEffect, tracer } from "./fsync-proof.ts";
import { MemoryWire } from "./memory-wire.ts";
import { ServerProcess } from "./server-process.ts";

export interface WatchedServer {
  account: TokenAccount;
  peer: EvilPeer;
  /** One request after the other; the status of the answer. */
  ask(request: HttpRequest): Promise<number>;
  /** Stops the server; everything that it answered since it is watched. */
  end(): Promise<readonly Answered[]>;
}

const host = "alpha.test";

/** Watched by a tracer, in a process of its own. */
export async function openTraced(folder: string): Promise<WatchedServer> {
  const port = await freePort();
  const settings = { host, proxied: "yes", port: String(port), data: join(folder, host) };
  // What a process without the peer's wire could not find out it is given by one that has it, on the same data.
  const { account, peer, server } = await openInMemory(settings, []);
  await server.stop(0);
  const tracePath = join(folder, "trace");
  const process = new ServerProcess(settings, { wrapper: tracer(tracePath) });
  await process.start();
  return {
    account,
    peer,
    ask: (request) => askOverHttp(port, request),
    async end() {
      await process.stop();
      return readTrace(await readFile(tracePath, "utf8"));
    },
  };
}

/** Watched by its own effects, in this process: what strace would see, as far as the server tells the truth. */
export async function openTelling(folder: string): Promise<WatchedServer> {
  const steps: Step[] = [];
  const { account, peer, server } = await openInMemory(
    { host, proxied: "yes", data: join(folder, host) },
    steps,
  );
  const answered: Answered[] = [];
  return {
    account,
    peer,
    async ask(request) {
      steps.length = 0;
      const { status } = await server.handler(request);
      answered.push({ request: `${request.method} ${request.path}`, status, steps: [...steps] });
      return status;
    },
    async end() {
      await server.stop(0);
      return answered;
    },
  };
}

async function openInMemory(settings: Settings, steps: Step[]) {
  const wire = new MemoryWire();
  const real = openEnv({ effect: (name, when) => steps.push(...stepOfEffect(name, when)) });
  const env = { ...real, egress: wire.egress(), log: () => undefined };
  const config = readConfig(settings, resolve);
  const server = await startServer({ config, env, certificate: undefined, listens: false });
  const peer = await EvilPeer.open("evil.test", env.clock);
  wire.connect(peer.host, peer.handler());
  const account = await addAccount({ server, env }, "alice");
  const body = JSON.stringify({ host: peer.host });
  const hello = { path: "/email/hello", destination: host, authority: host, body };
  await server.handler(await peer.request(hello));
  return { account, peer, server };
}

async function askOverHttp(port: number, request: HttpRequest): Promise<number> {
  const parts: Uint8Array[] = [];
  for await (const part of request.body) parts.push(part);
  const { method } = request;
  const headers = [...request.headers].flatMap(([name, values]) => values.flatMap((value) => [name, value]));
  return new Promise((answered, failed) => {
    const path = request.path + request.query;
    const call = httpRequest({ host: "127.0.0.1", port, method, path, headers }, (answer) => {
      answer.resume().on("end", () => answered(answer.statusCode ?? 0));
    });
    call.on("error", failed).end(Buffer.concat(parts));
  });
}
