/** Sizes and places in sealed bytes (C2SP chunked-encryption v1, Cobblestone-256). */
export const saltBytes = 24;
/** Salt and commitment. */
export const headerBytes = 56;
/** Plaintext in every chunk but the last, which has less. */
export const chunkBytes = 16 * 1024;
export const tagBytes = 16;
export const sealedChunkBytes = chunkBytes + tagBytes;
export const maxChunks = 2 ** 38;
/** Sealed or opened side by side, which is enough to keep the platform at work. */
export const groupChunks = 16;

/** How many bytes it takes to seal so many. */
export function sealedSize(size: number): number {
  return headerBytes + size + (Math.floor(size / chunkBytes) + 1) * tagBytes;
}

export interface SealedLayout {
  /** Bytes of plaintext. */
  size: number;
  chunkCount: number;
}

/** What is in so many sealed bytes; undefined when nothing sealed has that size. */
export function findLayout(sealed: number): SealedLayout | undefined {
  const full = Math.floor((sealed - headerBytes) / sealedChunkBytes);
  const rest = sealed - headerBytes - full * sealedChunkBytes;
  if (sealed < headerBytes || rest < tagBytes || full >= maxChunks) return undefined;
  return { size: full * chunkBytes + rest - tagBytes, chunkCount: full + 1 };
}

/** Where the chunk of that number stands in the sealed bytes; the last one ends earlier, with them. */
export function chunkPlace(number: number): { start: number; end: number } {
  const start = headerBytes + number * sealedChunkBytes;
  return { start, end: start + sealedChunkBytes };
}
