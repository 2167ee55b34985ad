/** What a sealed message says of itself in the open, and the bytes by which everything in it is bound to that. */
import { toBase64Url } from "./base64.ts";
import { encodeStatement } from "./statement.ts";

/** One who can open it. */
export interface SealRecipient {
  /** As it stands on the wire. */
  address: string;
  /** Of the key it is sealed to. */
  keyId: string;
}

/** Texts as they stand on the wire. */
export interface SealHeader {
  id: string;
  from: string;
  /** `keyIdOf` the sender's identity key. */
  fromKeyId: string;
  /** The message's date. */
  created: string;
  /** In the order of the wire. */
  recipients: readonly SealRecipient[];
}

/**
 * The header's bytes: all its texts, the commitment to the message's key, and how long the ciphertext is. The number of
 * recipients stands before them, so no text can pass for another. Undefined when a text is not well-formed Unicode.
 */
export function headerBytes(
  { id, from, fromKeyId, created, recipients }: SealHeader,
  commit: Uint8Array,
  ciphertextBytes: number,
): Uint8Array | undefined {
  return encodeStatement("posthorn-seal-1", [
    id,
    from,
    fromKeyId,
    created,
    String(recipients.length),
    ...recipients.flatMap(({ address, keyId }) => [address, keyId]),
    toBase64Url(commit),
    String(ciphertextBytes),
  ]);
}
