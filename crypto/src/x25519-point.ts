/** The field's prime 2^255 − 19. */
const prime = 2n ** 255n - 19n;

/**
 * The u of every point whose order divides 8, on the curve or on its twist. With these every secret gives the same
 * shared secret, all zeros, so whoever sends one shares nothing (RFC 7748 §6.1).
 */
const smallOrder: ReadonlySet<bigint> = new Set([
  0n,
  1n,
  prime - 1n,
  0x00b8495f16056286fdb1329ceb8d09da6ac49ff1fae35616aeb8413b7c7aebe0n,
  0x57119fd0dd4e22d8868e1c58c45c44045bef839c55b1d0b1248c50a3bc959c5fn,
]);

/** Whether the 32 bytes are one of those points, in any of their spellings. */
export function isSmallOrder(point: Uint8Array): boolean {
  let u = 0n;
  for (const byte of point.toReversed()) u = (u << 8n) | BigInt(byte);
  // The top bit is not read (§5), and a u beyond the field stands for the one below it.
  return smallOrder.has((u & (2n ** 255n - 1n)) % prime);
}
