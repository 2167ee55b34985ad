import { hash, timingSafeEqual } from "node:crypto";
import type { Random } from "../env/env.ts";

/**
 * Secrets that are shown once and kept only as SHA-256. They are random and long, so a plain hash is enough: there is
 * nothing to guess (passwords, which can be guessed, never come here).
 */

export function hashSecret(secret: string | Uint8Array): Uint8Array {
  return hash("sha256", secret, "buffer");
}

/** True when `secret` has this hash. Takes the same time wherever the two differ. */
export function matchesHash(secret: string | Uint8Array, kept: Uint8Array): boolean {
  return sameHash(hashSecret(secret), kept);
}

/** Compares two SHA-256 values in constant time. */
export function sameHash(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

/** A random text of `bytes` bytes, in base64url. */
export function randomText(random: Random, bytes: number): string {
  return base64Url(random.bytes(bytes));
}

export function base64Url(value: Uint8Array): string {
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64url");
}

/** Bytes of a base64url text in its one canonical spelling; undefined for any other spelling. */
export function findBase64Url(text: string): Uint8Array | undefined {
  const value = Buffer.from(text, "base64url");
  return value.toString("base64url") === text ? value : undefined;
}
