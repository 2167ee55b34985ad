/**
 * Safety numbers: what two people compare, in person or by telephone, to know that no server has put a key of its own
 * between them. The idea, sixty digits made of thirty for each side and a QR code for the same, is that of Signal
 * (https://signal.org/blog/safety-number-updates/); the bytes are ours.
 */
import { sha512 } from "@noble/hashes/sha2.js";
import { checkAccountAddress } from "./account-address.ts";
import { toBase64Url } from "./base64.ts";
import { bindTexts } from "./bind-texts.ts";

const keyBytes = 32;
const fingerprintBytes = 32;
/**
 * Thirty digits are 99.7 bits. To have a key of one's own with the digits of somebody else's, one must try keys, each
 * at the price of all these rounds: they add 12.3 bits to it, which makes 112.
 */
const rounds = 5200;
const groups = 6;
const groupBytes = 5;
const groupDigits = 5;

const scheme = "posthorn:verify/";
const version = "1";

/** One of the two who compare. */
export interface Person {
  /** `id@host` in lower case. */
  address: string;
  /** The public identity key, 32 bytes. */
  identityKey: Uint8Array;
}

/**
 * `same`: their device has the same keys for both of you as this one · `different`: for the two of you, but with
 * another key · `otherPeople`: of or for somebody else · `own`: the text this device itself shows · `otherVersion`: of
 * a version that this one cannot compare with · `unreadable`: no such text at all.
 */
export type Comparison = "same" | "different" | "otherPeople" | "own" | "otherVersion" | "unreadable";

/**
 * The sixty digits as twelve groups of five, joined by single spaces. The same for `a, b` and `b, a`. Throws Error for
 * an address that is not in lower case or a key of another length.
 */
export function safetyNumber(one: Person, other: Person): string {
  return [digitsOf(one), digitsOf(other)].sort().join(" ");
}

/** The text of the QR code that `me` shows to `them`: both addresses and both whole fingerprints. */
export function verifyText(me: Person, them: Person): string {
  const fields = [
    ["by", me.address],
    ["byKey", toBase64Url(fingerprint(me))],
    ["for", them.address],
    ["forKey", toBase64Url(fingerprint(them))],
  ];
  return `${scheme}${version}?${fields.map(([name, value = ""]) => `${name}=${encodeURIComponent(value)}`).join("&")}`;
}

/** Holds the text that was scanned from the device of `them` against what this device knows. */
export function compareVerifyText(text: string, me: Person, them: Person): Comparison {
  if (text === verifyText(them, me)) return "same";
  const [, itsVersion, fields = ""] = /^posthorn:verify\/([0-9]{1,9})\?(.*)$/.exec(text) ?? [];
  if (itsVersion === undefined) return "unreadable";
  if (itsVersion !== version) return "otherVersion";
  const key = "[A-Za-z0-9_-]{43}";
  const [, by, to] = new RegExp(`^by=([^&]*)&byKey=${key}&for=([^&]*)&forKey=${key}$`).exec(fields) ?? [];
  if (by === undefined || to === undefined) return "unreadable";
  const [mine, theirs] = [encodeURIComponent(me.address), encodeURIComponent(them.address)];
  if (by === theirs && to === mine) return "different";
  return by === mine && to === theirs ? "own" : "otherPeople";
}

/**
 * The fingerprint of 32 bytes of an identity key together with the address it is for: h₁ = SHA-512(start ‖ key), then
 * hₙ₊₁ = SHA-512(hₙ ‖ key), of the last one the first half. The version stands in the domain of `start`.
 */
export function fingerprint({ address, identityKey }: Person): Uint8Array {
  checkAccountAddress(address);
  if (identityKey.length !== keyBytes) {
    throw new Error(`An identity key has ${keyBytes} bytes, not ${identityKey.length}.`);
  }
  let hash = bindTexts("posthorn-safety-number-v1", [toBase64Url(identityKey), address]);
  for (let round = 0; round < rounds; round++) {
    hash = sha512.create().update(hash).update(identityKey).digest();
  }
  return hash.slice(0, fingerprintBytes);
}

/** Each five bytes as a number, the highest first, of which the last five digits: 2^40 is so large that all are alike. */
function digitsOf(person: Person): string {
  const bytes = fingerprint(person);
  const texts = Array.from({ length: groups }, (_, group) => {
    const five = bytes.subarray(group * groupBytes, (group + 1) * groupBytes);
    const value = five.reduce((sum, byte) => sum * 256 + byte, 0);
    return String(value % 10 ** groupDigits).padStart(groupDigits, "0");
  });
  return texts.join(" ");
}
