/** Sets of messages of one segment, by their numbers in it: a bit for each, 32 in a number. */

export type Bits = Uint32Array<ArrayBuffer>;

export function makeBits(size: number): Bits {
  return new Uint32Array(Math.ceil(size / 32));
}

export function fullBits(size: number): Bits {
  const bits = makeBits(size).fill(0xffffffff);
  if (size % 32 !== 0) bits[bits.length - 1] = 2 ** (size % 32) - 1;
  return bits;
}

export function setBit(bits: Bits, at: number): void {
  bits[at >>> 5] = (bits[at >>> 5] ?? 0) | (1 << (at & 31));
}

export function clearBit(bits: Bits, at: number): void {
  bits[at >>> 5] = (bits[at >>> 5] ?? 0) & ~(1 << (at & 31));
}

export function hasBit(bits: Bits, at: number): boolean {
  return ((bits[at >>> 5] ?? 0) & (1 << (at & 31))) !== 0;
}

/** Leaves in the first what is in both. */
export function keepCommon(bits: Bits, others: Bits): void {
  for (const [at, other] of others.entries()) bits[at] = (bits[at] ?? 0) & other;
}

/** Puts into the first what is in the second. */
export function addAll(bits: Bits, others: Bits): void {
  for (const [at, other] of others.entries()) bits[at] = (bits[at] ?? 0) | other;
}

/** All of so many that are not in the set. */
export function complementOf(bits: Bits, size: number): Bits {
  const all = fullBits(size);
  for (const [at, word] of bits.entries()) all[at] = (all[at] ?? 0) & ~word;
  return all;
}

export function isEmpty(bits: Bits): boolean {
  return bits.every((word) => word === 0);
}

export function countBits(bits: Bits): number {
  let count = 0;
  for (let word of bits) {
    for (; word !== 0; word &= word - 1) count++;
  }
  return count;
}

/** The first in the set from `start` on; -1 when there is none. */
export function nextBit(bits: Bits, start: number): number {
  let at = start >>> 5;
  let word = (bits[at] ?? 0) & (-1 << (start & 31));
  while (word === 0) {
    if (++at >= bits.length) return -1;
    word = bits[at] ?? 0;
  }
  return 32 * at + (31 - Math.clz32(word & -word));
}
