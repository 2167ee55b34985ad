import { concatBytes } from "./bytes.ts";
import { hkdfExpand, hkdfExtract } from "./hkdf.ts";

const encoder = new TextEncoder();
const empty = new Uint8Array();
const version = encoder.encode("HPKE-v1");
const modeBase = Uint8Array.of(0);
const keyBytes = 32;
const nonceBytes = 12;

/** The suite by HPKE's numbers; its KDF is HKDF-SHA256 and its AEAD takes a key of 32 bytes. */
export interface HpkeSuite {
  kemId: number;
  aeadId: number;
}

export interface HpkeKeys {
  /** 32 bytes. */
  key: Uint8Array;
  /** 12 bytes, the nonce of the first message. */
  baseNonce: Uint8Array;
}

/** HPKE's KeySchedule (RFC 9180 §5.1) in mode Base: what a shared secret and `info` make. */
export async function scheduleKeys(
  { kemId, aeadId }: HpkeSuite,
  sharedSecret: Uint8Array,
  info: Uint8Array,
): Promise<HpkeKeys> {
  const kdfId = 1;
  const suiteId = concatBytes([encoder.encode("HPKE"), ...[kemId, kdfId, aeadId].map(twoBytes)]);
  const extract = (salt: Uint8Array, label: string, secret: Uint8Array) =>
    hkdfExtract(salt, concatBytes([version, suiteId, encoder.encode(label), secret]));
  const expand = (key: Uint8Array, label: string, context: Uint8Array, length: number) =>
    hkdfExpand(
      "SHA-256",
      key,
      concatBytes([twoBytes(length), version, suiteId, encoder.encode(label), context]),
      length,
    );

  const context = concatBytes([
    modeBase,
    await extract(empty, "psk_id_hash", empty),
    await extract(empty, "info_hash", info),
  ]);
  const secret = await extract(sharedSecret, "secret", empty);
  return {
    key: await expand(secret, "key", context, keyBytes),
    baseNonce: await expand(secret, "base_nonce", context, nonceBytes),
  };
}

function twoBytes(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 0xff);
}
