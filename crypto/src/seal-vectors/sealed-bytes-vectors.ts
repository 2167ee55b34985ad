/** What vectors/sealed-bytes.json holds: good and bad cases of sealed bytes. */
import { hash } from "node:crypto";
import { toBase64Url } from "../base64.ts";
import { bindTexts } from "../bind-texts.ts";
import { sealBytesWith } from "../sealed-bytes.ts";
import {
  type BadSealedBytes,
  headerBytes,
  patternOf,
  type SealedBytesVector,
  type SealedBytesVectors,
} from "../vector-cases/sealed-bytes.ts";
import { bytesOf } from "./x-wing-vectors.ts";

const chunkBytes = 16_400;
const shownBytes = 200;

const sizes: readonly [name: string, size: number][] = [
  ["nothing", 0],
  ["one byte", 1],
  ["a record", 100],
  ["a byte less than a chunk", 16_383],
  ["a chunk", 16_384],
  ["a chunk and a byte", 16_385],
  ["two chunks", 32_768],
  ["two chunks, sealed again", 32_768],
  ["sixteen chunks", 262_144],
  ["seventeen chunks and some", 280_000],
  ["more chunks than a byte counts", 257 * 16_384 + 5],
];

export async function sealedBytesVectors(): Promise<SealedBytesVectors> {
  return { good: await Promise.all(sizes.map(([name, size]) => good(name, size))), bad };
}

async function good(name: string, size: number): Promise<SealedBytesVector> {
  const salt = bytesOf(`salt, ${name}`).slice(0, 24);
  const key = bytesOf("a key for sealed bytes");
  const context = bindTexts("posthorn-test", ["file", "one"]);
  const sealed = await sealBytesWith(salt, key, context, patternOf(size));
  return {
    name,
    key: toBase64Url(key),
    context: toBase64Url(context),
    salt: toBase64Url(salt),
    size,
    header: toBase64Url(sealed.subarray(0, headerBytes)),
    sealedSize: sealed.length,
    sealedHash: hash("sha256", sealed),
    ...(sealed.length <= shownBytes && { sealed: toBase64Url(sealed) }),
  };
}

const bad: readonly BadSealedBytes[] = [
  { name: "no bytes", of: "a record", change: { cutTo: 0 }, authentic: 0 },
  { name: "cut within the salt", of: "a record", change: { cutTo: 23 }, authentic: 0 },
  { name: "cut within the commitment", of: "a record", change: { cutTo: 55 }, authentic: 0 },
  { name: "the header alone", of: "a record", change: { cutTo: 56 }, authentic: 0 },
  { name: "too little behind the header for a tag", of: "a record", change: { cutTo: 71 }, authentic: 0 },
  { name: "the last byte is missing", of: "a record", change: { cutTo: 171 }, authentic: 0 },
  { name: "the empty last chunk is missing", of: "a chunk", change: { chunks: [0] }, authentic: 16_384 },
  { name: "the last chunk is missing", of: "a chunk and a byte", change: { chunks: [0] }, authentic: 16_384 },
  {
    name: "all but the first chunk is missing",
    of: "two chunks",
    change: { chunks: [0] },
    authentic: 16_384,
  },
  { name: "cut within the first chunk", of: "two chunks", change: { cutTo: 10_000 }, authentic: 0 },
  { name: "cut within the second chunk", of: "two chunks", change: { cutTo: 20_000 }, authentic: 16_384 },
  {
    name: "cut after sixteen chunks",
    of: "seventeen chunks and some",
    change: { cutTo: 56 + 16 * chunkBytes },
    authentic: 262_144,
  },
  { name: "a byte more", of: "a record", change: { append: "AA" }, authentic: 0 },
  {
    name: "a byte more behind the empty last chunk",
    of: "a chunk",
    change: { append: "AA" },
    authentic: 16_384,
  },
  { name: "the last chunk twice", of: "a chunk", change: { chunks: [0, 1, 1] }, authentic: 16_384 },
  { name: "a chunk behind the last", of: "a record", change: { chunks: [0, "a chunk#0"] }, authentic: 0 },
  { name: "two chunks in the other order", of: "two chunks", change: { chunks: [1, 0, 2] }, authentic: 0 },
  { name: "a chunk twice", of: "two chunks", change: { chunks: [0, 0, 1, 2] }, authentic: 16_384 },
  { name: "a chunk in the middle left out", of: "two chunks", change: { chunks: [0, 2] }, authentic: 16_384 },
  { name: "the first chunk left out", of: "two chunks", change: { chunks: [1, 2] }, authentic: 0 },
  {
    name: "a chunk of another message",
    of: "two chunks",
    change: { chunks: [0, "two chunks, sealed again#1", 2] },
    authentic: 16_384,
  },
  {
    name: "the header of another message",
    of: "two chunks",
    change: { headerOf: "two chunks, sealed again" },
    authentic: 0,
  },
  { name: "one bit of the salt", of: "a record", change: { flip: 0 }, authentic: 0 },
  { name: "one bit of the commitment", of: "a record", change: { flip: 24 }, authentic: 0 },
  { name: "the last bit of the commitment", of: "a record", change: { flip: 55 }, authentic: 0 },
  { name: "one bit of the text", of: "a record", change: { flip: 56 }, authentic: 0 },
  { name: "one bit of the tag", of: "a record", change: { flip: 171 }, authentic: 0 },
  { name: "one bit of the second chunk", of: "two chunks", change: { flip: 20_000 }, authentic: 16_384 },
  {
    name: "one bit of the tag of the empty last chunk",
    of: "two chunks",
    change: { flip: 56 + 2 * chunkBytes },
    authentic: 32_768,
  },
  { name: "another key", of: "a record", change: { key: toBase64Url(bytesOf("another key")) }, authentic: 0 },
  { name: "another context", of: "a record", change: { context: contextOf("file", "two") }, authentic: 0 },
  {
    name: "the same letters, parted otherwise",
    of: "a record",
    change: { context: contextOf("fileo", "ne") },
    authentic: 0,
  },
  { name: "no context", of: "a record", change: { context: "" }, authentic: 0 },
];

function contextOf(...texts: readonly string[]): string {
  return toBase64Url(bindTexts("posthorn-test", texts));
}
