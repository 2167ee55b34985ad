/** Bytes written and read in order. Whole numbers are in groups of seven bits, the lowest first, as in LEB128. */

/** Bytes that are not what they should be. It never leaves this folder: what is damaged counts as not there. */
export class Malformed extends Error {
  constructor(what: string) {
    super(`A piece of the search index is damaged: ${what}.`);
    this.name = "Malformed";
  }
}

export class ByteWriter {
  #bytes: Uint8Array;
  length = 0;

  constructor(capacity = 1024) {
    this.#bytes = new Uint8Array(capacity);
  }

  byte(value: number): void {
    if (this.length === this.#bytes.length) this.#grow(1);
    this.#bytes[this.length++] = value;
  }

  /** A whole number from 0 to 2^53 − 1. */
  whole(value: number): void {
    let rest = value;
    while (rest >= 0x80000000) {
      this.byte((rest % 128) | 128);
      rest = Math.floor(rest / 128);
    }
    while (rest >= 128) {
      this.byte((rest & 127) | 128);
      rest >>>= 7;
    }
    this.byte(rest);
  }

  /** A whole number of either sign: 0, −1, 1, −2, 2 as 0, 1, 2, 3, 4. */
  signed(value: number): void {
    this.whole(value < 0 ? -2 * value - 1 : 2 * value);
  }

  bytes(value: Uint8Array): void {
    if (this.length + value.length > this.#bytes.length) this.#grow(value.length);
    this.#bytes.set(value, this.length);
    this.length += value.length;
  }

  /** What was written so far. It is written over after `clear`. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  /** A copy of what was written so far. */
  copy(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.length);
  }

  clear(): void {
    this.length = 0;
  }

  #grow(more: number): void {
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.length + more));
    larger.set(this.view());
    this.#bytes = larger;
  }
}

/** Everything throws Malformed at the end of the bytes. */
export class ByteReader {
  readonly source: Uint8Array;
  at: number;
  readonly end: number;

  constructor(source: Uint8Array, start = 0, end = source.length) {
    this.source = source;
    this.at = start;
    this.end = end;
  }

  byte(): number {
    if (this.at >= this.end) throw new Malformed("it ends too soon");
    return this.source[this.at++] ?? 0;
  }

  whole(): number {
    const first = this.byte();
    if (first < 128) return first;
    let value = first & 127;
    let scale = 128;
    for (;;) {
      const next = this.byte();
      value += (next & 127) * scale;
      if (value > Number.MAX_SAFE_INTEGER) throw new Malformed("a number is too large");
      if (next < 128) return value;
      scale *= 128;
    }
  }

  signed(): number {
    const value = this.whole();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** A view of as many bytes. */
  take(length: number): Uint8Array {
    if (length > this.end - this.at) throw new Malformed("it ends too soon");
    const taken = this.source.subarray(this.at, this.at + length);
    this.at += length;
    return taken;
  }
}

/** As the order of their code points, which is that of the texts. Negative when `a` comes first. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shorter = Math.min(a.length, b.length);
  for (let at = 0; at < shorter; at++) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
