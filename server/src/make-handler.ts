/** The HTTP edge of a server: what peers, accounts and the operator call, each joined to the rooms that answer. */
import { type Check, type Discovery, hostName, type NewKeys } from "@posthorn/protocol";
import { checks } from "./admin/checks.ts";
import { openHealth } from "./admin/health.ts";
import { openReach } from "./admin/reach.ts";
import { authenticate, authenticateProgram } from "./auth/authenticate.ts";
import { RememberedCallers } from "./auth/remembered-callers.ts";
import { endAllSessions } from "./auth/session.ts";
import { Budgets } from "./http/budgets.ts";
import type { CertificateSource } from "./http/certificate.ts";
import { type ClientRoutesContext, clientRoutes } from "./http/client-routes.ts";
import { edge } from "./http/edge.ts";
import type { HttpHandler } from "./http/http.ts";
import { jmapRoutes } from "./http/jmap-routes.ts";
import { jmapStreamRoutes } from "./http/jmap-streams.ts";
import { type KeysRoutesContext, keysRoutes } from "./http/keys-routes.ts";
import { limitSending, type SendingLimit } from "./http/limit-sending.ts";
import { type OperatorRoutesContext, operatorRoutes } from "./http/operator-routes.ts";
import { type PeerRoutesContext, peerRoutes } from "./http/peer-routes.ts";
import { router } from "./http/router.ts";
import { type Site, withSite } from "./http/site.ts";
import { strangerLookUps } from "./http/stranger-look-ups.ts";
import { forJmap } from "./join-jmap.ts";
import { lookingUpKeys } from "./keys/look-up.ts";
import { checkFirstKeys, insertFirstKeys } from "./keys/own-chain.ts";
import type { Journey } from "./make-journey.ts";
import type { Live } from "./make-live.ts";
import { createAccount } from "./objects/create-account.ts";
import type { House } from "./open-house.ts";
import { ownDiscovery } from "./peers/own-discovery.ts";
import { admitting, findingKeys } from "./receive/admit.ts";
import { greet } from "./receive/greet.ts";
import { rememberNonces } from "./receive/nonces.ts";
import type { Tx } from "./store/sql.ts";
import { takeBackHeld } from "./submit/take-back-held.ts";

export const software = "posthorn";

type AuthRoom = ReturnType<typeof authRoom>;

/** The whole server as a function, behind the listener. */
export function makeHandler(
  house: House,
  journey: Journey,
  live: Live,
  certificate: CertificateSource | undefined,
  site: Site | undefined,
): HttpHandler {
  const { config, env } = house;
  const auth = authRoom(house);
  const peer = forPeers(house, journey);
  const look = () => lookAtHouse(house, certificate);
  const sending = limitSending(env.clock, () => house.policy.rules);
  const jmap = forJmap(house, journey, {
    authenticate: (authorization) => authenticateProgram(auth, authorization),
    live,
    sending,
  });
  return edge(
    withSite(
      site,
      router([
        ...peerRoutes(peer),
        ...clientRoutes(forClients(house, journey, { auth, peer, look, sending })),
        ...jmapRoutes(jmap),
        ...jmapStreamRoutes(jmap),
        ...keysRoutes(forKeys(house, journey, { auth })),
        ...operatorRoutes(forOperator(house, journey, { auth, look, certificate })),
      ]),
    ),
    { log: env.log, random: env.random, hsts: config.tls.kind !== "local" },
  );
}

function authRoom(house: House) {
  const { config, store, policy, authKeys, operatorToken } = house;
  const { clock, random } = house.env;
  return {
    store,
    clock,
    random,
    host: config.host,
    remembered: new RememberedCallers(clock),
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
    ) => {
      const { quotaBytes, screening } = policy.rules;
      return createAccount({ random, quotaBytes: account.quotaBytes ?? quotaBytes, screening }, tx, {
        name: account.name,
        createdAt: clock.now(),
      });
    },
    checkKeys: (address: string, keys: NewKeys) => checkFirstKeys({ clock }, address, keys),
    insertKeys: insertFirstKeys,
    takeBackHeld,
    async greet(tx: Tx, accountId: number, accepted: string | undefined) {
      if (!policy.rules.greeting) return;
      await greet({ host: config.host, random }, tx, { accountId, now: clock.now(), accepted });
    },
  };
}

