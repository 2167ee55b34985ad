/**
 * What we know of other servers: the essentials of their discovery documents, kept in memory and in the database, and
 * their keys. Whoever is only named by a request stays in memory, among the last few; a row is written for a host that
 * has signed with its key or is written to, and of those that nothing was ever delivered to for so many (threats B4).
 */
import { fromBase64Url, importVerifyKey, type VerifyKey } from "@posthorn/crypto";
import { type Discovery, DiscoverySchema, findTime, shape } from "@posthorn/protocol";
import type { Clock, Egress, Log } from "../env/env.ts";
import {
  deleteStrangersBeyond,
  findPeer,
  markPeerSeen,
  type Peer,
  type PeerPolicy,
  saveDiscovery,
} from "../store/peer-store.ts";
import type { Store } from "../store/sql.ts";
import { discover } from "./discover.ts";
import { essentials } from "./essentials.ts";
import { RecentHosts } from "./recent-hosts.ts";

const freshMs = 3_600_000;
/** Keys of a host that is down are trusted this long after they were last fetched, and no longer than they say. */
const trustMs = 7 * 24 * 3_600_000;
const refetchAfterFailureMs = 30_000;
const refetchForKeyMs = 60_000;
const rememberedHosts = 4_096;
const rememberedStrangers = 1_024;
/** Rows of hosts that nothing was ever delivered to. */
const keptStrangers = 10_000;
/** They are counted at the first row that a process adds and at every hundredth after it. */
const countedEvery = 100;
const mostFailureLetters = 500;
const discoveryShape = shape(DiscoverySchema);

export interface PeersContext {
  store: Store;
  egress: Egress;
  clock: Clock;
  log: Log;
}

/** What is known of a host; `discovery` is what matters of its last good document, if it ever had one. */
interface Known {
  discovery: Discovery | undefined;
  /** By the wall clock, because it outlives the process. */
  fetchedAt: number;
  /** The key last asked for, made ready to verify with. */
  lastKey: { id: string; key: VerifyKey } | undefined;
  /** The last fetch of this process, by the clock that is never set. */
  askedAt: number;
  /** Why that fetch failed; undefined when it did not, or there was none. */
  failure: string | undefined;
}

const nothing = { discovery: undefined, fetchedAt: 0, lastKey: undefined };

/** A key that was found and did not sign what it should have. */
export interface Doubt {
  unfit: VerifyKey;
  /** Whether the host may be asked again for the sake of whoever sent that; it may when this is left out. */
  mayAsk?: () => boolean;
}

export type FindPeerResult = { ok: true; discovery: Discovery } | { ok: false; detail: string };

export class Peers {
  readonly #ctx: PeersContext;
  /** Hosts whose document is in the database too. */
  readonly #kept = new RecentHosts<Known>(rememberedHosts);
  readonly #strangers = new RecentHosts<Known>(rememberedStrangers);
  #rowsAdded = 0;
  readonly #fetching = new Map<string, Promise<Known>>();

  constructor(ctx: PeersContext) {
    this.#ctx = ctx;
  }

