/** What vectors/hpke.json holds: good and bad cases of HPKE in the one suite. */
import { fromBase64Url, toBase64Url } from "../base64.ts";
import { bindTexts } from "../bind-texts.ts";
import { sealWith } from "../hpke.ts";
import { scheduleKeys } from "../hpke-schedule.ts";
import { encapsulateWith, javascriptBackend } from "../x-wing-javascript.ts";
import { bent, bytesOf, randomnessOf } from "./x-wing-vectors.ts";

/** What is needed to open; base64url. */
export interface Sealed {
  seed: string;
  info: string;
  enc: string;
  ciphertext: string;
}

export interface HpkeVectors {
  suite: { mode: number; kemId: number; kdfId: number; aeadId: number };
  good: readonly (Sealed & {
    name: string;
    randomness: string;
    plaintext: string;
    sharedSecret: string;
    key: string;
    nonce: string;
  })[];
  base: Sealed;
  /** What is other than in the base. */
  bad: readonly { name: string; change: Partial<Sealed> }[];
}

const suite = { mode: 0, kemId: 0x647a, kdfId: 0x0001, aeadId: 0x0002 };

export async function hpkeVectors(): Promise<HpkeVectors> {
  const statement = bindTexts("posthorn-test", ["0192f0c1-7b5e-7c3a-9d42-3f1b8a6c2e10", "bob@b.test"]);
  const usual = await good("a key of 32 bytes", statement, bytesOf("a sealed key"));
  const { seed, info, enc, ciphertext } = usual;
  return {
    suite,
    good: [
      usual,
      await good("nothing, with no info", new Uint8Array(), new Uint8Array()),
      await good("a text", new Uint8Array(300).fill(5), new TextEncoder().encode("Grüße, ”Posthorn”")),
    ],
    base: { seed, info, enc, ciphertext },
    bad: badOf(usual),
  };
}

async function good(name: string, info: Uint8Array, plaintext: Uint8Array) {
  const seed = bytesOf(`HPKE seed, ${name}`);
  const { publicKey } = await javascriptBackend.openKey(seed);
  const randomness = randomnessOf(name);
  const encapsulation = encapsulateWith(publicKey, randomness);
  const { key, baseNonce } = await scheduleKeys(suite, encapsulation.sharedSecret, info);
  const { enc, ciphertext } = await sealWith(encapsulation, info, plaintext);
  return {
    name,
    seed: toBase64Url(seed),
    info: toBase64Url(info),
    enc: toBase64Url(enc),
    ciphertext: toBase64Url(ciphertext),
    randomness: toBase64Url(randomness),
    plaintext: toBase64Url(plaintext),
    sharedSecret: toBase64Url(encapsulation.sharedSecret),
    key: toBase64Url(key),
    nonce: toBase64Url(baseNonce),
  };
}

function badOf(good: Sealed): HpkeVectors["bad"] {
  const [info, enc, ciphertext] = [
    fromBase64Url(good.info),
    fromBase64Url(good.enc),
    fromBase64Url(good.ciphertext),
  ];
  const smallOrder = Uint8Array.of(...enc.subarray(0, 1088), ...new Uint8Array(32));
  const cases: [name: string, member: keyof Sealed, bytes: Uint8Array][] = [
    ["another's key", "seed", bytesOf("somebody else")],
    ["no info", "info", new Uint8Array()],
    ["one bit of the info is another", "info", bent(info, 3)],
    ["the info goes on", "info", Uint8Array.of(...info, 0)],
    ["one bit of ML-KEM's half is another", "enc", bent(enc, 500)],
    ["one bit of the point is another", "enc", bent(enc, 1100)],
    ["a point of small order", "enc", smallOrder],
    ["an enc a byte too short", "enc", enc.slice(0, -1)],
    ["an enc a byte too long", "enc", Uint8Array.of(...enc, 0)],
    ["no enc", "enc", new Uint8Array()],
    ["one bit of the ciphertext is another", "ciphertext", bent(ciphertext, 0)],
    ["one bit of the tag is another", "ciphertext", bent(ciphertext, ciphertext.length - 1)],
    ["a ciphertext a byte too short", "ciphertext", ciphertext.slice(0, -1)],
    ["a ciphertext a byte too long", "ciphertext", Uint8Array.of(...ciphertext, 0)],
    ["a ciphertext shorter than a tag", "ciphertext", ciphertext.slice(0, 15)],
    ["no ciphertext", "ciphertext", new Uint8Array()],
  ];
  return cases.map(([name, member, bytes]) => ({ name, change: { [member]: toBase64Url(bytes) } }));
}
