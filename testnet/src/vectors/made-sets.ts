/** The published sets of what sealing is made of, with a case or two each, for the tests of the runner. */
import { hash } from "node:crypto";
import { deflateSync } from "node:zlib";
import { sealBytes } from "@posthorn/crypto";
import {
  decapsulateMlKem,
  encapsulateWith,
  generateKemKey,
  importMlKemKey,
  scheduleKeys,
} from "@posthorn/crypto/parts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

/** Sets by their path. The numbers are the examples of the standards where those have some. */
export async function sealingSets(): Promise<Record<string, unknown>> {
  const seed = new Uint8Array(64).fill(3);
  const mlKem = await importMlKemKey(seed);
  const ciphertext = new Uint8Array(1088).fill(9);
  const xWing = await generateKemKey(seed.slice(32));
  const { enc, sharedSecret } = encapsulateWith(xWing.publicKey, seed);
  return {
    "wycheproof/x25519_test.json.gz": groupOf({}, [
      {
        public: "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
        private: "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
        shared: "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742",
        result: "valid",
      },
      { public: "00".repeat(32), private: "01".repeat(32), shared: "00".repeat(32), result: "acceptable" },
    ]),
    "wycheproof/aes_gcm_test.json.gz": groupOf({ keySize: 256, ivSize: 96 }, [
      { ...gcmCase, result: "valid" },
      { ...gcmCase, tag: "00".repeat(16), result: "invalid" },
    ]),
    "wycheproof/hkdf_sha256_test.json.gz": groupOf({}, [
      {
        ikm: "0b".repeat(22),
        salt: "000102030405060708090a0b0c",
        info: "f0f1f2f3f4f5f6f7f8f9",
        size: 42,
        okm: "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
        result: "valid",
      },
    ]),
    "wycheproof/hmac_sha256_test.json.gz": groupOf({}, [
      { key: "0b".repeat(20), msg: hex(Buffer.from("Hi There")), tag: hmacTag, result: "valid" },
      { key: "0b".repeat(20), msg: "", tag: hmacTag.slice(32), result: "invalid" },
    ]),
    "wycheproof/mlkem_768_test.json.gz": groupOf({}, [
      {
        seed: hex(seed),
        ek: hex(mlKem.publicKey),
        c: hex(ciphertext),
        K: hex(await decapsulateMlKem(mlKem, ciphertext)),
        result: "valid",
      },
      { seed: "00", ek: "", c: hex(ciphertext), K: "", result: "invalid" },
    ]),
    "xwing/test-vectors.json": [
      {
        seed: hex(xWing.seed),
        pk: hex(xWing.publicKey),
        eseed: hex(seed),
        ct: hex(enc),
        ss: hex(sharedSecret),
      },
    ],
  };
}

export const cobblestonePath = "wycheproof/c2sp_chunked_encryption_aes_256_gcm_test.json.gz";

/** The sets that a folder may lack. */
export async function optionalSets(): Promise<Record<string, unknown>> {
  const [eseed, info] = [new Uint8Array(64).fill(3), new Uint8Array(5)];
  const xWing = await generateKemKey(new Uint8Array(32).fill(3));
  const { enc, sharedSecret } = encapsulateWith(xWing.publicKey, eseed);
  const { key, baseNonce } = await scheduleKeys({ kemId: 0x647a, aeadId: 2 }, sharedSecret, info);
  const [sealingKey, text] = [new Uint8Array(32), new Uint8Array(20_000)];
  const sealed = await sealBytes(sealingKey, info, text);
  const sealedCase = { key: hex(sealingKey), ctx: hex(info), msgLength: text.length };
  return {
    "hpke/own.json": [
      {
        mode: 0,
        kem_id: 0x647a,
        kdf_id: 1,
        aead_id: 2,
        info: hex(info),
        ikmE: hex(eseed),
        skRm: hex(xWing.seed),
        pkRm: hex(xWing.publicKey),
        enc: hex(enc),
        shared_secret: hex(sharedSecret),
        key: hex(key),
        base_nonce: hex(baseNonce),
      },
    ],
    [cobblestonePath]: groupOf({}, [
      { ...sealedCase, ct: hex(deflateSync(sealed)), msgSha512: hash("sha512", text), result: "valid" },
      { ...sealedCase, ct: hex(deflateSync(sealed.subarray(1))), msgLength: 0, result: "invalid" },
    ]),
  };
}

const gcmCase = {
  key: "00".repeat(32),
  iv: "00".repeat(12),
  aad: "",
  msg: "00".repeat(16),
  ct: "cea7403d4d606b6e074ec5d3baf39d18",
  tag: "d0d1c8a799996bf0265b98b5d48ab919",
};

const hmacTag = "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7";

/** A set of one group in Wycheproof's form. */
export function groupOf(members: object, tests: readonly object[]): object {
  const numbered = tests.map((one, at) => ({ tcId: at + 1, comment: "", ...one }));
  return { testGroups: [{ ...members, tests: numbered }] };
}
