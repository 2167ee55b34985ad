import type { Clock } from "./env.ts";

/** Something with a deadline; `check` ends it when that has passed. */
export interface Watched {
  check(nowMs: number): void;
}

/**
 * Looks after many deadlines with one timer instead of one each, because a timer a request is dear on the hot path.
 * A deadline is noticed at most `tickMs` late.
 */
export class Watch {
  readonly #clock: Pick<Clock, "mono" | "sleep">;
  readonly #tickMs: number;
  readonly #watched = new Set<Watched>();
  readonly #stop = new AbortController();
  #running = false;

  constructor(clock: Pick<Clock, "mono" | "sleep">, tickMs: number) {
    this.#clock = clock;
    this.#tickMs = tickMs;
  }

  add(watched: Watched): void {
    if (this.#stop.signal.aborted) {
      watched.check(Number.POSITIVE_INFINITY);
      return;
    }
    this.#watched.add(watched);
    if (!this.#running) void this.#run();
  }

  delete(watched: Watched): void {
    this.#watched.delete(watched);
  }

  /** Every deadline, also of what is added later, has passed. */
  stop(): void {
    this.#stop.abort("over");
    for (const watched of this.#watched) watched.check(Number.POSITIVE_INFINITY);
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#watched.size > 0) {
      await this.#clock.sleep(this.#tickMs, this.#stop.signal);
      if (this.#stop.signal.aborted) break;
      const now = this.#clock.mono();
      for (const watched of this.#watched) watched.check(now);
    }
    this.#running = false;
  }
}
