/**
 * What stands between us and a push service: messages that it cannot read (RFC 8291) and a token that says whose they
 * are (RFC 8292).
 */
import {
  createCipheriv,
  createECDH,
  createHash,
  createPrivateKey,
  hkdfSync,
  type KeyObject,
  sign,
} from "node:crypto";
import type { Random } from "../env/env.ts";

const curve = "prime256v1";
const mostTries = 8;
const saltBytes = 16;
const scalarBytes = 32;
/** The whole message is one record (RFC 8291 §4), of this size at most. */
const recordBytes = 4096;
const tagBytes = 16;
const lastRecord = 2;
const keyInfo = Buffer.from("WebPush: info\0");

/** A device's public key, a point of P-256 without compression, and its secret. */
export interface PushKeys {
  p256dh: Uint8Array;
  auth: Uint8Array;
}

/** Whether these are a point on the curve and a secret of 16 bytes, so that something can be encrypted to them. */
export function arePushKeys({ p256dh, auth }: PushKeys): boolean {
  if (p256dh.length !== 65 || p256dh[0] !== 4 || auth.length !== 16) return false;
  const one = createECDH(curve);
  one.setPrivateKey(Buffer.from([1]));
  try {
    one.computeSecret(p256dh);
    return true;
  } catch {
    return false;
  }
}

/** The body of a push message in the content encoding `aes128gcm` (RFC 8188), with a key and a salt of its own. */
export function encryptPush(message: Uint8Array, keys: PushKeys, random: Pick<Random, "bytes">): Uint8Array {
  if (message.length + 1 + tagBytes > recordBytes) throw new Error("a push message is too long");
  const own = createECDH(curve);
  setScalar(own, () => random.bytes(scalarBytes));
  const ownPublic = own.getPublicKey();
  const salt = random.bytes(saltBytes);
  const derive = (secret: Uint8Array, extra: Uint8Array, info: Uint8Array, length: number) =>
    new Uint8Array(hkdfSync("sha256", secret, extra, info, length));
  const shared = derive(
    own.computeSecret(keys.p256dh),
    keys.auth,
    Buffer.concat([keyInfo, keys.p256dh, ownPublic]),
    32,
  );
  const contentKey = derive(shared, salt, Buffer.from("Content-Encoding: aes128gcm\0"), 16);
  const nonce = derive(shared, salt, Buffer.from("Content-Encoding: nonce\0"), 12);
  const cipher = createCipheriv("aes-128-gcm", contentKey, nonce);
  const sizes = Buffer.alloc(5);
  sizes.writeUInt32BE(recordBytes);
  sizes.writeUInt8(ownPublic.length, 4);
  return Buffer.concat([
    salt,
    sizes,
    ownPublic,
    cipher.update(message),
    cipher.update(Buffer.from([lastRecord])),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
}

/** By which push services know whose messages they carry. */
export interface VapidKey {
  privateKey: KeyObject;
  /** A point of P-256 in base64url: what a browser subscribes with, and the session tells (RFC 9749 §3). */
  applicationServerKey: string;
}

/** The key that follows from 32 secret bytes. */
export function vapidKeyOf(seed: Uint8Array): VapidKey {
  const pair = createECDH(curve);
  let scalar = seed;
  setScalar(pair, () => {
    const tried = scalar;
    // Of 2^32 seeds one is no private key.
    scalar = createHash("sha256").update(scalar).digest();
    return tried;
  });
  const point = pair.getPublicKey();
  const part = (from: number) => point.subarray(from, from + 32).toString("base64url");
  const d = pair.getPrivateKey().toString("base64url");
  const jwk = { kty: "EC", crv: "P-256", d, x: part(1), y: part(33) };
  return {
    privateKey: createPrivateKey({ key: jwk, format: "jwk" }),
    applicationServerKey: point.toString("base64url"),
  };
}

/** The Authorization field for an origin (RFC 8292 §2, §3), good until `expiresAtS`, which is a day from now at most. */
export function vapidAuthorization(
  key: VapidKey,
  claims: { origin: string; expiresAtS: number; subject: string },
): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const signed = `${encode({ typ: "JWT", alg: "ES256" })}.${encode({
    aud: claims.origin,
    exp: claims.expiresAtS,
    sub: claims.subject,
  })}`;
  const signature = sign("sha256", Buffer.from(signed), {
    key: key.privateKey,
    dsaEncoding: "ieee-p1363",
  }).toString("base64url");
  return `vapid t=${signed}.${signature}, k=${key.applicationServerKey}`;
}

function setScalar(pair: ReturnType<typeof createECDH>, next: () => Uint8Array): void {
  for (let tries = 0; tries < mostTries; tries++) {
    try {
      pair.setPrivateKey(next());
      return;
    } catch {
      // Not below the order of the curve, or zero; of 2^32 one is not.
    }
  }
  throw new Error("chance gives no private key");
}
