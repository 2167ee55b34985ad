/**
 * Padding before encryption, so that the length of a ciphertext says little of the length of what is in it: Padmé
 * (Nikitin et al., “Reducing Metadata Leakage from Encrypted Files and Communication with PURBs”, PoPETs 2019(4), section 4)
 * with a floor. Up to a length M, Padmé shows O(log log M) bits of it and adds at most 12 %.
 *
 * The padded form is the length in eight bytes, the highest first, then the bytes, then zeros.
 */

const lengthBytes = 8;
const messageFloor = 1024;
const fileStep = 16 * 1024;
const fileStepsEnd = 1024 * 1024;

/** Bytes in the padded form of a message or record of `size` bytes: Padmé, but at least 1 KiB. */
export function paddedMessageSize(size: number): number {
  return Math.max(messageFloor, padme(withLength(size)));
}

/**
 * Bytes in the padded form of a file of `size` bytes: the next multiple of 16 KiB up to 1 MiB, Padmé above, which is a
 * multiple of 16 KiB as well, so that every chunk of sealed bytes is full.
 */
export function paddedFileSize(size: number): number {
  const needed = withLength(size);
  return needed <= fileStepsEnd ? Math.ceil(needed / fileStep) * fileStep : padme(needed);
}

/** The padded form of a message or record, of `paddedMessageSize` bytes. */
export function padMessage(bytes: Uint8Array): Uint8Array {
  const padded = new Uint8Array(paddedMessageSize(bytes.length));
  new DataView(padded.buffer).setBigUint64(0, BigInt(bytes.length));
  padded.set(bytes, lengthBytes);
  return padded;
}

/**
 * The bytes whose padded form this is; undefined when it is nobody's: another size than is prescribed for the length
 * in it, or padding that is not all zeros. So bytes have one padded form, and nothing can be hidden in it.
 */
export function unpadMessage(padded: Uint8Array): Uint8Array | undefined {
  if (padded.length < messageFloor) return undefined;
  const view = new DataView(padded.buffer, padded.byteOffset, padded.byteLength);
  const size = view.getBigUint64(0);
  if (size > BigInt(padded.length - lengthBytes)) return undefined;
  const end = lengthBytes + Number(size);
  if (paddedMessageSize(Number(size)) !== padded.length) return undefined;
  const rest = padded.subarray(end).reduce((bits, byte) => bits | byte, 0);
  return rest === 0 ? padded.slice(lengthBytes, end) : undefined;
}

/**
 * Padmé: the least length not below `length` whose binary form, after its first ⌊log₂⌊log₂ length⌋⌋ + 2 bits, has only
 * zeros. Throws RangeError when it is no longer exact as a number.
 */
export function padme(length: number): number {
  if (length < 2) return length;
  const exponent = floorLog2(length);
  const step = 2 ** (exponent - bitLength(exponent));
  const padded = Math.ceil(length / step) * step;
  if (!Number.isSafeInteger(padded)) throw new RangeError(`A length of ${length} bytes is too large to pad.`);
  return padded;
}

function withLength(size: number): number {
  if (!Number.isSafeInteger(size) || size < 0) throw new RangeError(`${size} is not a number of bytes.`);
  return size + lengthBytes;
}

function bitLength(value: number): number {
  return floorLog2(value) + 1;
}

/** Exact, where Math.log2 rounds up from about 2^48 on. */
function floorLog2(value: number): number {
  const high = Math.floor(value / 2 ** 32);
  return high > 0 ? 63 - Math.clz32(high) : 31 - Math.clz32(value);
}