function forPeers(house: House, { peers, queue, receive, blobs }: Journey): PeerRoutesContext {
  const { config, store, incarnation } = house;
  const { clock } = house.env;
  const { host, endpoint } = config;
  const seen = new Budgets(clock, { capacity: 1, refillPerS: 1 / 60, maxKeys: 4_096 });
  return {
    clock,
    host,
    key: () => house.keys().current,
    verify: {
      clock,
      host,
      authority: new URL(endpoint).host,
      nonces: rememberNonces(clock),
      findKey: findingKeys(peers, strangerLookUps(clock)),
    },
    admit: admitting((from) => peers.policy(from)),
    receive,
    blobs,
    directory: { store, host },
    incarnation,
    requests: new Budgets(clock, { capacity: 3_000, refillPerS: 300, maxKeys: 10_000 }),
    unknownRecipients: new Budgets(clock, { capacity: 100, refillPerS: 1 / 60, maxKeys: 10_000 }),
    async heardFrom(from) {
      if (seen.take(from).ok) await peers.markSeen(from);
      await queue.heardFrom(from);
    },
    hostIsBack: (from) => queue.hostIsBack(from),
  };
}

interface Shared {
  auth: AuthRoom;
  /** How the house is, check by check. */
  look(): Promise<Check[]>;
}

function forClients(
  house: House,
  { submit, blobs }: Journey,
  { auth, peer, look, sending }: Shared & { peer: PeerRoutesContext; sending: SendingLimit },
): ClientRoutesContext {
  const { config, env } = house;
  const { host, endpoint } = config;
  return {
    authenticate: (authorization) => authenticate(auth, authorization),
    auth,
    submit,
    blobs,
    peer,
    sending,
    discovery: (asked) => (asked === undefined || asked === host ? discoveryOf(house) : undefined),
    endpoint,
    healthy: openHealth({ clock: env.clock, look }),
  };
}

function forKeys(
  { env, store, config }: House,
  { peers, deliver }: Journey,
  { auth }: Pick<Shared, "auth">,
): KeysRoutesContext {
  return {
    authenticate: (authorization) => authenticate(auth, authorization),
    auth,
    lookUp: lookingUpKeys({
      store,
      host: config.host,
      remote: deliver.remote,
      policy: (host) => peers.policy(host),
      budget: new Budgets(env.clock, { capacity: 500, refillPerS: 1 / 4, maxKeys: 50_000 }),
    }),
  };
}

function forOperator(
  house: House,
  { queue }: Journey,
  { auth, look, certificate }: Shared & { certificate: CertificateSource | undefined },
): OperatorRoutesContext {
  const { config, env, store, startedAt } = house;
  const { clock, files, random, log } = env;
  const { host, endpoint, dataFolder } = config;
  return {
    authenticate: (authorization) => authenticate(auth, authorization),
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
      signOut: (tx, accountId) => endAllSessions(auth, tx, accountId, "suspended"),
      forgetCaller: (accountId) => auth.remembered.forgetAccount(accountId),
      policy: house.policy,
      random,
      log,
    },
    invites: { store, clock, random, log, host, baseUrl: endpoint, budgets: auth.budgets },
    reach: openReach({
      ...env,
      host,
      endpoint,
      isTrial: config.tls.kind === "local",
      certificate,
      serverName: hostName(new URL(endpoint).host),
      ownDiscovery: () => discoveryOf(house),
    }),
  };
}

function discoveryOf({ config, keys, policy }: House): Discovery {
  const { host, endpoint } = config;
  const { contact } = policy.rules;
  return ownDiscovery({ host, endpoint, keys: keys(), contact: contact === "" ? undefined : contact });
}

function lookAtHouse(house: House, certificate: CertificateSource | undefined): Promise<Check[]> {
  const { store, config, env, keys } = house;
  const { files, clock } = env;
  const { dataFolder, endpoint } = config;
  const serverName = hostName(new URL(endpoint).host);
  return checks({ store, files, clock, dataFolder, keys, certificate, serverName });
}
