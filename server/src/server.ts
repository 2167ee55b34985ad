/**
 * The table of contents: opens the store, makes every room with what it needs of the outside and of the others, and
 * joins them to the HTTP edge. A server is a library, so the testnet starts as many as it likes in one process.
 */
import { join } from "node:path";
import { type Check, type Discovery, hostPort } from "@posthorn/protocol";
import { checks } from "./admin/checks.ts";
import { authenticate } from "./auth/authenticate.ts";
import { callerKey } from "./auth/budget.ts";
import { openAuthKeys } from "./auth/keys.ts";
import { makeOperatorToken } from "./auth/operator-token.ts";
import { RememberedCallers } from "./auth/remembered-callers.ts";
import { openBlobForPeer } from "./blobs/peer-blob.ts";
import { Uploads } from "./blobs/uploads.ts";
import type { Config } from "./config.ts";
import type { DeliverContext } from "./deliver/deliver.ts";
import type { Env } from "./env/env.ts";
import { Budgets } from "./http/budgets.ts";
import type { CertificateSource } from "./http/certificate.ts";
import { clientRoutes } from "./http/client-routes.ts";
import { edge } from "./http/edge.ts";
import type { HttpHandler } from "./http/http.ts";
import { type Listener, listen } from "./http/listen.ts";
import { operatorRoutes } from "./http/operator-routes.ts";
import { type PeerRoutesContext, peerRoutes } from "./http/peer-routes.ts";
import { router } from "./http/router.ts";
import { keepHouse } from "./keep-house.ts";
import { createAccount } from "./objects/create-account.ts";
import { ownDiscovery } from "./peers/own-discovery.ts";
import { openOwnKeys } from "./peers/own-keys.ts";
import { Peers } from "./peers/peers.ts";
import { expiryMs } from "./queue/backoff.ts";
import { helloToPeers } from "./queue/hello.ts";
import { QueueWorker } from "./queue/worker.ts";
import { admitting, findingKeys } from "./receive/admit.ts";
import { rememberNonces } from "./receive/nonces.ts";
import { settleFact } from "./store/fact-store.ts";
import { openStore } from "./store/open.ts";
import type { Store } from "./store/sql.ts";

export const software = "posthorn";

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
  /** Finishes what is under way, for at most `graceMs`, and closes the store. */
  stop(graceMs: number): Promise<void>;
}

/**
 * Starts a server: keys and tables are made when they are not there, what waited in the queue is taken up, peers hear
 * that we are here. Throws an Error whose message is a sentence for the operator when it cannot keep the promise.
 */
