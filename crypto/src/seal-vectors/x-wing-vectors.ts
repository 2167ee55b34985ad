/** What vectors/x-wing.json holds: good and bad cases of X-Wing for every implementation of it, ours and others'. */
import { hash } from "node:crypto";
import { toBase64Url } from "../base64.ts";
import { encapsulateWith, javascriptBackend } from "../x-wing-javascript.ts";

export interface XWingVectors {
  encapsulations: readonly {
    name: string;
    seed: string;
    publicKey: string;
    /** What chance would give; absent where `enc` was not made by an encapsulation. */
    randomness?: string;
    enc: string;
    sharedSecret: string;
  }[];
  badPublicKeys: readonly { name: string; publicKey: string }[];
  badEncs: readonly { name: string; seed: string; enc: string }[];
}

/** The u of small order in all their spellings, lowest byte first: 0, 1, both of order 8, p − 1, and those plus p. */
const smallOrderPoints = [
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "0000000000000000000000000000000000000000000000000000000000000080",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
];

export async function xWingVectors(): Promise<XWingVectors> {
  const seed = bytesOf("X-Wing seed");
  const key = await javascriptBackend.openKey(seed);
  const { enc } = encapsulateWith(key.publicKey, randomnessOf("bent"));
  const other = encapsulateWith(key.publicKey, randomnessOf("another point")).enc;
  const strays: [name: string, enc: Uint8Array][] = [
    ["one bit of ML-KEM's half is another", bent(enc, 500)],
    ["one bit of the point is another", bent(enc, 1100)],
    ["the halves of two encapsulations", Uint8Array.of(...enc.subarray(0, 1088), ...other.subarray(1088))],
    ["the point's top bit, which is not read, is set", enc.with(1119, (enc[1119] ?? 0) ^ 0x80)],
    ["all bytes alike", new Uint8Array(1120).fill(9)],
  ];
  return {
    encapsulations: [
      ...(await Promise.all(["one", "two", "three"].map(encapsulation))),
      ...(await Promise.all(
        strays.map(async ([name, stray]) => ({
          name: `made for nobody: ${name}`,
          seed: toBase64Url(seed),
          publicKey: toBase64Url(key.publicKey),
          enc: toBase64Url(stray),
          sharedSecret: toBase64Url(await key.decapsulate(stray)),
        })),
      )),
    ],
    badPublicKeys: badPublicKeys(key.publicKey).map(([name, bytes]) => ({
      name,
      publicKey: toBase64Url(bytes),
    })),
    badEncs: badEncs(enc).map(([name, bytes]) => ({
      name,
      seed: toBase64Url(seed),
      enc: toBase64Url(bytes),
    })),
  };
}

async function encapsulation(name: string) {
  const seed = bytesOf(`seed ${name}`);
  const { publicKey } = await javascriptBackend.openKey(seed);
  const randomness = randomnessOf(name);
  const { enc, sharedSecret } = encapsulateWith(publicKey, randomness);
  return {
    name,
    seed: toBase64Url(seed),
    publicKey: toBase64Url(publicKey),
    randomness: toBase64Url(randomness),
    enc: toBase64Url(enc),
    sharedSecret: toBase64Url(sharedSecret),
  };
}

function badPublicKeys(good: Uint8Array): [name: string, bytes: Uint8Array][] {
  return [
    ["nothing", new Uint8Array()],
    ["a byte too few", good.slice(0, -1)],
    ["a byte too many", Uint8Array.of(...good, 0)],
    ["ML-KEM's half alone", good.slice(0, 1184)],
    [
      "the first number is the modulus",
      Uint8Array.of(0x01, 0x0d | ((good[1] ?? 0) & 0xf0), ...good.subarray(2)),
    ],
    [
      "the last number is the largest of twelve bits",
      good.with(1150, (good[1150] ?? 0) | 0xf0).with(1151, 0xff),
    ],
    ...smallOrderPoints.map((point): [string, Uint8Array] => [
      `a point of small order: ${point.slice(0, 4)}…${point.slice(-2)}`,
      Uint8Array.of(...good.subarray(0, 1184), ...Buffer.from(point, "hex")),
    ]),
  ];
}

function badEncs(good: Uint8Array): [name: string, bytes: Uint8Array][] {
  return [
    ["nothing", new Uint8Array()],
    ["a byte too few", good.slice(0, -1)],
    ["a byte too many", Uint8Array.of(...good, 0)],
    ...smallOrderPoints.map((point): [string, Uint8Array] => [
      `a point of small order: ${point.slice(0, 4)}…${point.slice(-2)}`,
      Uint8Array.of(...good.subarray(0, 1088), ...Buffer.from(point, "hex")),
    ]),
  ];
}

/** Bytes for vectors: everybody can make them again, and nobody must use them. */
export function bytesOf(name: string): Uint8Array {
  return Uint8Array.from(hash("sha256", `Posthorn test vectors: ${name}`, "buffer"));
}

export function randomnessOf(name: string): Uint8Array {
  return Uint8Array.of(...bytesOf(`${name}, for ML-KEM`), ...bytesOf(`${name}, for X25519`));
}

export function bent(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.with(at, (bytes[at] ?? 0) ^ 1);
}
