/** What both implementations of AES-256-GCM hold their callers to. */
const keyBytes = 32;
const nonceBytes = 12;

export const tagBytes = 16;
export const noData = new Uint8Array();

export function checkKey(bytes: Uint8Array): void {
  if (bytes.length !== keyBytes) {
    throw new Error(`A key of AES-256-GCM has ${keyBytes} bytes, not ${bytes.length}.`);
  }
}

export function checkNonce(bytes: Uint8Array): void {
  if (bytes.length !== nonceBytes) {
    throw new Error(`A nonce of AES-256-GCM has ${nonceBytes} bytes, not ${bytes.length}.`);
  }
}
