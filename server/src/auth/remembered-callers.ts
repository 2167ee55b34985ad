import type { Clock } from "../env/env.ts";
import type { Caller } from "./caller.ts";

interface Remembered {
  caller: Caller;
  /** On the monotonic clock, so that stepping the wall clock back lengthens nothing. */
  untilMono: number;
}

/**
 * Callers whose credential was verified a moment ago, by the SHA-256 of that credential, so that a busy client costs a
 * hash and a look-up. What is revoked in this process is forgotten at once; what is revoked in another process of the
 * same server is noticed when the memory runs out.
 */
export class RememberedCallers {
  readonly #clock: Clock;
  readonly #capacity: number;
  readonly #maxMs: number;
  readonly #callers = new Map<string, Remembered>();
  #epoch = 0;

  constructor(clock: Clock, { capacity = 10_000, maxMs = 60_000 } = {}) {
    this.#clock = clock;
    this.#capacity = capacity;
    this.#maxMs = maxMs;
  }

  get size(): number {
    return this.#callers.size;
  }

  /** Changes whenever something is forgotten. Read it before asking the store, hand it to `remember`. */
  get epoch(): number {
    return this.#epoch;
  }

  find(key: string): Caller | undefined {
    const found = this.#callers.get(key);
    if (found === undefined) return undefined;
    if (found.untilMono > this.#clock.mono()) return found.caller;
    this.#callers.delete(key);
    return undefined;
  }

  /**
   * Remembers a caller for `forMs` at most. Does nothing when anything was forgotten since `epoch`: the caller may have
   * been read from the store just before it was revoked there.
   */
  remember(key: string, caller: Caller, forMs: number, epoch: number): void {
    if (epoch !== this.#epoch || forMs <= 0) return;
    this.#callers.delete(key);
    if (this.#callers.size >= this.#capacity) this.#dropOldest();
    this.#callers.set(key, { caller, untilMono: this.#clock.mono() + Math.min(forMs, this.#maxMs) });
  }

  forgetSession(sessionId: string): void {
    this.#forget((caller) => caller.sessionId === sessionId);
  }

  forgetApiToken(tokenId: string): void {
    this.#forget((caller) => caller.tokenId === tokenId);
  }

  /** For an account that is suspended or removed. */
  forgetAccount(accountId: number): void {
    this.#forget((caller) => caller.accountId === accountId);
  }

  #forget(isGone: (caller: Caller) => boolean): void {
    this.#epoch++;
    for (const [key, { caller }] of this.#callers) {
      if (isGone(caller)) this.#callers.delete(key);
    }
  }

  #dropOldest(): void {
    const oldest = this.#callers.keys().next();
    if (!oldest.done) this.#callers.delete(oldest.value);
  }
}
