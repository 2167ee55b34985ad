/**
 * Who a host is: fetches and checks its discovery document (docs/protocol/30-discovery.md). What comes back has been
 * vouched for by the host's root key and, when mail for it goes to another name, confirmed there too.
 */
import { importVerifyKey, type VerifyKey, verifyKeyStatement } from "@posthorn/crypto";
import {
  type Discovery,
  DiscoverySchema,
  findTime,
  hostName,
  limits,
  ProblemError,
  type Reason,
  readJson,
  reason,
  shape,
} from "@posthorn/protocol";
import type { Clock, Egress } from "../env/env.ts";
import { findBytes } from "./find-bytes.ts";

const fetchTimeoutMs = 10_000;
const path = "/.well-known/posthorn";
const discoveryShape = shape(DiscoverySchema);

/** Why there is none is a sentence, and the same as a code. */
export type DiscoverResult =
  | { ok: true; discovery: Discovery }
  | { ok: false; detail: string; reason: Reason };

interface DiscoverContext {
  egress: Egress;
  clock: Clock;
}

/** One try to learn a host's discovery document from the host itself. Every failure is temporary to the caller. */
export async function discover(ctx: DiscoverContext, host: string): Promise<DiscoverResult> {
  const own = await fetchDocument(ctx, new URL(`https://${host}${path}`));
  if (!own.ok) return own;
  const problem = await findDiscoveryFault(own.discovery, host, ctx.clock.now());
  if (problem !== undefined) return describedWrongly(host, problem);
  const endpoint = new URL(own.discovery.endpoint);
  if (endpoint.host === host) return own;
  const question = new URL(`${path}?host=${encodeURIComponent(host)}`, endpoint);
  const confirmed = await fetchDocument(ctx, question);
  if (!confirmed.ok) return confirmed;
  if (
    confirmed.discovery.host !== host ||
    confirmed.discovery.endpoint !== own.discovery.endpoint ||
    confirmed.discovery.rootKey !== own.discovery.rootKey
  ) {
    return {
      ok: false,
      detail: `${hostName(endpoint.host)} does not confirm that it takes mail for ${host}.`,
      reason: reason("notConfirmed", { host, endpoint: hostName(endpoint.host) }),
    };
  }
  return own;
}

async function fetchDocument(ctx: DiscoverContext, url: URL): Promise<DiscoverResult> {
  const { host } = url;
  const result = await ctx.egress.request({
    method: "GET",
    url,
    headers: { accept: "application/json" },
    timeoutMs: fetchTimeoutMs,
    maxAnswerBytes: limits.discoveryBytes,
  });
  if (!result.ok) {
    const { failure, detail } = result;
    return {
      ok: false,
      detail: `${host} did not answer: ${detail}`,
      reason: reason("noAnswer", { host, failure }),
    };
  }
  const { status, headers, body } = result.answer;
  const contentType = headers.get("content-type");
  if (status !== 200) {
    return {
      ok: false,
      detail: `${host} answered ${status} when asked who it is.`,
      reason: reason("otherStatus", { host, status: String(status) }),
    };
  }
  if (contentType?.length !== 1 || contentType[0] !== "application/json") {
    return {
      ok: false,
      detail: `${host} did not answer with JSON when asked who it is. Is it a Posthorn server?`,
      reason: reason("notPosthorn", { host }),
    };
  }
  try {
    return { ok: true, discovery: discoveryShape.parse(readJson(body)) };
  } catch (error) {
    if (error instanceof ProblemError) return describedWrongly(host, error.message);
    throw error;
  }
}

function describedWrongly(host: string, what: string): DiscoverResult {
  return {
    ok: false,
    detail: `${host} describes itself wrongly: ${what}`,
    reason: reason("badDiscovery", { host }),
  };
}

/**
 * What is wrong with the document by which a host describes itself (§30.2): its name, its endpoint, or a key that its root
 * key does not vouch for. Undefined when all of it holds.
 */
export async function findDiscoveryFault(
  discovery: Discovery,
  host: string,
  now: number,
): Promise<string | undefined> {
  if (discovery.host !== host) return `it says it is ${discovery.host}.`;
  if (new URL(discovery.endpoint).origin !== discovery.endpoint) return "its endpoint is more than a host.";
  if (discovery.keys.length === 0) return "it has no keys.";
  const rootKey = await findVerifyKey(discovery.rootKey);
  if (rootKey === undefined) return "its root key is none that can be trusted.";
  for (const key of discovery.keys) {
    const { id, algorithm, publicKey, validFrom, validUntil } = key;
    if ((await findVerifyKey(publicKey)) === undefined) return `its key ${id} is none that can be trusted.`;
    const statement = { host, id, algorithm, publicKey, validFrom, validUntil };
    const signature = findBytes(key.rootSignature);
    if (signature === undefined || !(await verifyKeyStatement(rootKey, statement, signature))) {
      return `its key ${id} is not vouched for by its root key.`;
    }
  }
  if (!discovery.keys.some((key) => (findTime(key.validUntil) ?? 0) > now))
    return "all its keys have run out.";
  return undefined;
}

/** Undefined for what is no key a sound signer has: another spelling, a point of small order. */
async function findVerifyKey(text: string): Promise<VerifyKey | undefined> {
  const bytes = findBytes(text);
  return bytes && importVerifyKey(bytes).catch(() => undefined);
}
