/**
 * The one construction for files, records and wrapped secrets: C2SP chunked-encryption v1 in the instantiation
 * Cobblestone-256. Sealed bytes are salt (24) ‖ commitment (32) ‖ chunks of 16 KiB, each encrypted with AES-256-GCM under
 * a nonce made of its number; the last is shorter than 16 KiB, and may be empty, which is how its end is known.
 */
import { type AeadKey, importAeadKey, openAead, sealAead } from "./aead.ts";
import { concatBytes, equalBytes } from "./bytes.ts";
import { hkdfExpand } from "./hkdf.ts";
import {
  chunkBytes,
  headerBytes,
  maxChunks,
  saltBytes,
  sealedChunkBytes,
  tagBytes,
} from "./sealed-layout.ts";

const keyBytes = 32;
const nonceBytes = 12;
const commitmentBytes = headerBytes - saltBytes;
const purpose = new TextEncoder().encode("c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0");

/** What seals and opens the chunks of one message. It holds secrets: never log it. */
export interface ChunkCipher {
  /** Salt and commitment, with which the sealed bytes begin. */
  readonly header: Uint8Array;
  readonly key: AeadKey;
  readonly baseNonce: Uint8Array;
}

/** The cipher of one new message; a salt of 24 bytes must never come twice with one key. Throws Error as a caller errs. */
export async function makeChunkCipher(
  key: Uint8Array,
  context: Uint8Array,
  salt: Uint8Array,
): Promise<ChunkCipher> {
  if (key.length !== keyBytes) throw new Error(`A key has ${keyBytes} bytes, not ${key.length}.`);
  if (salt.length !== saltBytes) throw new Error(`A salt has ${saltBytes} bytes, not ${salt.length}.`);
  const info = concatBytes([purpose, salt, context]);
  const derived = await hkdfExpand("SHA-512", key, info, keyBytes + nonceBytes + commitmentBytes);
  return {
    header: concatBytes([salt, derived.subarray(keyBytes + nonceBytes)]),
    key: await importAeadKey(derived.subarray(0, keyBytes)),
    baseNonce: derived.slice(keyBytes, keyBytes + nonceBytes),
  };
}

/** The cipher of the message that begins with this header; undefined when key and context do not fit it. */
export async function findChunkCipher(
  key: Uint8Array,
  context: Uint8Array,
  header: Uint8Array,
): Promise<ChunkCipher | undefined> {
  if (header.length !== headerBytes) return undefined;
  const cipher = await makeChunkCipher(key, context, header.subarray(0, saltBytes));
  return equalBytes(cipher.header, header) ? cipher : undefined;
}

/** Chunks in a row, the first with this number. `isEnd` says that nothing follows, so the last is sealed short. */
export function sealChunks(
  cipher: ChunkCipher,
  first: number,
  plaintext: Uint8Array,
  isEnd: boolean,
): Promise<Uint8Array[]> {
  const count = Math.floor(plaintext.length / chunkBytes) + (isEnd ? 1 : 0);
  return Promise.all(
    Array.from({ length: count }, (_, at) => {
      const chunk = plaintext.subarray(at * chunkBytes, (at + 1) * chunkBytes);
      return sealAead(cipher.key, chunkNonce(cipher, first + at), chunk);
    }),
  );
}

/**
 * The plaintexts of chunks in a row, the first with this number; undefined when one of them is not the chunk of that
 * number. `isEnd` says that nothing follows, so the last must be short, and none before it.
 */
export async function openChunks(
  cipher: ChunkCipher,
  first: number,
  sealed: Uint8Array,
  isEnd: boolean,
): Promise<Uint8Array[] | undefined> {
  const full = Math.floor(sealed.length / sealedChunkBytes);
  const rest = sealed.length - full * sealedChunkBytes;
  if (isEnd ? rest < tagBytes : rest > 0) return undefined;
  const opened = await Promise.all(
    Array.from({ length: full + (isEnd ? 1 : 0) }, (_, at) => {
      const chunk = sealed.subarray(at * sealedChunkBytes, (at + 1) * sealedChunkBytes);
      return openAead(cipher.key, chunkNonce(cipher, first + at), chunk);
    }),
  );
  return opened.every((chunk) => chunk !== undefined) ? opened : undefined;
}

/** The base nonce with the chunk's number added to its last five bytes, without carry. */
function chunkNonce({ baseNonce }: ChunkCipher, number: number): Uint8Array {
  if (number >= maxChunks) throw new Error(`A message has at most ${maxChunks} chunks.`);
  const nonce = Uint8Array.from(baseNonce);
  const view = new DataView(nonce.buffer);
  view.setUint8(7, view.getUint8(7) ^ Math.floor(number / 2 ** 32));
  view.setUint32(8, view.getUint32(8) ^ (number % 2 ** 32));
  return nonce;
}
