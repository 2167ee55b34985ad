import { fromBase64Url, toBase64Url } from "../base64.ts";
import { concatBytes, equalBytes } from "../bytes.ts";
import { sha256 } from "../digest.ts";
import { openBytes, sealBytesWith } from "../sealed-bytes.ts";
import { findLayout, sealedSize } from "../sealed-layout.ts";
import { toHex } from "./hex.ts";
import type { VectorCase } from "./vector-case.ts";

export interface SealedBytesVectors {
  good: readonly SealedBytesVector[];
  bad: readonly BadSealedBytes[];
}

export interface SealedBytesVector {
  name: string;
  key: string;
  context: string;
  salt: string;
  /** Bytes of plaintext; the one at position i is i mod 251. */
  size: number;
  /** The first 56 of the sealed bytes. */
  header: string;
  sealedSize: number;
  /** SHA-256 of the sealed bytes, in hex. */
  sealedHash: string;
  /** The sealed bytes, where they are few. */
  sealed?: string;
}

export interface BadSealedBytes {
  name: string;
  of: string;
  change: Change;
  /** As a stream these may come out before it fails: bytes at the beginning that are authentic. */
  authentic: number;
}

/** What is done, in this order, to the sealed bytes of a good case. */
interface Change {
  key?: string;
  context?: string;
  /** The first 56 bytes are those of this other case. */
  headerOf?: string;
  /** The chunks of these numbers, in this order, come behind the header; “name#2” is chunk 2 of another case. */
  chunks?: readonly (number | string)[];
  /** The lowest bit of this byte is another. */
  flip?: number;
  cutTo?: number;
  append?: string;
}

export const headerBytes = 56;
const chunkBytes = 16_400;
const plainChunkBytes = 16_384;

/** Bytes sealed anew and opened, the size told before, and what is not opened. */
export function sealedBytesCases(vectors: SealedBytesVectors): VectorCase[] {
  return [
    ...vectors.good.map((vector) => ({
      name: `is sealed like this, and opened: ${vector.name}`,
      expected: {
        hash: vector.sealedHash,
        header: vector.header,
        sealed: vector.sealed,
        opened: true,
      },
      find: () => sealAndOpen(vector),
    })),
    ...vectors.good.map(({ name, size, sealedSize: sealed }) => ({
      name: `has the size that can be told before: ${name}`,
      expected: { sealed, layout: { size, chunkCount: Math.floor(size / plainChunkBytes) + 1 } },
      find: async () => ({ sealed: sealedSize(size), layout: findLayout(sealed) }),
    })),
    ...vectors.bad.map((vector) => ({
      name: `is not opened: ${vector.name}`,
      expected: undefined,
      async find() {
        const { key, context, sealed } = await changed(vector, vectors);
        const opened = await openBytes(key, context, sealed);
        return opened && toBase64Url(opened);
      },
    })),
  ];
}

async function sealAndOpen(vector: SealedBytesVector) {
  const sealed = await sealGood(vector);
  const plaintext = patternOf(vector.size);
  const opened = await openBytes(fromBase64Url(vector.key), fromBase64Url(vector.context), sealed);
  return {
    hash: toHex(await sha256(sealed)),
    header: toBase64Url(sealed.subarray(0, headerBytes)),
    sealed: vector.sealed === undefined ? undefined : toBase64Url(sealed),
    opened: opened !== undefined && equalBytes(opened, plaintext),
  };
}

function sealGood({ salt, key, context, size }: SealedBytesVector): Promise<Uint8Array> {
  return sealBytesWith(fromBase64Url(salt), fromBase64Url(key), fromBase64Url(context), patternOf(size));
}

/** The plaintext of so many bytes that all cases have. */
export function patternOf(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at++) bytes[at] = at % 251;
  return bytes;
}

/** What a case changes, done: what to try to open, with which key and context. */
export async function changed({ of, change }: BadSealedBytes, { good }: SealedBytesVectors) {
  const find = (name: string) => {
    const found = good.find((one) => one.name === name);
    if (found === undefined) throw new Error(`the vectors hold no case “${name}”`);
    return found;
  };
  const chunkOf = async (chunk: number | string) => {
    const [name = of, number] = typeof chunk === "number" ? [of, chunk] : chunk.split("#");
    const start = headerBytes + Number(number) * chunkBytes;
    return (await sealGood(find(name))).slice(start, start + chunkBytes);
  };

  const base = find(of);
  let sealed = await sealGood(base);
  if (change.headerOf !== undefined) {
    sealed.set((await sealGood(find(change.headerOf))).subarray(0, headerBytes));
  }
  if (change.chunks !== undefined) {
    const chunks = await Promise.all(change.chunks.map(chunkOf));
    sealed = concatBytes([sealed.subarray(0, headerBytes), ...chunks]);
  }
  if (change.flip !== undefined) sealed[change.flip] = (sealed[change.flip] ?? 0) ^ 1;
  if (change.cutTo !== undefined) sealed = sealed.slice(0, change.cutTo);
  if (change.append !== undefined) sealed = concatBytes([sealed, fromBase64Url(change.append)]);
  return {
    key: fromBase64Url(change.key ?? base.key),
    context: fromBase64Url(change.context ?? base.context),
    sealed,
  };
}
