/** SHA-512 (FIPS 180-4) of the bytes, by the platform: 64 bytes. */
export async function sha512(bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await globalThis.crypto.subtle.digest("SHA-512", bytes));
}
