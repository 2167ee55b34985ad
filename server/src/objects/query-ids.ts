const idsInPart = 32_768;

/**
 * A set of message ids of one account. They lie close together, so each is one bit; but between what came before and after
 * a start of the server may be many that nothing has (epoch-store.ts), for which nothing is kept.
 */
export class IdSet {
  /** By the multiple of `idsInPart` at which they begin, the bits of the ids from there on. */
  readonly #parts = new Map<number, Uint8Array>();
  #last: { from: number; bits: Uint8Array } | undefined;

  add(id: number): void {
    const at = id % idsInPart;
    const bits = this.#openPart(id - at);
    bits[at >> 3] = (bits[at >> 3] ?? 0) | (1 << (at & 7));
  }

  has(id: number): boolean {
    const at = id % idsInPart;
    return ((this.#parts.get(id - at)?.[at >> 3] ?? 0) & (1 << (at & 7))) !== 0;
  }

  /** Keeps those only that are in another set too. */
  keep(other: IdSet): void {
    this.#last = undefined;
    for (const [from, bits] of this.#parts) {
      const others = other.#parts.get(from);
      if (others === undefined) this.#parts.delete(from);
      else for (let at = 0; at < bits.length; at++) bits[at] = (bits[at] ?? 0) & (others[at] ?? 0);
    }
  }

  /** All of them in order, or undefined when they are more than `most`. */
  list(most: number): number[] | undefined {
    const ids: number[] = [];
    for (const [from, bits] of [...this.#parts].sort(([a], [b]) => a - b)) {
      for (const [at, byte] of bits.entries()) {
        if (byte === 0) continue;
        for (let bit = 0; bit < 8; bit++) if ((byte & (1 << bit)) !== 0) ids.push(from + 8 * at + bit);
        if (ids.length > most) return undefined;
      }
    }
    return ids;
  }

  #openPart(from: number): Uint8Array {
    if (this.#last?.from === from) return this.#last.bits;
    const bits = this.#parts.get(from) ?? new Uint8Array(idsInPart / 8);
    this.#parts.set(from, bits);
    this.#last = { from, bits };
    return bits;
  }
}
