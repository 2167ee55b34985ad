/**
 * The table of contents: opens the data, makes every room with what it needs of the outside and of the others, and
 * joins them to the HTTP edge. A server is a library, so the testnet starts as many as it likes in one process.
 */

import { makeSetupInvite } from "./auth/setup-invite.ts";
import type { Config } from "./config.ts";
import type { Env } from "./env/env.ts";
import type { CertificateSource } from "./http/certificate.ts";
import type { HttpHandler } from "./http/http.ts";
import { openSite } from "./http/site.ts";
import { keepHouse } from "./keep-house.ts";
import { makeHandler } from "./make-handler.ts";
import { type Journey, makeJourney } from "./make-journey.ts";
import { makeLive } from "./make-live.ts";
import { usualMessagesInSegment } from "./objects/query-follow.ts";
import { followMail } from "./objects/query-follower.ts";
import { wakeSnoozed } from "./objects/wake-snoozed.ts";
import { type Door, openDoor, operatorPlace } from "./open-door.ts";
import { type House, openHouse } from "./open-house.ts";
import { helloToPeers } from "./queue/hello.ts";
import type { QueueWorker } from "./queue/worker.ts";
import type { ReceiveContext } from "./receive/receive.ts";
import { explainingStart } from "./start-fault.ts";
import { openTurns } from "./store/query-turns.ts";
import type { Store } from "./store/sql.ts";
import { answerAbsent } from "./submit/answer-absent.ts";
import { mailTexts } from "./sync/jmap/mail-texts.ts";

const slowStartMs = 3_000;

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
  /** The room that takes messages: for whoever fills mailboxes without a sender. */
  receive: ReceiveContext;
  /** The whole server as a function, behind the listener. */
  handler: HttpHandler;
  /** The port it listens on; undefined without a listener. */
  port: number | undefined;
  /** Of the door for browsers on this machine, in local trials that have one. */
  pagePort: number | undefined;
  /** A sentence for the operator about the certificate it began with. */
  certificateWarning: string | undefined;
  /** Where whoever runs it sets it up in a browser: the path with its token. Undefined once somebody has an account. */
  setupPath: string | undefined;
  /** Finishes what is under way, for at most `graceMs`, and closes the store. */
  stop(graceMs: number): Promise<void>;
}

/**
 * Starts a server: keys and tables are made when they are not there, what waited in the queue is taken up, peers hear
 * that we are here. Throws an Error whose message is a sentence for the operator when it cannot keep the promise;
 * nothing is left open then, and nothing is written before the port and the certificate are known to be good.
 */
export function startServer(options: ServerOptions): Promise<Server> {
  const { config, env, certificate, listens = true } = options;
  return explainingStart(config, async () => {
    const opened: (() => Promise<void>)[] = [];
    const settled = new AbortController();
    void sayStillStarting(config, env, settled.signal);
    try {
      const door = listens ? await openDoor(config, env, certificate) : undefined;
      opened.push(async () => door?.close(0));
      const house = await openHouse(config, env);
      opened.push(() => house.store.close());
      return await run(house, door, certificate);
    } catch (error) {
      for (const close of opened) await close();
      await env.egress.close();
      throw error;
    } finally {
      settled.abort("over");
    }
  });
}

/** A database that does not answer, or much to bring up to date, is not waited for in silence. */
async function sayStillStarting({ host, dataFolder }: Config, env: Env, settled: AbortSignal): Promise<void> {
  await env.clock.sleep(slowStartMs, settled);
  if (!settled.aborted) env.log("info", "server still starting", { host, dataFolder });
}

async function run(
  house: House,
  door: Door | undefined,
  certificate: CertificateSource | undefined,
): Promise<Server> {
  const { config, env, store } = house;
  const { host, endpoint } = config;
  const journey = makeJourney(house);
  const { queue, receive } = journey;
  const live = makeLive(house);
  const site = config.web === undefined ? undefined : await openSite(env.files, config.web);
  const handler = makeHandler(house, journey, live, certificate, site);
  const setupPath = site === undefined ? undefined : await openSetup(house);
  door?.answerWith(handler);
  await publishPlace(house, door);
  await queue.start();
  live.start();
  const stopping = new AbortController();
  const chores = startChores(house, journey, stopping.signal);
  env.log("info", "server started", { host, endpoint, port: door?.port, store: store.dialect });
  return {
    host,
    endpoint,
    store,
    queue,
    receive,
    handler,
    port: door?.port,
    pagePort: door?.pagePort,
    certificateWarning: door?.certificateWarning,
    setupPath,
    async stop(graceMs) {
      stopping.abort("over");
      const silent = live.close();
      await door?.close(graceMs);
      await queue.stop(graceMs);
      await silent;
      await env.egress.close();
      await chores;
      await store.close();
      env.log("info", "server stopped", { host });
    },
  };
}

/** The token stands behind “#”, so that no browser sends it to anybody with the address of a page. */
async function openSetup({ store, env }: House): Promise<string | undefined> {
  const token = await makeSetupInvite({ store, clock: env.clock, random: env.random });
  return token === undefined ? undefined : `/setup#${token}`;
}

/** Tells whoever runs the server how to reach it, now and whenever its certificate has changed. */
async function publishPlace({ config, env, operatorToken }: House, door: Door | undefined): Promise<void> {
  const publish = () => operatorToken.publish(operatorPlace(config, door));
  await publish();
  door?.whenPlaceChanges(() => {
    publish().catch((error: unknown) => env.log("error", "operator.json not written", { error }));
  });
}

/** What goes on beside requests and queue until `signal` aborts. */
async function startChores(
  house: House,
  { blobs, deliver, submit }: Journey,
  signal: AbortSignal,
): Promise<void> {
  const { store, env, policy, renewKeys } = house;
  const { clock, log } = env;
  const indexing = { turn: openTurns(), reading: mailTexts, messagesInSegment: usualMessagesInSegment };
  await Promise.all([
    helloToPeers({ store, clock, log, remote: deliver.remote }, signal),
    keepHouse({ store, clock, blobs, log, renewKeys }, signal),
    followMail({ store, clock, log, ...indexing }, signal),
    wakeSnoozed({ store, clock, log }, signal),
    answerAbsent({ ...submit, store, log }, signal),
    policy.follow(signal),
  ]);
}
