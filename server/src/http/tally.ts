/** How many there are under each key; a key that is back at none is forgotten. */
export class Tally {
  readonly #counts = new Map<string, number>();

  /** Counts one more unless there are `most` already; false then. */
  add(key: string, most: number): boolean {
    const count = this.#counts.get(key) ?? 0;
    if (count >= most) return false;
    this.#counts.set(key, count + 1);
    return true;
  }

  remove(key: string): void {
    const left = (this.#counts.get(key) ?? 1) - 1;
    if (left === 0) this.#counts.delete(key);
    else this.#counts.set(key, left);
  }
}
