import { toBase64Url } from "./base64.ts";
import { sha256 } from "./digest.ts";

/** The id of a public key: the first 16 bytes of its SHA-256 in base64url, 22 letters. */
export async function keyIdOf(publicKey: Uint8Array): Promise<string> {
  return toBase64Url((await sha256(publicKey)).subarray(0, 16));
}
