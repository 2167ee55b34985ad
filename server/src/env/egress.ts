import { type ConnectContext, egressSecureContext } from "./egress-connect.ts";
import { EgressError } from "./egress-error.ts";
import { Exchange, type ExchangeRequest } from "./egress-exchange.ts";
import { type LocalNetwork, refuseHeaders, refuseUrl } from "./egress-policy.ts";
import { EgressPool } from "./egress-pool.ts";
import type {
  Clock,
  EffectHook,
  Egress,
  EgressResult,
  InboundAnswer,
  OutboundRequest,
  Resolver,
} from "./env.ts";
import { Watch, type Watched } from "./watch.ts";

export type { LocalNetwork } from "./egress-policy.ts";

const deadlineTickMs = 100;
const httpsPort = 443;

export interface EgressOptions {
  clock: Pick<Clock, "mono" | "sleep">;
  resolver: Resolver;
  effect: EffectHook;
  /** The operator's switch for trials on one machine. */
  local?: LocalNetwork;
  /** Destinations whose connections are kept; beyond it the longest unused one is closed. */
  maxPools?: number;
}

/**
 * The one client by which the server calls out (threats B1): https to vetted addresses of a name, with a certificate
 * for that name; no redirects, no decompression, no proxies; every wait has an end. A request is sent a second time
 * only when a kept connection had died before any byte of the answer, which is harmless because every call between
 * peers is idempotent.
 */
export function openEgress(options: EgressOptions): Egress {
  return new HttpsEgress(options);
}

class HttpsEgress implements Egress, Watched {
  readonly #options: EgressOptions;
  readonly #watch: Watch;
  readonly #connect: ConnectContext;
  /** Longest unused first. */
  readonly #pools = new Map<string, EgressPool>();
  readonly #maxPools: number;
  readonly #mono: () => number;
  #closed = false;

  constructor(options: EgressOptions) {
    const { clock, resolver, local } = options;
    this.#options = options;
    this.#maxPools = options.maxPools ?? 256;
    this.#mono = () => clock.mono();
    this.#watch = new Watch(clock, deadlineTickMs);
    this.#connect = {
      resolver,
      watch: this.#watch,
      mono: this.#mono,
      local,
      secureContext: egressSecureContext(local),
    };
  }

  async request(request: OutboundRequest): Promise<EgressResult> {
    const prepared = this.#prepare(request);
    if ("ok" in prepared) return prepared;
    const effectName = `egress.${request.method} ${pathPattern(request.url.pathname)}`;
    this.#options.effect(effectName, "before");
    const result = await this.#exchange(request.url, prepared);
    this.#options.effect(effectName, "after");
    return result;
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const pool of this.#pools.values()) pool.close();
    this.#pools.clear();
    this.#watch.stop();
  }

  /** Called by the watch: closes connections that have idled too long. */
  check(nowMs: number): void {
    for (const [key, pool] of this.#pools) {
      if (pool.closeIdle(nowMs)) this.#pools.delete(key);
    }
    if (this.#pools.size === 0) this.#watch.delete(this);
  }

  #prepare(request: OutboundRequest): ExchangeRequest | Extract<EgressResult, { ok: false }> {
    const { url, method, body, timeoutMs, maxAnswerBytes, signal } = request;
    if (this.#closed || signal?.aborted)
      return { ok: false, failure: "cut", detail: "the request was given up" };
    const isKnown =
      this.#pools.has(url.host) && url.protocol === "https:" && url.username === "" && url.password === "";
    const refusal =
      (isKnown ? undefined : refuseUrl(url, this.#options.local)) ?? refuseHeaders(request.headers);
    if (refusal !== undefined) return { ok: false, failure: "refused", detail: refusal };
    const bodyBytes = body instanceof Uint8Array ? body.length : announcedBytes(request);
    if (bodyBytes === undefined)
      return { ok: false, failure: "refused", detail: "a streamed body needs a content-length" };
    return {
      method,
      path: `${url.pathname}${url.search}`,
      headers: headerList(request, bodyBytes),
      body,
      bodyBytes,
      timeoutMs,
      maxAnswerBytes,
      signal,
    };
  }

  async #exchange(url: URL, request: ExchangeRequest): Promise<EgressResult> {
    const pool = this.#pool(url);
    const deadlineMs = this.#mono() + request.timeoutMs;
    const canRepeat = request.body === undefined || request.body instanceof Uint8Array;
    try {
      return { ok: true, answer: await this.#attempt(pool, request, deadlineMs, canRepeat) };
    } catch (error) {
      if (!(error instanceof EgressError)) throw error;
      return { ok: false, failure: error.failure, detail: error.message };
    }
  }

  async #attempt(
    pool: EgressPool,
    request: ExchangeRequest,
    deadlineMs: number,
    mayRepeat: boolean,
  ): Promise<InboundAnswer> {
    const exchange = new Exchange(pool, this.#watch, this.#mono, request, deadlineMs);
    try {
      return await exchange.run();
    } catch (error) {
      const isDeadConnection =
        error instanceof EgressError && error.failure === "cut" && exchange.diedUnanswered();
      if (!mayRepeat || !isDeadConnection || this.#closed || request.signal?.aborted) throw error;
      pool.dropIdle();
      return await this.#attempt(pool, request, deadlineMs, false);
    }
  }

  #pool(url: URL): EgressPool {
    const key = url.host;
    let pool = this.#pools.get(key);
    if (pool === undefined) {
      this.#makeRoom();
      pool = new EgressPool(this.#connect, url.hostname, url.port === "" ? httpsPort : Number(url.port));
      this.#watch.add(this);
    } else {
      this.#pools.delete(key);
    }
    this.#pools.set(key, pool);
    return pool;
  }

  #makeRoom(): void {
    if (this.#pools.size < this.#maxPools) return;
    for (const [key, pool] of this.#pools) {
      if (!pool.isUnused()) continue;
      pool.close();
      this.#pools.delete(key);
      return;
    }
  }
}

/** The content-length a caller gave for its stream; 0 without a body, undefined when it is missing or no length. */
function announcedBytes(request: OutboundRequest): number | undefined {
  if (request.body === undefined) return 0;
  const name = Object.keys(request.headers).find((field) => field.toLowerCase() === "content-length");
  const value = name === undefined ? "" : (request.headers[name] ?? "");
  return /^[0-9]{1,15}$/.test(value) ? Number(value) : undefined;
}

/** The fields as given, and those that are the client's own business: host, length, and that nothing be compressed. */
function headerList(request: OutboundRequest, bodyBytes: number): string[] {
  const list = ["host", request.url.host, "accept-encoding", "identity"];
  for (const [name, value] of Object.entries(request.headers)) {
    const lower = name.toLowerCase();
    if (lower !== "content-length" && lower !== "accept-encoding") list.push(name, value);
  }
  if (request.body !== undefined || request.method === "POST" || request.method === "PUT") {
    list.push("content-length", String(bodyBytes));
  }
  return list;
}

/** The path with hashes taken out, so that an effect has one name for all blobs. */
function pathPattern(path: string): string {
  return path.length > 64 ? path.replace(/[0-9a-f]{64}/, ":hash") : path;
}
