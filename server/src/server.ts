/**
 * The table of contents: opens the data, makes every room with what it needs of the outside and of the others, and
 * joins them to the HTTP edge. A server is a library, so the testnet starts as many as it likes in one process.
 */
import { hostName, problem } from "@posthorn/protocol";
import type { Config } from "./config.ts";
import type { Env } from "./env/env.ts";
import type { CertificateSource } from "./http/certificate.ts";
import type { HttpHandler } from "./http/http.ts";
import { type Listener, listen } from "./http/listen.ts";
import { problemResponse } from "./http/problem-response.ts";
import { keepHouse } from "./keep-house.ts";
import { makeHandler } from "./make-handler.ts";
import { type Journey, makeJourney } from "./make-journey.ts";
import { type House, openHouse } from "./open-house.ts";
import { helloToPeers } from "./queue/hello.ts";
import type { QueueWorker } from "./queue/worker.ts";
import { explainingStart } from "./start-fault.ts";
import type { Store } from "./store/sql.ts";

export interface ServerOptions {
  config: Config;
  env: Env;
  /** Where the certificate comes from when TLS ends here; undefined behind a proxy. */
  certificate: CertificateSource | undefined;
  /** False in tests whose requests come without a socket. */
  listens?: boolean;
}

export interface Server {
  host: string;
  /** Origin where it is reached. */
  endpoint: string;
  store: Store;
  queue: QueueWorker;
  /** The whole server as a function, behind the listener. */
  handler: HttpHandler;
  /** The port it listens on; undefined without a listener. */
  port: number | undefined;
  /** A sentence for the operator about the certificate it began with. */
  certificateWarning: string | undefined;
  /** Finishes what is under way, for at most `graceMs`, and closes the store. */
  stop(graceMs: number): Promise<void>;
}

/**
 * Starts a server: keys and tables are made when they are not there, what waited in the queue is taken up, peers hear
 * that we are here. Throws an Error whose message is a sentence for the operator when it cannot keep the promise;
 * nothing is left open then, and nothing is written before the port and the certificate are known to be good.
 */
export function startServer(options: ServerOptions): Promise<Server> {
  const { config, env } = options;
  return explainingStart(config, async () => {
    const opened: (() => Promise<void>)[] = [];
    try {
      const door = await openDoor(options);
      opened.push(() => door.close(0));
      const house = await openHouse(config, env);
      opened.push(() => house.store.close());
      return await run(house, door, options);
    } catch (error) {
      for (const close of opened) await close();
      await env.egress.close();
      throw error;
    }
  });
}

async function run(house: House, door: Door, { certificate }: ServerOptions): Promise<Server> {
  const { config, env, store } = house;
  const { host, endpoint } = config;
  const journey = makeJourney(house);
  const { queue } = journey;
  const handler = makeHandler(house, journey, certificate);
  door.answerWith(handler);
  await queue.start();
  const stopping = new AbortController();
  const chores = startChores(house, journey, stopping.signal);
  env.log("info", "server started", { host, endpoint, port: door.port, store: store.dialect });
  return {
    host,
    endpoint,
    store,
    queue,
    handler,
    port: door.port,
    certificateWarning: door.certificateWarning,
    async stop(graceMs) {
      stopping.abort();
      await door.close(graceMs);
      await queue.stop(graceMs);
      await env.egress.close();
      await chores;
      await store.close();
      env.log("info", "server stopped", { host });
    },
  };
}

/** What goes on beside requests and queue until `signal` aborts. */
async function startChores(house: House, { blobs, deliver }: Journey, signal: AbortSignal): Promise<void> {
  const { store, env, renewKeys } = house;
  const { clock, log } = env;
  await Promise.all([
    helloToPeers({ store, clock, log, remote: deliver.remote }, signal),
    keepHouse({ store, clock, blobs, log, renewKeys }, signal),
  ]);
}

/** Where requests come in, from the moment the port is taken. */
interface Door {
  port: number | undefined;
  certificateWarning: string | undefined;
  /** Until then whoever calls is asked to come again. */
  answerWith(handler: HttpHandler): void;
  close(graceMs: number): Promise<void>;
}

async function openDoor({ config, env, certificate, listens = true }: ServerOptions): Promise<Door> {
  let handle: HttpHandler = isStarting;
  const listener = listens
    ? await listenAs(config, env, certificate, (request) => handle(request))
    : undefined;
  return {
    port: listener?.port,
    certificateWarning: listener?.certificateWarning,
    answerWith(handler) {
      handle = handler;
    },
    close: async (graceMs) => listener?.close(graceMs),
  };
}

const isStarting: HttpHandler = async () =>
  problemResponse(
    problem("unavailable", "The server is starting. Try again in a moment.", { retryAfterS: 5 }),
  );

function listenAs(
  config: Config,
  env: Env,
  certificate: CertificateSource | undefined,
  handler: HttpHandler,
): Promise<Listener> {
  const serverName = hostName(new URL(config.endpoint).host);
  return listen(
    {
      port: config.port,
      ...(config.address === undefined ? {} : { address: config.address }),
      transport: certificate === undefined ? { kind: "proxied" } : { kind: "tls", certificate, serverName },
    },
    env,
    handler,
  );
}
