/** Ed25519's arithmetic by WebCrypto, for what has no `node:crypto`; the same promises as ed25519-node.ts. */
import { fromBase64Url } from "./base64.ts";
import type { Signer, Verifier } from "./ed25519-node.ts";

const name = "Ed25519";

export async function openSigner(pkcs8: Uint8Array): Promise<Signer> {
  const handle = await crypto.subtle.importKey("pkcs8", pkcs8, name, true, ["sign"]);
  // The one form in which every platform hands out a secret key's public half.
  const { x } = await crypto.subtle.exportKey("jwk", handle);
  if (x === undefined) throw new Error("The platform's key has no public half.");
  return {
    publicKey: fromBase64Url(x),
    async sign(message) {
      return new Uint8Array(await crypto.subtle.sign(name, handle, message));
    },
  };
}

export async function openVerifier(publicKey: Uint8Array): Promise<Verifier> {
  const handle = await crypto.subtle.importKey("raw", publicKey, name, false, ["verify"]);
  return {
    verify: (message, signature) => crypto.subtle.verify(name, handle, signature, message),
  };
}
