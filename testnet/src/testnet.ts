/**
 * Real servers in one process, as many as a story needs: on loopback with TLS, or joined without sockets on a clock
 * that only moves when told. Databases and files are real in both.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { openWithToken, type Platform, type Session } from "@posthorn/client";
import { nodePlatform } from "@posthorn/client/node";
import {
  type Clock,
  type EffectHook,
  type Env,
  HandClock,
  type HttpHandler,
  openEnv,
  openLog,
  openOutside,
  readConfig,
  type Server,
  type Settings,
  startServer,
} from "@posthorn/server";
import { addAccount, type TokenAccount } from "./accounts.ts";
import { Faults } from "./faults.ts";
import { freePort } from "./free-port.ts";
import { handlerTransport } from "./handler-transport.ts";
import { MemoryWire } from "./memory-wire.ts";
import { seededRandom } from "./seeded-random.ts";

export interface TestnetOptions {
  /** Names such as alpha; the hosts are alpha.localhost:port on sockets, and in memory alpha.test or the name if it has a dot. */
  names: readonly string[];
  /** Real TLS on loopback, or no sockets and a clock that stands still. */
  wire: "sockets" | "memory";
  /** Keeps the data in this folder; otherwise in a temporary one that goes with the testnet. */
  folder?: string;
  seed?: number;
  /** Where the clock stands at first, in memory. */
  nowMs?: number;
  /** Ports of servers by name. On sockets those that are not here get a free one; in memory they are where proxies find them. */
  ports?: Readonly<Record<string, number>>;
  /** Ports for browsers on this machine, without TLS, by name. */
  pages?: Readonly<Record<string, number>>;
  /** A PostgreSQL database for each server; otherwise the embedded store. */
  database?: (name: string) => Promise<string>;
  /** Further settings of each server. */
  settings?: Settings;
  effect?: (name: string) => EffectHook;
}

/** An account of a server of the network. */
export interface TestAccount extends TokenAccount {
  node: TestNode;
}

/** One server of the network, which can be stopped and started again on the same data. */
export interface TestNode {
  name: string;
  host: string;
  /** Origin where it is reached. */
  endpoint: string;
  /** Its data folder. */
  folder: string;
  /** Of the local certificate authority, on sockets. */
  caPem: string | undefined;
  env: Env;
  /** The running server; throws while it is down. */
  readonly server: Server;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** What its log has said. */
  readonly log: readonly string[];
  addAccount(name: string): Promise<TestAccount>;
}

export interface Testnet {
  nodes: readonly TestNode[];
  node(name: string): TestNode;
  faults: Faults;
  /** The clock of all servers; `clock.advance` moves it in memory only. */
  clock: Clock;
  folder: string;
  /** Moves a standing clock; throws on sockets, where time is the machine's. */
  advance(ms: number): Promise<void>;
  /** What the SDK needs to call these servers. */
  platform: Platform;
  /** A session of the SDK for an account. */
  session(account: TestAccount): Promise<Session>;
  /** Puts a host that is no server of ours on the memory wire. */
  join(host: string, handler: HttpHandler): void;
  /** Resolves when no server has anything to do before time moves on. */
  settle(): Promise<void>;
  /** Moves the clock from one due delivery to the next until every queue is empty or `atMostMs` have passed. */
  drain(atMostMs?: number): Promise<void>;
  close(): Promise<void>;
}

