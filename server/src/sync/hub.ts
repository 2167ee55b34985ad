import type { Clock, Log } from "../env/env.ts";
import { getAccountState, listAccountStates } from "../store/account-store.ts";
import type { OpenStore } from "../store/sql.ts";
import type { StateType } from "../store/state-type.ts";
import { changedSince } from "./state-change.ts";

/** How often a server of several processes looks for what none of them has told (store/postgres-changes.ts). */
const lookMs = 30_000;
const accountsPerLook = 5_000;

export interface HubContext {
  store: Pick<OpenStore, "dialect" | "read" | "onChanged">;
  clock: Pick<Clock, "sleep">;
  log: Log;
}

/** Who hears of an account's changes. */
export interface HubListener {
  /** All that has changed up to `state` and was not told before is of these types. */
  changed(state: number, types: ReadonlySet<StateType>): void;
}

interface Watched {
  readonly listeners: Set<HubListener>;
  /** Changes up to this state were told. */
  told: number | undefined;
  /** Noted by writers and not told yet. What no state counts, as a quota that is set anew, is known from these alone. */
  noted: Set<StateType>;
  isStale: boolean;
  isLooking: boolean;
}

/**
 * Tells those who listen to an account what has changed in it. What a commit has noted only wakes it: what to tell is
 * read from the store since the state that was told last, so that whoever has heard of a state has heard of all before
 * it. Changes that come while it reads are told together by one more read. An account nobody listens to costs nothing.
 */
export class Hub {
  readonly #ctx: HubContext;
  readonly #accounts = new Map<number, Watched>();
  readonly #stop = new AbortController();
  readonly #stopListening: () => void;

  constructor(ctx: HubContext) {
    this.#ctx = ctx;
    this.#stopListening = ctx.store.onChanged(
      (accountId, types) => this.#noted(accountId, types),
      () => void this.#lookAtAll(),
    );
    if (ctx.store.dialect === "postgres") void this.#lookNowAndThen();
  }

  /** From now on the listener hears of the account. Gives a state; what comes after it is told. */
  async add(accountId: number, listener: HubListener): Promise<number> {
    const watched = this.#accounts.get(accountId) ?? {
      listeners: new Set(),
      told: undefined,
      noted: new Set(),
      isStale: false,
      isLooking: false,
    };
    this.#accounts.set(accountId, watched);
    watched.listeners.add(listener);
    try {
      if (watched.told === undefined) {
        const state = await getAccountState(this.#ctx.store.read, accountId);
        watched.told ??= state;
      }
      return watched.told;
    } catch (error) {
      this.remove(accountId, listener);
      throw error;
    }
  }

  remove(accountId: number, listener: HubListener): void {
    const watched = this.#accounts.get(accountId);
    watched?.listeners.delete(listener);
    if (watched?.listeners.size === 0) this.#accounts.delete(accountId);
  }

  /** Nobody is told anything any more. */
  close(): void {
    this.#stopListening();
    this.#stop.abort("over");
    this.#accounts.clear();
  }

  #noted(accountId: number, types: ReadonlySet<StateType>): void {
    const watched = this.#accounts.get(accountId);
    if (watched === undefined) return;
    for (const type of types) watched.noted.add(type);
    this.#wake(accountId, watched);
  }

  #wake(accountId: number, watched: Watched): void {
    watched.isStale = true;
    if (!watched.isLooking) void this.#look(accountId, watched);
  }

  async #look(accountId: number, watched: Watched): Promise<void> {
    watched.isLooking = true;
    while (watched.isStale) {
      watched.isStale = false;
      const { noted } = watched;
      watched.noted = new Set();
      try {
        await this.#tell(accountId, watched, noted);
      } catch (error) {
        // Told with the next change, or when all accounts are looked at.
        for (const type of noted) watched.noted.add(type);
        this.#ctx.log("error", "changes not told", { error });
        break;
      }
    }
    watched.isLooking = false;
  }

  async #tell(accountId: number, watched: Watched, noted: ReadonlySet<StateType>): Promise<void> {
    const { read } = this.#ctx.store;
    // The state first: what is committed between the two is told now and once more, never not at all.
    const state = await getAccountState(read, accountId);
    const since = watched.told;
    const found = since === undefined || since === state ? [] : await changedSince(read, accountId, since);
    watched.told = state;
    const types = new Set([...noted, ...found]);
    if (types.size === 0) return;
    for (const listener of watched.listeners) listener.changed(state, types);
  }

  async #lookNowAndThen(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await this.#ctx.clock.sleep(lookMs, signal);
      if (!signal.aborted) await this.#lookAtAll();
    }
  }

  /** Wakes those accounts that have another state than was told. */
  async #lookAtAll(): Promise<void> {
    const accountIds = [...this.#accounts.keys()];
    try {
      for (let at = 0; at < accountIds.length; at += accountsPerLook) {
        const some = accountIds.slice(at, at + accountsPerLook);
        for (const { accountId, state } of await listAccountStates(this.#ctx.store.read, some)) {
          const watched = this.#accounts.get(accountId);
          if (watched?.told !== undefined && watched.told !== state) this.#wake(accountId, watched);
        }
      }
    } catch (error) {
      this.#ctx.log("error", "changes not looked for", { error });
    }
  }
}
