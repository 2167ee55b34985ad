import type { Random } from "@posthorn/server";

/** The same chance for the same seed (xoshiro128**, Blackman and Vigna). For tests only: it keeps no secret. */
export function seededRandom(seed: number): Random & { int(below: number): number } {
  const state = new Uint32Array(4);
  let mix = seed >>> 0;
  for (let index = 0; index < 4; index++) {
    mix = (mix + 0x9e3779b9) >>> 0;
    let word = Math.imul(mix ^ (mix >>> 16), 0x85ebca6b);
    word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
    state[index] = (word ^ (word >>> 16)) >>> 0;
  }
  const next = (): number => {
    const [a = 0, b = 0, c = 0, d = 0] = state;
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    const third = c ^ a;
    const fourth = d ^ b;
    state[1] = b ^ third;
    state[0] = a ^ fourth;
    state[2] = third ^ shifted;
    state[3] = rotate(fourth, 11);
    return result;
  };
  return {
    bytes: (length) => Uint8Array.from({ length }, () => next() & 0xff),
    fraction: () => next() / 2 ** 32,
    int: (below) => Math.floor((next() / 2 ** 32) * below),
  };
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}
