/**
 * What we know of other servers: their discovery documents, kept in memory and in the database, and their keys.
 * Bounded: state is kept for at most `rememberedHosts`, and written only for hosts whose document checked out.
 */
import { fromBase64Url, importVerifyKey, type VerifyKey } from "@posthorn/crypto";
import { type Discovery, DiscoverySchema, findTime, readJson, shape } from "@posthorn/protocol";
import type { Clock, Egress, Log } from "../env/env.ts";
import { findPeer, markPeerSeen, type PeerPolicy, saveDiscovery } from "../store/peer-store.ts";
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

interface Known {
  discovery: Discovery | undefined;
  fetchedAt: number;
  keys: Map<string, VerifyKey>;
  /** No new fetch before this. */
  retryAt: number;
  detail: string;
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
    const now = this.#ctx.clock.now();
    const known = await this.#recall(host);
    const fresh = known?.discovery !== undefined && now - known.fetchedAt < freshMs;
    const current = fresh || (known !== undefined && now < known.retryAt) ? known : await this.#fetch(host);
    if (current?.discovery !== undefined && now - current.fetchedAt < trustMs) {
      return { ok: true, discovery: current.discovery };
    }
    return { ok: false, detail: current?.detail ?? `${host} did not answer.` };
  }

  /** A key of the host that is valid now; an unknown key id has the document fetched anew, at most once a minute. */
  async findKey(host: string, keyId: string): Promise<VerifyKey | undefined> {
    const found = await this.find(host);
    if (!found.ok) return undefined;
    const known = this.#known.get(host);
    if (known === undefined) return undefined;
    const key = await this.#importKey(known, keyId);
    if (key !== undefined) return key;
    if (this.#ctx.clock.now() - known.fetchedAt < refetchForUnknownKeyMs) return undefined;
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

  async #importKey(known: Known, keyId: string): Promise<VerifyKey | undefined> {
    const now = this.#ctx.clock.now();
    const listed = known.discovery?.keys.find((key) => key.id === keyId);
    if (listed === undefined || now - known.fetchedAt >= trustMs) return undefined;
    if ((findTime(listed.validUntil) ?? 0) <= now) return undefined;
    const cached = known.keys.get(keyId);
    if (cached !== undefined) return cached;
    const key = await importVerifyKey(fromBase64Url(listed.publicKey));
    known.keys.set(keyId, key);
    return key;
  }

  async #recall(host: string): Promise<Known | undefined> {
    const known = this.#known.get(host);
    if (known !== undefined) {
      this.#known.delete(host);
      this.#known.set(host, known);
      return known;
    }
    const row = await findPeer(this.#ctx.store.read, host);
    if (row?.discovery === undefined || row.fetchedAt === undefined) return undefined;
    const discovery = discoveryShape.parse(readJson(new TextEncoder().encode(row.discovery)));
    return this.#remember(host, {
      discovery,
      fetchedAt: row.fetchedAt,
      keys: new Map(),
      retryAt: 0,
      detail: "",
    });
  }

  #fetch(host: string): Promise<Known> {
    const running = this.#fetching.get(host);
    if (running !== undefined) return running;
    const fetching = this.#fetchOnce(host).finally(() => this.#fetching.delete(host));
    this.#fetching.set(host, fetching);
    return fetching;
  }

  async #fetchOnce(host: string): Promise<Known> {
    const result = await discover(this.#ctx, host);
    const now = this.#ctx.clock.now();
    if (!result.ok) {
      const known = this.#known.get(host);
      const failed = { retryAt: now + refetchAfterFailureMs, detail: result.detail };
      return this.#remember(host, {
        discovery: known?.discovery,
        fetchedAt: known?.fetchedAt ?? 0,
        keys: known?.keys ?? new Map(),
        ...failed,
      });
    }
    const before = await findPeer(this.#ctx.store.read, host);
    const rootChanged = before?.rootKey !== undefined && before.rootKey !== result.discovery.rootKey;
    if (rootChanged) this.#ctx.log("warn", "peer.rootKeyChanged", { host });
    await this.#ctx.store.write((tx) =>
      saveDiscovery(tx, {
        host,
        discovery: result.text,
        fetchedAt: now,
        rootKey: result.discovery.rootKey,
        rootChangedAt: rootChanged ? now : before?.rootChangedAt,
      }),
    );
    const fetched = { discovery: result.discovery, fetchedAt: now, keys: new Map(), retryAt: 0, detail: "" };
    return this.#remember(host, fetched);
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
