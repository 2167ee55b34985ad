/** So many at a time; the others wait in the order they came. */
export class Turns {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(capacity: number) {
    this.#free = capacity;
  }

  /** True when it is the caller's turn, who then gives it back; false when `leave` aborted first. */
  take(leave: AbortSignal): Promise<boolean> {
    if (leave.aborted) return Promise.resolve(false);
    if (this.#free > 0) {
      this.#free--;
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const goAway = () => {
        this.#waiting.delete(comeIn);
        resolve(false);
      };
      const comeIn = () => {
        leave.removeEventListener("abort", goAway);
        resolve(true);
      };
      this.#waiting.add(comeIn);
      leave.addEventListener("abort", goAway, { once: true });
    });
  }

  giveBack(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#free++;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
