/** HMAC by WebCrypto, for what has no `node:crypto`; the same promises as hmac.ts. */
import type { HashName } from "./hmac.ts";

/** WebCrypto takes no empty key; HMAC fills keys up with zeros, so this one gives the same codes. */
const emptyKey = new Uint8Array(1);

export async function hmac(hash: HashName, key: Uint8Array, message: Uint8Array): Promise<Uint8Array> {
  const bytes = key.length === 0 ? emptyKey : key;
  const handle = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", handle, message));
}
