/** A set of message ids of one account: they are small numbers that lie close together, so each is one bit. */
export class IdSet {
  readonly #bits: Uint8Array;

  /** Of ids up to `last`. */
  constructor(last: number) {
    this.#bits = new Uint8Array(Math.floor(last / 8) + 1);
  }

  add(id: number): void {
    const at = Math.floor(id / 8);
    this.#bits[at] = (this.#bits[at] ?? 0) | (1 << (id & 7));
  }

  has(id: number): boolean {
    return ((this.#bits[Math.floor(id / 8)] ?? 0) & (1 << (id & 7))) !== 0;
  }

  /** Keeps those only that are in another set too, which is of as many ids. */
  keep(other: IdSet): void {
    for (let at = 0; at < this.#bits.length; at++)
      this.#bits[at] = (this.#bits[at] ?? 0) & (other.#bits[at] ?? 0);
  }

  /** All of them in order, or undefined when they are more than `most`. */
  list(most: number): number[] | undefined {
    const ids: number[] = [];
    for (const [at, byte] of this.#bits.entries()) {
      if (byte === 0) continue;
      for (let bit = 0; bit < 8; bit++) if ((byte & (1 << bit)) !== 0) ids.push(8 * at + bit);
      if (ids.length > most) return undefined;
    }
    return ids;
  }
}
