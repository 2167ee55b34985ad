/**
 * What we know of other servers: their discovery documents, kept in memory and in the database, and their keys.
 * Bounded: state is kept for at most `rememberedHosts`, and written only for hosts whose document checked out.
 */
import { fromBase64Url, importVerifyKey, type VerifyKey } from "@posthorn/crypto";
import { type Discovery, DiscoverySchema, findTime, shape } from "@posthorn/protocol";
import type { Clock, Egress, Log } from "../env/env.ts";
import { findPeer, markPeerSeen, type Peer, type PeerPolicy, saveDiscovery } from "../store/peer-store.ts";
import type { Store } from "../store/sql.ts";
import { discover } from "./discover.ts";

const freshMs = 3_600_000;
/** Keys of a host that is down are trusted this long after they were last fetched, and no longer than they say. */
const trustMs = 7 * 24 * 3_600_000;
const refetchAfterFailureMs = 30_000;
const refetchForUnknownKeyMs = 60_000;
const rememberedHosts = 4_096;
const discoveryShape = shape(DiscoverySchema);

export interface PeersContext {
  store: Store;
  egress: Egress;
  clock: Clock;
  log: Log;
}

/** What is known of a host; `discovery` is its last good document, if it ever had one. */
interface Known {
  discovery: Discovery | undefined;
  /** By the wall clock, because it outlives the process. */
  fetchedAt: number;
  keys: Map<string, VerifyKey>;
  /** The last fetch of this process, by the clock that is never set. */
  askedAt: number;
  /** Why that fetch failed; undefined when it did not, or there was none. */
  failure: string | undefined;
}

export type FindPeerResult = { ok: true; discovery: Discovery } | { ok: false; detail: string };

export class Peers {
  readonly #ctx: PeersContext;
  readonly #known = new Map<string, Known>();
  readonly #fetching = new Map<string, Promise<Known>>();

  constructor(ctx: PeersContext) {
    this.#ctx = ctx;
  }

  /** The host's discovery document, fresh within the hour or, while the host is down, the last good one. */
  async find(host: string): Promise<FindPeerResult> {
    const known = await this.#look(host);
    if (known.discovery !== undefined && this.#isTrusted(known))
      return { ok: true, discovery: known.discovery };
    return { ok: false, detail: known.failure ?? `${host} did not answer.` };
  }

  /** A key of the host that is valid now; an unknown key id has the document fetched anew, at most once a minute. */
  async findKey(host: string, keyId: string): Promise<VerifyKey | undefined> {
    const known = await this.#look(host);
    const key = await this.#importKey(known, keyId);
    if (key !== undefined || known.discovery === undefined) return key;
    const { clock } = this.#ctx;
    const isNew = isWithin(clock.now() - known.fetchedAt, refetchForUnknownKeyMs);
    if (isNew || clock.mono() - known.askedAt < refetchForUnknownKeyMs) return undefined;
    return this.#importKey(await this.#fetch(host), keyId);
  }

  /** True for a host whose document has been fetched and was good. */
  async isKnown(host: string): Promise<boolean> {
    return (await this.#recall(host))?.discovery !== undefined;
  }

  /** Notes that the host has shown itself, which is why it hears from us when we start. */
  async markSeen(host: string): Promise<void> {
    await this.#ctx.store.write((tx) => markPeerSeen(tx, host, this.#ctx.clock.now()));
  }

  async policy(host: string): Promise<PeerPolicy> {
    return (await findPeer(this.#ctx.store.read, host))?.policy ?? "allow";
  }

  /** What is known of the host, asked anew unless that is fresh or it has just failed to answer. */
  async #look(host: string): Promise<Known> {
    const known = await this.#recall(host);
    if (known === undefined) return this.#fetch(host);
    const { clock } = this.#ctx;
    const isFresh = known.discovery !== undefined && isWithin(clock.now() - known.fetchedAt, freshMs);
    const hasJustFailed = known.failure !== undefined && clock.mono() - known.askedAt < refetchAfterFailureMs;
    return isFresh || hasJustFailed ? known : this.#fetch(host);
  }

  #isTrusted(known: Known): boolean {
    return this.#ctx.clock.now() - known.fetchedAt < trustMs;
  }

  async #importKey(known: Known, keyId: string): Promise<VerifyKey | undefined> {
    const listed = known.discovery?.keys.find((key) => key.id === keyId);
    if (listed === undefined || !this.#isTrusted(known)) return undefined;
    if ((findTime(listed.validUntil) ?? 0) <= this.#ctx.clock.now()) return undefined;
    const cached = known.keys.get(keyId);
    if (cached !== undefined) return cached;
    const key = await importVerifyKey(fromBase64Url(listed.publicKey));
    known.keys.set(keyId, key);
    return key;
  }

  async #recall(host: string): Promise<Known | undefined> {
    const known = this.#known.get(host) ?? readRow(await findPeer(this.#ctx.store.read, host));
    return known && this.#remember(host, known);
  }

  #fetch(host: string): Promise<Known> {
    const running = this.#fetching.get(host);
    if (running !== undefined) return running;
    const fetching = this.#fetchOnce(host).finally(() => this.#fetching.delete(host));
    this.#fetching.set(host, fetching);
    return fetching;
  }

  async #fetchOnce(host: string): Promise<Known> {
    const { clock, log, store } = this.#ctx;
    const result = await discover(this.#ctx, host);
    const before = await findPeer(store.read, host);
    const asked = { askedAt: clock.mono(), failure: result.ok ? undefined : result.detail };
    if (!result.ok) {
      // Another process may have had more luck; and memory may have forgotten the host meanwhile.
      const lastGood = readRow(before) ?? { discovery: undefined, fetchedAt: 0, keys: new Map() };
      return this.#remember(host, { ...lastGood, ...asked });
    }
    const { discovery, text } = result;
    const fetchedAt = clock.now();
    const rootChanged = before?.rootKey !== undefined && before.rootKey !== discovery.rootKey;
    if (rootChanged) log("warn", "peer.rootKeyChanged", { host });
    await store.write((tx) =>
      saveDiscovery(tx, {
        host,
        discovery: text,
        fetchedAt,
        rootKey: discovery.rootKey,
        rootChangedAt: rootChanged ? fetchedAt : before?.rootChangedAt,
      }),
    );
    return this.#remember(host, { discovery, fetchedAt, keys: new Map(), ...asked });
  }

  #remember(host: string, known: Known): Known {
    this.#known.delete(host);
    this.#known.set(host, known);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= rememberedHosts) break;
      this.#known.delete(oldest);
    }
    return known;
  }
}

/** What is stored of a host; undefined when that is no document that this version reads. */
function readRow(row: Peer | undefined): Known | undefined {
  if (row?.discovery === undefined || row.fetchedAt === undefined) return undefined;
  const discovery: unknown = JSON.parse(row.discovery);
  if (!discoveryShape.matches(discovery)) return undefined;
  return {
    discovery,
    fetchedAt: row.fetchedAt,
    keys: new Map(),
    askedAt: Number.NEGATIVE_INFINITY,
    failure: undefined,
  };
}

/** False also for an age below zero: the clock was set back, and nothing can be said of what is younger than now. */
function isWithin(ageMs: number, limitMs: number): boolean {
  return ageMs >= 0 && ageMs < limitMs;
}