export async function startTestnet(options: TestnetOptions): Promise<Testnet> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), "posthorn-testnet-")));
  const handClock = options.wire === "memory" ? new HandClock(options.nowMs) : undefined;
  const clock: Clock = handClock ?? openEnv().clock;
  const faults = new Faults(clock);
  const wire = new MemoryWire();
  const nodes: TestNode[] = [];
  for (const [index, name] of options.names.entries()) {
    const node =
      handClock === undefined
        ? await socketNode(options, folder, faults, clock, name)
        : memoryNode(options, folder, faults, wire, handClock, name, (options.seed ?? 1) + index);
    nodes.push(node);
    await node.start();
  }
  const running = () => nodes.flatMap((node) => (isUp(node) ? [node.server] : []));
  const settle = () => settleAll(running);
  const platform =
    handClock === undefined
      ? nodePlatform({ ca: nodes[0]?.caPem, localhost: true })
      : { ...nodePlatform(), clock, transport: handlerTransport((host) => wire.handler(host)) };
  return {
    platform,
    session: (account) => openWithToken(platform, account),
    nodes,
    node(name) {
      const found = nodes.find((node) => node.name === name);
      if (found === undefined) throw new Error(`the testnet has no server ${name}`);
      return found;
    },
    join: (host, handler) => wire.connect(host, handler),
    faults,
    clock,
    folder,
    async advance(ms) {
      if (handClock === undefined) throw new Error("on sockets the clock is the machine's");
      await handClock.advance(ms);
      await settle();
    },
    settle,
    async drain(atMostMs = 10 * 24 * 3_600_000) {
      if (handClock === undefined) throw new Error("on sockets the clock is the machine's");
      await drainAll(handClock, running, settle, atMostMs);
    },
    async close() {
      for (const node of nodes) if (isUp(node)) await node.stop();
      if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

async function socketNode(
  options: TestnetOptions,
  folder: string,
  faults: Faults,
  clock: Clock,
  name: string,
): Promise<TestNode> {
  const port = options.ports?.[name] ?? (await freePort());
  const host = `${name}.localhost:${port}`;
  const database = await options.database?.(name);
  const config = readConfig(
    {
      ...options.settings,
      host,
      local: "yes",
      port: String(port),
      data: join(folder, name),
      ca: join(folder, "local-ca"),
      ...(options.pages?.[name] === undefined ? {} : { page: String(options.pages[name]) }),
      ...(database === undefined ? {} : { database }),
    },
    resolve,
  );
  const log: string[] = [];
  const effect = options.effect?.(name);
  const outside = await openOutside(config, effect === undefined ? {} : { effect });
  const env: Env = {
    ...outside.env,
    egress: outside.env.egress,
    log: openLog(clock, (line) => log.push(line)),
  };
  return makeNode(
    { name, host, endpoint: config.endpoint, folder: config.dataFolder, caPem: outside.caPem, env, log },
    async () => {
      // A new outside at each start: a stopped server has closed its connections for good.
      const fresh = await openOutside(config, effect === undefined ? {} : { effect });
      const { egress } = fresh.env;
      return startServer({
        config,
        env: { ...env, egress: faults.wrap(name, egress) },
        certificate: fresh.certificate,
      });
    },
  );
}

function memoryNode(
  options: TestnetOptions,
  folder: string,
  faults: Faults,
  wire: MemoryWire,
  clock: HandClock,
  name: string,
  seed: number,
): TestNode {
  const host = name.includes(".") ? name : `${name}.test`;
  const port = options.ports?.[name];
  // As in local trials strangers are let in, unless a journey is about them.
  const settings = { screening: "no", ...options.settings };
  const config = readConfig(
    {
      ...settings,
      host,
      proxied: "yes",
      data: join(folder, name),
      ...(port === undefined ? {} : { port: String(port) }),
    },
    resolve,
  );
  const log: string[] = [];
  const effect = options.effect?.(name) ?? (() => undefined);
  const env: Env = {
    ...openEnv({ effect, clock }),
    clock,
    random: seededRandom(seed),
    egress: faults.wrap(name, wire.egress()),
    effect,
    log: openLog(clock, (line) => log.push(line)),
  };
  return makeNode(
    { name, host, endpoint: config.endpoint, folder: config.dataFolder, caPem: undefined, env, log },
    async () => {
      const server = await startServer({ config, env, certificate: undefined, listens: port !== undefined });
      wire.connect(host, server.handler);
      return { ...server, stop: (graceMs) => stopInMemory(wire, host, server, graceMs) };
    },
  );
}

async function stopInMemory(wire: MemoryWire, host: string, server: Server, graceMs: number): Promise<void> {
  wire.disconnect(host);
  await server.stop(graceMs);
}

type Known = Pick<TestNode, "name" | "host" | "endpoint" | "folder" | "caPem" | "env" | "log">;

function makeNode(known: Known, open: () => Promise<Server>): TestNode {
  let server: Server | undefined;
  const node: TestNode = {
    ...known,
    get server() {
      if (server === undefined) throw new Error(`${known.name} is down`);
      return server;
    },
    async start() {
      server = await open();
    },
    async stop() {
      const stopping = server;
      server = undefined;
      await stopping?.stop(0);
    },
    addAccount: async (name) => ({ ...(await addAccount(node, name)), node }),
  };
  return node;
}

function isUp(node: TestNode): boolean {
  try {
    return node.server !== undefined;
  } catch {
    return false;
  }
}

/** Settled is when nobody has been busy for many turns of the event loop in a row: everything left waits for time. */
async function settleAll(running: () => readonly Server[]): Promise<void> {
  for (let quiet = 0; quiet < 50; ) {
    await new Promise((turn) => setImmediate(turn));
    if (running().some((server) => server.queue.busy)) {
      quiet = 0;
      await new Promise((turn) => setTimeout(turn, 1));
    } else quiet++;
  }
}

async function drainAll(
  clock: HandClock,
  running: () => readonly Server[],
  settle: () => Promise<void>,
  atMostMs: number,
): Promise<void> {
  const until = clock.now() + atMostMs;
  await settle();
  while (clock.now() < until) {
    const due = await Promise.all(running().map((server) => server.queue.nextDueAt()));
    const next = Math.min(...due.map((at) => at ?? Number.POSITIVE_INFINITY));
    if (next === Number.POSITIVE_INFINITY) return;
    await clock.advance(Math.max(Math.min(next, until) - clock.now(), 1));
    await settle();
  }
}