  /**
   * Where the host is, its keys and limits, fresh within the hour or, while it is down, as they were last: a document
   * that says nothing else. For hosts that are written to; they are kept from here on.
   */
  async find(host: string): Promise<FindPeerResult> {
    const known = await this.#look(host);
    if (known.discovery === undefined || !this.#isTrusted(known))
      return { ok: false, detail: known.failure ?? `${host} did not answer.` };
    if (!this.#kept.has(host)) await this.#keep(host, known.discovery, known.fetchedAt);
    return { ok: true, discovery: known.discovery };
  }

  /**
   * A key of the host that is valid now. For a key id that is not known, or whose key does not fit what it should have
   * signed, the document is fetched anew, at most once a minute.
   */
  async findKey(host: string, keyId: string, doubt?: Doubt): Promise<VerifyKey | undefined> {
    const known = await this.#look(host);
    const key = await this.#importKey(known, keyId);
    if (known.discovery === undefined || (key !== undefined && !isSameKey(key, doubt?.unfit))) return key;
    const { clock } = this.#ctx;
    const isNew = isWithin(clock.now() - known.fetchedAt, refetchForKeyMs);
    if (isNew || clock.mono() - known.askedAt < refetchForKeyMs || doubt?.mayAsk?.() === false)
      return undefined;
    return this.#importKey(await this.#fetch(host), keyId);
  }

  /** True for a host that has shown itself, was written to, or has been judged by the operator: for no stranger. */
  async isKnown(host: string): Promise<boolean> {
    return this.#kept.has(host) || (await findPeer(this.#ctx.store.read, host)) !== undefined;
  }

  /** Notes that the host has signed with its key: it is kept from here on, and hears from us when we start. */
  async markSeen(host: string): Promise<void> {
    const met = this.#strangers.get(host);
    if (met?.discovery !== undefined) await this.#keep(host, met.discovery, met.fetchedAt);
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
    if (known.lastKey?.id === keyId) return known.lastKey.key;
    const key = await importVerifyKey(fromBase64Url(listed.publicKey));
    known.lastKey = { id: keyId, key };
    return key;
  }

  async #recall(host: string): Promise<Known | undefined> {
    const remembered = this.#remembered(host);
    if (remembered !== undefined) return remembered;
    const stored = readRow(await findPeer(this.#ctx.store.read, host));
    // The host may have been asked while the database was looked into.
    return this.#remembered(host) ?? (stored && this.#remember(host, stored, true));
  }

  #remembered(host: string): Known | undefined {
    return this.#kept.get(host) ?? this.#strangers.get(host);
  }

  #fetch(host: string): Promise<Known> {
    const running = this.#fetching.get(host);
    if (running !== undefined) return running;
    const fetching = this.#fetchOnce(host).finally(() => this.#fetching.delete(host));
    this.#fetching.set(host, fetching);
    return fetching;
  }

  async #fetchOnce(host: string): Promise<Known> {
    const { clock, store } = this.#ctx;
    const result = await discover(this.#ctx, host);
    const before = await findPeer(store.read, host);
    const askedAt = clock.mono();
    if (!result.ok) {
      // Another process may have had more luck; and memory may have forgotten the host meanwhile.
      const stored = readRow(before);
      const lastGood = stored ?? this.#strangers.get(host) ?? nothing;
      const failure = result.detail.slice(0, mostFailureLetters);
      return this.#remember(host, { ...lastGood, askedAt, failure }, stored !== undefined);
    }
    const discovery = essentials(result.discovery);
    const fetchedAt = clock.now();
    const isKept = before?.discovery !== undefined;
    if (isKept) await this.#save(host, discovery, fetchedAt);
    const known = { discovery, fetchedAt, lastKey: undefined, askedAt, failure: undefined };
    return this.#remember(host, known, isKept);
  }

  /** Gives a host its row, and takes those of the longest unheard strangers when there are too many. */
  async #keep(host: string, discovery: Discovery, fetchedAt: number): Promise<void> {
    await this.#save(host, discovery, fetchedAt);
    const known = this.#strangers.get(host);
    if (known !== undefined) this.#remember(host, known, true);
    if (this.#rowsAdded++ % countedEvery !== 0) return;
    await this.#ctx.store.write((tx) => deleteStrangersBeyond(tx, keptStrangers));
  }

  /** Writes down who the host is. That it was known by another root key is noted for the operator (§30.6). */
  async #save(host: string, discovery: Discovery, fetchedAt: number): Promise<void> {
    const { rootKey } = discovery;
    const rootChanged = await this.#ctx.store.write(async (tx) => {
      const before = await findPeer(tx, host);
      const hasChanged = before?.rootKey !== undefined && before.rootKey !== rootKey;
      const rootChangedAt = hasChanged ? fetchedAt : before?.rootChangedAt;
      const text = JSON.stringify(discovery);
      await saveDiscovery(tx, { host, discovery: text, fetchedAt, rootKey, rootChangedAt });
      return hasChanged;
    });
    if (rootChanged) this.#ctx.log("warn", "peer.rootKeyChanged", { host });
  }

  #remember(host: string, known: Known, isKept: boolean): Known {
    const [to, from] = isKept ? [this.#kept, this.#strangers] : [this.#strangers, this.#kept];
    from.delete(host);
    to.set(host, known);
    return known;
  }
}

/** What is stored of a host; undefined when that is no document that this version reads. */
function readRow(row: Peer | undefined): Known | undefined {
  if (row?.discovery === undefined || row.fetchedAt === undefined) return undefined;
  const discovery: unknown = JSON.parse(row.discovery);
  if (!discoveryShape.matches(discovery)) return undefined;
  return {
    discovery: essentials(discovery),
    fetchedAt: row.fetchedAt,
    lastKey: undefined,
    askedAt: Number.NEGATIVE_INFINITY,
    failure: undefined,
  };
}

function isSameKey(key: VerifyKey, other: VerifyKey | undefined): boolean {
  return other !== undefined && Buffer.from(key.publicKey).equals(other.publicKey);
}

/** False also for an age below zero: the clock was set back, and nothing can be said of what is younger than now. */
function isWithin(ageMs: number, limitMs: number): boolean {
  return ageMs >= 0 && ageMs < limitMs;
}
