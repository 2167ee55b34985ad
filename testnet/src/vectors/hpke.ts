import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { decapsulate, encapsulateWith, generateKemKey, scheduleKeys } from "@posthorn/crypto/parts";
import { fromHex, list, member, readSet, textMember } from "./read.ts";
import { type SetResult, tally } from "./set.ts";

export const hpkeFolder = "hpke";

const xWingId = 0x647a;
const keyHexDigits = 64;

/**
 * HPKE's vectors in the form of RFC 9180's own file: of those in mode Base with HKDF-SHA256 and a key of 32 bytes, the
 * key schedule; of X-Wing's the keys and secrets as well.
 */
export async function runHpke(folder: string): Promise<SetResult> {
  const { count, note, result } = tally("HPKE");
  for (const file of (await readdir(join(folder, hpkeFolder))).sort()) {
    for (const [at, one] of list(await readSet(folder, `${hpkeFolder}/${file}`), file).entries()) {
      const [mode, kdfId] = [member(one, "mode"), member(one, "kdf_id")];
      if (mode !== 0 || kdfId !== 1 || textMember(one, "key").length !== keyHexDigits) continue;
      const isXWing = member(one, "kem_id") === xWingId;
      if (isXWing) note("with X-Wing");
      count(
        `${file} ${at + 1}`,
        (isXWing ? await findKemFault(one) : undefined) ?? (await findScheduleFault(one)),
      );
    }
  }
  return result();
}

async function findKemFault(one: unknown): Promise<string | undefined> {
  const bytes = (name: string) => fromHex(textMember(one, name));
  const key = await generateKemKey(bytes("skRm"));
  if (!isDeepStrictEqual(key.publicKey, bytes("pkRm"))) return "has another public key";
  const expected = { enc: bytes("enc"), sharedSecret: bytes("shared_secret") };
  if (!isDeepStrictEqual(encapsulateWith(key.publicKey, bytes("ikmE")), expected))
    return "is encapsulated otherwise";
  const found = await decapsulate(key, bytes("enc"));
  return isDeepStrictEqual(found, expected.sharedSecret) ? undefined : "shares another secret";
}

async function findScheduleFault(one: unknown): Promise<string | undefined> {
  const bytes = (name: string) => fromHex(textMember(one, name));
  const suite = { kemId: Number(member(one, "kem_id")), aeadId: Number(member(one, "aead_id")) };
  const found = await scheduleKeys(suite, bytes("shared_secret"), bytes("info"));
  const expected = { key: bytes("key"), baseNonce: bytes("base_nonce") };
  return isDeepStrictEqual(found, expected) ? undefined : "has other keys";
}
