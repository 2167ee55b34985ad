/** What AES-256-GCM alone takes for a file, in three ways: the measure, and no way to keep a secret. */
import { createCipheriv, createDecipheriv } from "node:crypto";
import { collect, drain, flowOf, plaintextOf } from "./byte-flow.ts";
import type { Work } from "./contender.ts";
import { randomBytes } from "./random-bytes.ts";

const name = "AES-GCM";
const nodeName = "aes-256-gcm";
const tagBytes = 16;
/** Those of Posthorn, and as many under way. */
const pieceBytes = 16_384;
const piecesAtOnce = 16;
const nonce = randomBytes(12);

/** The whole as one, by one cipher of `node:crypto` that is fed piece by piece: what one thread can do here. */
export async function bareCipherFile(size: number): Promise<Work> {
  const key = randomBytes(32);
  async function* encrypt() {
    const cipher = createCipheriv(nodeName, key, nonce);
    for await (const piece of plaintextOf(size, pieceBytes)) yield cipher.update(piece);
    cipher.final();
    yield cipher.getAuthTag();
  }
  const sealed = await collect(encrypt());
  const tag = sealed.pop();
  if (tag === undefined) throw new Error("The cipher gave no tag.");
  async function* decrypt(tag: Uint8Array) {
    const decipher = createDecipheriv(nodeName, key, nonce).setAuthTag(tag);
    for (const piece of sealed) yield decipher.update(piece);
    decipher.final();
  }
  return {
    seal: () => drain(encrypt(), size + tagBytes),
    open: () => drain(decrypt(tag), size),
  };
}

/** Each piece by itself, by WebCrypto. */
export async function webCryptoPiecesFile(size: number): Promise<Work> {
  const key = await newKey();
  const seal = () =>
    inGroups(plaintextOf(size, pieceBytes), (piece) =>
      crypto.subtle.encrypt({ name, iv: nonce }, key, piece),
    );
  const sealed = await collect(seal());
  const sealedBytes = size + sealed.length * tagBytes;
  return {
    seal: () => drain(seal(), sealedBytes),
    open: () =>
      drain(
        inGroups(flowOf(sealed), (piece) => crypto.subtle.decrypt({ name, iv: nonce }, key, piece)),
        size,
      ),
  };
}

/** The whole in one call of WebCrypto. */
export async function webCryptoWholeFile(size: number): Promise<Work> {
  const key = await newKey();
  const plaintext = randomBytes(size);
  const sealed = await crypto.subtle.encrypt({ name, iv: nonce }, key, plaintext);
  return {
    async seal() {
      await crypto.subtle.encrypt({ name, iv: nonce }, key, plaintext);
    },
    async open() {
      await crypto.subtle.decrypt({ name, iv: nonce }, key, sealed);
    },
  };
}

function newKey() {
  return crypto.subtle.importKey("raw", randomBytes(32), name, false, ["encrypt", "decrypt"]);
}

async function* inGroups(
  pieces: AsyncIterable<Uint8Array<ArrayBuffer>>,
  work: (piece: Uint8Array<ArrayBuffer>) => Promise<ArrayBuffer>,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  let group: Promise<ArrayBuffer>[] = [];
  for await (const piece of pieces) {
    if (group.push(work(piece)) < piecesAtOnce) continue;
    for (const done of await Promise.all(group)) yield new Uint8Array(done);
    group = [];
  }
  for (const done of await Promise.all(group)) yield new Uint8Array(done);
}
