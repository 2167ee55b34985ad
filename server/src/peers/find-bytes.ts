import { fromBase64Url } from "@posthorn/crypto";

/** The bytes of base64url in its one spelling; undefined for any other text. */
export function findBytes(base64Url: string): Uint8Array | undefined {
  try {
    return fromBase64Url(base64Url);
  } catch {
    return undefined;
  }
}
