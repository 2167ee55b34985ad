/**
 * Bytes that are sealed with a key and a context. The context says what they are and whose, in the form of
 * `encodeStatement`; who opens them gives it again, so that nothing sealed for one place is taken for another's.
 * The construction is in chunk-cipher.ts; for what does not fit in memory there is sealed-stream.ts.
 */
import { concatBytes } from "./bytes.ts";
import { findChunkCipher, makeChunkCipher, openChunks, sealChunks } from "./chunk-cipher.ts";
import { headerBytes, saltBytes } from "./sealed-layout.ts";

/** Seals with a key of 32 bytes, uniformly random; a key may seal many. Throws Error when it has another length. */
export function sealBytes(key: Uint8Array, context: Uint8Array, plaintext: Uint8Array): Promise<Uint8Array> {
  return sealBytesWith(drawSalt(), key, context, plaintext);
}

/** For test vectors: as `sealBytes`, with a salt of 24 bytes. One that comes twice with a key gives its texts away. */
export async function sealBytesWith(
  salt: Uint8Array,
  key: Uint8Array,
  context: Uint8Array,
  plaintext: Uint8Array,
): Promise<Uint8Array> {
  const cipher = await makeChunkCipher(key, context, salt);
  return concatBytes([cipher.header, ...(await sealChunks(cipher, 0, plaintext, true))]);
}

/** What was sealed with this key and context; undefined for anything else, whatever is wrong with it. */
export async function openBytes(
  key: Uint8Array,
  context: Uint8Array,
  sealed: Uint8Array,
): Promise<Uint8Array | undefined> {
  const cipher = await findChunkCipher(key, context, sealed.subarray(0, headerBytes));
  const chunks = cipher && (await openChunks(cipher, 0, sealed.subarray(headerBytes), true));
  return chunks && concatBytes(chunks);
}

/** A salt for one message. */
export function drawSalt(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(saltBytes));
}
