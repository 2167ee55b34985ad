/** X-Wing as WebCrypto's `MLKEM768-X25519`: newer browsers, Node from 26 on. */
import type { webcrypto } from "node:crypto";
import { fromBase64Url } from "./base64.ts";
import type { XWingBackend } from "./x-wing-backend.ts";

const name = "MLKEM768-X25519";

export const platformBackend: XWingBackend = {
  name: "platform",
  async openKey(seed) {
    const handle = await crypto.subtle.importKey("raw-seed", seed, name, true, ["decapsulateBits"]);
    return {
      publicKey: await exportPublicKey(handle),
      async decapsulate(enc) {
        return new Uint8Array(await crypto.subtle.decapsulateBits(name, handle, enc));
      },
    };
  },
  async openPublicKey(publicKey) {
    const handle = await crypto.subtle.importKey("raw-public", publicKey, name, false, ["encapsulateBits"]);
    return {
      async encapsulate() {
        const { ciphertext, sharedKey } = await crypto.subtle.encapsulateBits(name, handle);
        return { enc: new Uint8Array(ciphertext), sharedSecret: new Uint8Array(sharedKey) };
      },
    };
  },
};

/** By way of a JWK, which is the one form in which every platform hands out this key's public half. */
async function exportPublicKey(handle: webcrypto.CryptoKey): Promise<Uint8Array> {
  const publicHalf: unknown = Reflect.get(await crypto.subtle.exportKey("jwk", handle), "pub");
  if (typeof publicHalf !== "string") throw new Error("The platform's key has no public half.");
  return fromBase64Url(publicHalf);
}