export async function startServer({
  config,
  env,
  certificate,
  listens = true,
}: ServerOptions): Promise<Server> {
  const { clock, random, files, egress, log } = env;
  const { host, endpoint, dataFolder } = config;
  await files.makeFolder(dataFolder);
  const store = await openStore(config, env);
  const startedAt = clock.now();
  const settled = await store.write(async (tx) => ({
    host: await settleFact(tx, "host", host),
    incarnation: await settleFact(tx, "incarnation", Buffer.from(random.bytes(12)).toString("base64url")),
  }));
  if (settled.host !== host) {
    await store.close();
    throw new Error(
      `The data in ${dataFolder} belongs to ${settled.host}, not to ${host}. Give each host its own data folder.`,
    );
  }
  const { incarnation } = settled;
  const keyFolder = join(dataFolder, "keys");
  const openKeys = () => openOwnKeys({ files, random, clock, folder: keyFolder, host });
  const own = { keys: await openKeys() };
  const authKeys = await openAuthKeys({ files, random, store }, keyFolder);
  const caPath = config.tls.kind === "local" ? join(config.tls.caFolder, "ca.pem") : undefined;
  const operatorToken = await makeOperatorToken({ files, random }, { dataFolder, url: endpoint, caPath });

  const peers = new Peers({ store, egress, clock, log });
  const blobs = { store, files, clock, folder: join(dataFolder, "blobs"), uploads: new Uploads() };
  const receive = { store, clock, log, host, incarnation };
  const key = () => own.keys.current;
  const deliver: DeliverContext = {
    local: receive,
    remote: {
      egress,
      clock,
      random,
      host,
      key,
      findPeer: (peer) => peers.find(peer),
      findKey: (peer, keyId) => peers.findKey(peer, keyId),
      openBlob: (hash) => openBlobForPeer(blobs, hash),
    },
  };
  const queue = new QueueWorker({ store, clock, random, log, host, deliver, limits: batch });

  const remembered = new RememberedCallers(clock);
  const auth = {
    store,
    clock,
    random,
    host,
    remembered,
    tokenKey: authKeys.token,
    opaqueSetup: authKeys.opaqueSetup,
    operatorToken,
    budgets: {
      perAddress: new Budgets(clock, { capacity: 10, refillPerS: 1 / 30, maxKeys: 50_000 }),
      perCaller: new Budgets(clock, { capacity: 60, refillPerS: 1 / 2, maxKeys: 50_000 }),
    },
    createAccount: (
      tx: Parameters<typeof createAccount>[1],
      account: { name: string; quotaBytes: number | undefined },
    ) =>
      createAccount({ random, quotaBytes: account.quotaBytes ?? config.quotaBytes }, tx, {
        name: account.name,
        createdAt: clock.now(),
      }),
  };
  const authenticated = (authorization: string | undefined) => authenticate(auth, authorization);
  const discovery = () => ownDiscovery({ host, endpoint, keys: own.keys, contact: config.contact });
  const strangers = new Budgets(clock, { capacity: 30, refillPerS: 1 / 10, maxKeys: 10_000 });
  const seen = new Budgets(clock, { capacity: 1, refillPerS: 1 / 60, maxKeys: 4_096 });
  const peer: PeerRoutesContext = {
    clock,
    host,
    key,
    verify: {
      clock,
      host,
      authority: new URL(endpoint).host,
      nonces: rememberNonces(clock),
      findKey: findingKeys(peers, (address) => strangers.take(callerKey(address))),
    },
    admit: admitting((from) => peers.policy(from)),
    receive,
    blobs,
    incarnation,
    requests: new Budgets(clock, { capacity: 3_000, refillPerS: 300, maxKeys: 10_000 }),
    unknownRecipients: new Budgets(clock, { capacity: 100, refillPerS: 1 / 60, maxKeys: 10_000 }),
    async heardFrom(from) {
      if (seen.take(from).ok) await peers.markSeen(from);
      await queue.heardFrom(from);
    },
    hostIsBack: (from) => queue.hostIsBack(from),
  };
  const look = (): Promise<Check[]> =>
    checks({ store, files, clock, dataFolder, keys: () => own.keys, certificate });
  const handler = edge(
    router([
      ...peerRoutes(peer),
      ...clientRoutes({
        authenticate: authenticated,
        auth,
        submit: {
          store,
          clock,
          random,
          host,
          allowPorts: hostPort(host) !== undefined || config.tls.kind === "local",
          expiryMs,
          wake: (hosts) => queue.wake(hosts),
        },
        blobs,
        peer,
        sending: new Budgets(clock, {
          capacity: config.sending.burst,
          refillPerS: config.sending.recipientsPerMinute / 60,
          maxKeys: 50_000,
        }),
        discovery: (asked): Discovery | undefined =>
          asked === undefined || asked === host ? discovery() : undefined,
        endpoint,
        healthy: async () => (await look()).every((check) => check.ok),
      }),
      ...operatorRoutes({
        authenticate: authenticated,
        admin: {
          store,
          clock,
          files,
          queue,
          host,
          dataFolder,
          software,
          startedAt,
          checks: look,
          forgetAccount: (accountId) => remembered.forgetAccount(accountId),
        },
        invites: { store, clock, random, host, baseUrl: endpoint },
      }),
    ]),
    { log, random, hsts: config.tls.kind !== "local" },
  );

  const renewKeys = async () => {
    own.keys = await openKeys();
  };
  const stopping = new AbortController();
  const listener = listens ? await listenAs(config, env, certificate, handler) : undefined;
  await queue.start();
  const chores = [
    helloToPeers({ store, clock, log, remote: deliver.remote }, stopping.signal),
    keepHouse({ store, clock, blobs, log, renewKeys }, stopping.signal),
  ];
  log("info", "server started", { host, endpoint, port: listener?.port, store: store.dialect });
  return {
    host,
    endpoint,
    store,
    queue,
    handler,
    port: listener?.port,
    async stop(graceMs) {
      stopping.abort();
      await listener?.close(graceMs);
      await queue.stop(graceMs);
      await egress.close();
      await Promise.all(chores);
      await store.close();
      log("info", "server stopped", { host });
    },
  };
}

/** What goes out in one request: within what every peer of this version takes. */
const batch = { messages: 100, bytes: 3_500_000 };

function listenAs(
  config: Config,
  env: Env,
  certificate: CertificateSource | undefined,
  handler: HttpHandler,
): Promise<Listener> {
  return listen(
    {
      port: config.port,
      ...(config.address === undefined ? {} : { address: config.address }),
      transport: certificate === undefined ? { kind: "proxied" } : { kind: "tls", certificate },
    },
    env,
    handler,
  );
}
