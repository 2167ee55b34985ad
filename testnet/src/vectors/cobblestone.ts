import { hash } from "node:crypto";
import { inflateSync } from "node:zlib";
import { findSealedChunks, openBytes, openStream } from "@posthorn/crypto";
import { fromHex, listMember, member, readSet, textMember } from "./read.ts";
import { type SetResult, tally } from "./set.ts";

export const cobblestoneFile = "wycheproof/c2sp_chunked_encryption_aes_256_gcm_test.json.gz";

/**
 * Wycheproof's Cobblestone-256: each case at once, as a stream and from the middle. What is invalid must not open, and
 * as a stream must give no more than the beginning that is authentic.
 */
export async function runCobblestone(folder: string): Promise<SetResult> {
  const { count, result } = tally("wycheproof Cobblestone-256");
  for (const group of listMember(await readSet(folder, cobblestoneFile), "testGroups")) {
    for (const one of listMember(group, "tests")) {
      count(`${member(one, "tcId")} ${textMember(one, "comment")}`, await findFault(one));
    }
  }
  return result();
}

async function findFault(one: unknown): Promise<string | undefined> {
  const [key, context] = [fromHex(textMember(one, "key")), fromHex(textMember(one, "ctx"))];
  const sealed = new Uint8Array(inflateSync(fromHex(textMember(one, "ct"))));
  const valid = textMember(one, "result") === "valid";
  const outcomes: Record<string, Outcome> = {
    "at once": await openedAtOnce(key, context, sealed),
    "as a stream": await openedAsStream(key, context, sealed),
    "from the middle": await openedFromMiddle(key, context, sealed),
  };
  for (const [way, { whole, bytes }] of Object.entries(outcomes)) {
    if (whole !== valid) return `${way} it was ${whole ? "opened" : "not opened"}`;
    const expected = valid ? textMember(one, "msgSha512") : undefined;
    if (expected !== undefined && hash("sha512", bytes) !== expected) return `${way} it is another message`;
    if (bytes.length > Number(member(one, "msgLength") ?? 0)) return `${way} it gives more than is authentic`;
  }
  return undefined;
}

interface Outcome {
  whole: boolean;
  bytes: Uint8Array;
}

const nothing: Outcome = { whole: false, bytes: new Uint8Array() };

async function openedAtOnce(key: Uint8Array, context: Uint8Array, sealed: Uint8Array): Promise<Outcome> {
  const bytes = await openBytes(key, context, sealed).catch(() => undefined);
  return bytes === undefined ? nothing : { whole: true, bytes };
}

async function openedAsStream(key: Uint8Array, context: Uint8Array, sealed: Uint8Array): Promise<Outcome> {
  return collect(openStream(key, context, pieces(sealed)));
}

async function openedFromMiddle(key: Uint8Array, context: Uint8Array, sealed: Uint8Array): Promise<Outcome> {
  const header = sealed.subarray(0, 56);
  const chunks = await findSealedChunks(key, context, { header, sealedSize: sealed.length }).catch(
    () => undefined,
  );
  return chunks === undefined ? nothing : collect(chunks.openFrom(0, pieces(sealed.subarray(56))));
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Outcome> {
  const opened: Uint8Array[] = [];
  try {
    for await (const piece of stream) opened.push(piece);
    return { whole: true, bytes: Buffer.concat(opened) };
  } catch {
    return { whole: false, bytes: Buffer.concat(opened) };
  }
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 10_000) yield bytes.subarray(at, at + 10_000);
}
