/** For tests: b.test, whose doors for other hosts are real, on a wire with a.test, which looks up keys there. */
import { importVerifyKey } from "@posthorn/crypto";
import { trialBlobs } from "../blobs/trial-blobs.ts";
import { bytesOf, openTrialWire, type Said, type TrialPeer, type TrialWire } from "../deliver/trial-peer.ts";
import type { OutboundRequest } from "../env/env.ts";
import { openRandom } from "../env/random.ts";
import { Budgets } from "../http/budgets.ts";
import { edge } from "../http/edge.ts";
import type { HttpHandler } from "../http/http.ts";
import { peerRoutes } from "../http/peer-routes.ts";
import { router } from "../http/router.ts";
import { rememberNonces } from "../receive/nonces.ts";
import { receiveContext } from "../receive/trial-receive.ts";
import type { Store } from "../store/sql.ts";
import { type LookUpContext, type LookUpKeys, lookingUpKeys } from "./look-up.ts";

export interface TrialDirectory {
  wire: TrialWire;
  peer: TrialPeer;
  /** What b.test does with a request. */
  handler: HttpHandler;
  /** What a.test may still ask of b.test. */
  requests: Budgets;
  lookUp: LookUpKeys;
  ctx: LookUpContext;
}

/** Both hosts are on one store: they have accounts of the same names. `blocks` are hosts that neither deals with. */
export async function openTrialDirectory(
  store: Store,
  blocks: readonly string[] = [],
): Promise<TrialDirectory> {
  const wire = await openTrialWire();
  const { clock, remote } = wire;
  const peer = await wire.join("b.test");
  const requests = new Budgets(clock, { capacity: 3_000, refillPerS: 300, maxKeys: 10 });
  const host = peer.host;
  const handler = edge(
    router(
      peerRoutes({
        clock,
        host,
        key: () => ({ ...remote.key(), id: "2026-11", signingKey: peer.key }),
        verify: {
          clock,
          host,
          authority: host,
          nonces: rememberNonces(clock),
          findKey: () => importVerifyKey(remote.key().signingKey.publicKey),
        },
        receive: { ...receiveContext(store, { clock }), host },
        blobs: { ...trialBlobs(store, "/nowhere"), clock },
        directory: { store, host },
        incarnation: "one",
        requests,
        unknownRecipients: new Budgets(clock, { capacity: 100, refillPerS: 1 / 60, maxKeys: 10 }),
        admit: async () => undefined,
        heardFrom: async () => undefined,
        hostIsBack: async () => undefined,
      }),
    ),
    { log: () => undefined, random: openRandom(), hsts: false },
  );
  peer.answer = (request) => answerBy(handler, request);
  const ctx: LookUpContext = {
    store,
    host: remote.host,
    remote,
    policy: async (asked) => (blocks.includes(asked) ? "block" : "allow"),
    budget: new Budgets(clock, { capacity: 500, refillPerS: 1 / 4, maxKeys: 10 }),
  };
  return { wire, peer, handler, requests, lookUp: lookingUpKeys(ctx), ctx };
}

/** As the wire brings it to the door, and the answer back. */
export async function answerBy(
  handler: HttpHandler,
  { method, url, headers, body: sent = new Uint8Array() }: OutboundRequest,
): Promise<Said> {
  const {
    status,
    headers: answered,
    body,
  } = await handler({
    method,
    path: url.pathname,
    query: url.search,
    headers: new Map(Object.entries({ ...headers, host: url.host }).map(([name, value]) => [name, [value]])),
    body: whole(await bytesOf(sent)),
    remoteAddress: "192.0.2.1",
  });
  if (!(body instanceof Uint8Array)) throw new Error("the answer streams");
  return { status, contentType: answered["content-type"] ?? "", headers: answered, body, signing: false };
}

async function* whole(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
