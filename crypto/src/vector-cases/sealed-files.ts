import { fromBase64Url } from "../base64.ts";
import { concatBytes, equalBytes } from "../bytes.ts";
import { sha256 } from "../digest.ts";
import { padFile, unpadFile } from "../padded-file.ts";
import { sealBytesWith } from "../sealed-bytes.ts";
import { type FilePlace, fileContext } from "../sealed-file.ts";
import { type ByteRanges, sealRanges } from "../sealed-ranges.ts";
import { openStream } from "../sealed-stream.ts";
import { fromHex, toHex } from "./hex.ts";
import { headerBytes, patternOf } from "./sealed-bytes.ts";
import { inPieces, outcomeOf } from "./sealed-streams.ts";
import type { VectorCase } from "./vector-case.ts";

export interface FileVectors {
  good: readonly FileVector[];
  /** The name of the good one that the bad ones are made from. */
  base: string;
  bad: readonly BadFile[];
}

/** Where a file belongs, what opens it, and how many bytes it has. */
interface PlacedFile extends FilePlace {
  key: string;
  /** The byte at position i is i mod 251. */
  size: number;
}

interface FileVector extends PlacedFile {
  name: string;
  salt: string;
  paddedSize: number;
  sealedSize: number;
  /** SHA-256 of the sealed bytes, in hex. */
  hash: string;
}

interface BadFile {
  name: string;
  change: FileChange;
  /** SHA-256 of what is then to be opened, in hex. */
  sealedHash: string;
}

/** What is done to the sealed bytes, in this order; what is of a place is used to open them. */
interface FileChange extends Partial<PlacedFile> {
  /** The padded form is another before it is sealed. */
  padded?: PaddedChange;
  chunks?: readonly (number | string)[];
  flip?: number;
  cutTo?: number;
}

interface PaddedChange {
  /** Its first eight bytes, in hex. */
  length?: string;
  put?: readonly { at: number; byte: number }[];
  /** It is cut, or zeros are put behind it. */
  size?: number;
}

const sealedChunkBytes = 16_400;
const pieceBytes = 9_999;

/** Files sealed from anywhere in them, and opened as they come; and what is not the file. */
export function sealedFileCases({ good, base, bad }: FileVectors): VectorCase[] {
  const find = (name: string) => {
    const found = good.find((one) => one.name === name);
    if (found === undefined) throw new Error(`the vectors hold no case “${name}”`);
    return found;
  };
  const usual = find(base);
  return [
    ...good.map((vector) => ({
      name: `is sealed like this, and opened: ${vector.name}`,
      expected: { padded: vector.paddedSize, sealed: vector.sealedSize, hash: vector.hash, opened: true },
      find: () => sealAndOpen(vector),
    })),
    ...bad.map(({ name, change, sealedHash }) => ({
      name: `is not opened: ${name}`,
      expected: { hash: sealedHash, whole: false, authentic: true },
      async find() {
        const sealed = await changed(usual, change, find);
        const { bytes, whole } = await open({ ...usual, ...change }, sealed);
        const authentic = bytes.length <= usual.size && equalBytes(bytes, patternOf(bytes.length));
        return { hash: toHex(await sha256(sealed)), whole, authentic };
      },
    })),
  ];
}

async function sealAndOpen(vector: FileVector) {
  const padded = padFile(rangesOf(patternOf(vector.size)));
  const ranges = sealRanges(
    fromBase64Url(vector.key),
    fileContext(vector),
    fromBase64Url(vector.salt),
    padded,
  );
  const pieces: Uint8Array[] = [];
  for await (const piece of ranges.read(0, ranges.size)) pieces.push(piece);
  const sealed = concatBytes(pieces);
  const { bytes, whole } = await open(vector, sealed);
  return {
    padded: padded.size,
    sealed: sealed.length,
    hash: toHex(await sha256(sealed)),
    opened: whole && equalBytes(bytes, patternOf(vector.size)),
  };
}

function open(place: PlacedFile, sealed: Uint8Array) {
  const stream = openStream(fromBase64Url(place.key), fileContext(place), inPieces(sealed, pieceBytes));
  return outcomeOf(unpadFile(place.size, stream));
}

async function changed(
  usual: FileVector,
  { padded = {}, chunks, flip, cutTo }: FileChange,
  find: (name: string) => FileVector,
): Promise<Uint8Array> {
  let sealed = await sealPadded(usual, padded);
  if (chunks !== undefined) {
    const header = sealed.subarray(0, headerBytes);
    const others = chunks.map(async (chunk) => {
      if (typeof chunk === "number") return chunkOf(sealed, chunk);
      const [name = "", number] = chunk.split("#");
      return chunkOf(await sealPadded(find(name), {}), Number(number));
    });
    sealed = concatBytes([header, ...(await Promise.all(others))]);
  }
  if (flip !== undefined) sealed[flip] = (sealed[flip] ?? 0) ^ 1;
  return cutTo === undefined ? sealed : sealed.slice(0, cutTo);
}

function chunkOf(sealed: Uint8Array, number: number): Uint8Array {
  const start = headerBytes + number * sealedChunkBytes;
  return sealed.slice(start, start + sealedChunkBytes);
}

/** Sealed in one piece, as only a sender who cheats would have to. */
async function sealPadded(vector: FileVector, { length, put = [], size }: PaddedChange): Promise<Uint8Array> {
  const padded = new Uint8Array(size ?? vector.paddedSize);
  const pieces: Uint8Array[] = [];
  for await (const piece of padFile(rangesOf(patternOf(vector.size))).read(0, vector.paddedSize)) {
    pieces.push(piece);
  }
  padded.set(concatBytes(pieces).subarray(0, padded.length));
  if (length !== undefined) padded.set(fromHex(length));
  for (const { at, byte } of put) padded[at] = byte;
  return sealBytesWith(fromBase64Url(vector.salt), fromBase64Url(vector.key), fileContext(vector), padded);
}

function rangesOf(bytes: Uint8Array): ByteRanges {
  return {
    size: bytes.length,
    async *read(offset, length) {
      yield bytes.subarray(offset, offset + length);
    },
  };
}
