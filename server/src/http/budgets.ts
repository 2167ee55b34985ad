import type { Clock } from "../env/env.ts";

/** It is read with each take, so that it may change meanwhile. */
export interface BudgetRule {
  /** Takes saved up at most, and what a new key begins with. */
  readonly capacity: number;
  readonly refillPerS: number;
  /** What may be owed at most: as much as `capacity` unless it is said. */
  readonly maxDebt?: number;
  /** Keys remembered; beyond it the longest unused one is forgotten. */
  readonly maxKeys: number;
}

export type BudgetResult = { ok: true } | { ok: false; retryAfterS: number };

interface Bucket {
  level: number;
  filledAtMs: number;
}

/** Token buckets, one for each key, in bounded memory (CVE-2026-69132). Measured on the monotonic clock. */
export class Budgets {
  readonly #clock: Pick<Clock, "mono">;
  readonly #rule: BudgetRule;
  /** Longest unused first. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Pick<Clock, "mono">, rule: BudgetRule) {
    this.#clock = clock;
    this.#rule = rule;
  }

  /** Takes `count` at once or nothing; `retryAfterS` says when that many will be there, in whole seconds, at least 1. */
  take(key: string, count = 1): BudgetResult {
    const bucket = this.#filled(key);
    if (bucket.level >= count) {
      bucket.level -= count;
      return { ok: true };
    }
    const { capacity, refillPerS } = this.#rule;
    const missing = Math.min(count, capacity) - bucket.level;
    return { ok: false, retryAfterS: Math.max(1, Math.ceil(missing / refillPerS)) };
  }

  /**
   * Charges for what has already been done, also beyond what is there: until it is made up, `take` gives nothing. A
   * negative count gives back.
   */
  charge(key: string, count: number): void {
    const bucket = this.#filled(key);
    const { capacity, maxDebt = capacity } = this.#rule;
    bucket.level = Math.min(Math.max(bucket.level - count, -maxDebt), capacity);
  }

  #filled(key: string): Bucket {
    const { capacity, refillPerS, maxKeys } = this.#rule;
    const nowMs = this.#clock.mono();
    let bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      if (this.#buckets.size >= maxKeys) this.#forgetOldest();
      bucket = { level: capacity, filledAtMs: nowMs };
    } else {
      this.#buckets.delete(key);
      bucket.level = Math.min(capacity, bucket.level + ((nowMs - bucket.filledAtMs) / 1_000) * refillPerS);
      bucket.filledAtMs = nowMs;
    }
    this.#buckets.set(key, bucket);
    return bucket;
  }

  #forgetOldest(): void {
    const oldest = this.#buckets.keys().next();
    if (oldest.done !== true) this.#buckets.delete(oldest.value);
  }
}
