/**
 * What does the arithmetic of X-Wing. There are three: the platform's own, one composed of the platform's ML-KEM-768 and
 * X25519, and one in JavaScript. x-wing.ts checks what it hands them, so they may take it for well-formed.
 */
export interface XWingBackend {
  readonly name: "platform" | "composed" | "javascript";
  /** Rejects when the platform lacks what it needs. */
  openKey(seed: Uint8Array): Promise<XWingKey>;
  openPublicKey(publicKey: Uint8Array): Promise<XWingPublicKey>;
}

export interface XWingKey {
  readonly publicKey: Uint8Array;
  decapsulate(enc: Uint8Array): Promise<Uint8Array>;
}

export interface XWingPublicKey {
  encapsulate(): Promise<Encapsulation>;
}

/** A secret shared with the holder of a key, and what lets the holder find it. */
export interface Encapsulation {
  /** 1,120 bytes. */
  readonly enc: Uint8Array;
  /** 32 bytes. */
  readonly sharedSecret: Uint8Array;
}
