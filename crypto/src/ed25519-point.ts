/** The field's prime 2^255 − 19, which a canonical coordinate is below. */
const prime = 2n ** 255n - 19n;

/**
 * The y of every point whose order divides 8: the neutral point, that of order 2, two of order 4 (y = 0), four of
 * order 8. Whoever signs with such a key signs nothing: one signature fits many messages.
 */
const smallOrder: ReadonlySet<bigint> = new Set([
  0n,
  1n,
  prime - 1n,
  0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n,
  0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n,
]);

/** True when the 32 bytes spell a point in the one canonical way and its order is not small (RFC 8032 §5.1.3). */
export function isSoundPoint(bytes: Uint8Array): boolean {
  const y = readY(bytes);
  return y < prime && !smallOrder.has(y);
}

/** Little-endian, without the top bit, which is the sign of x. */
function readY(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes.toReversed()) value = (value << 8n) | BigInt(byte);
  return value & (2n ** 255n - 1n);
}
