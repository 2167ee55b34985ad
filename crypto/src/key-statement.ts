import { type SigningKey, signBytes, type VerifyKey, verifyBytes } from "./ed25519.ts";
import { encodeStatement } from "./statement.ts";

const domain = "posthorn-key";

/** What a host's root key says of one of the host's online keys; texts as they stand in the discovery document. */
export interface KeyStatement {
  host: string;
  id: string;
  algorithm: string;
  /** Base64url. */
  publicKey: string;
  validFrom: string;
  validUntil: string;
}

/** The root key's signature of 64 bytes that this is a key of the host. Throws Error when a text is not well-formed. */
export async function signKeyStatement(root: SigningKey, statement: KeyStatement): Promise<Uint8Array> {
  const bytes = encode(statement);
  if (bytes === undefined) throw new Error("A text of the key statement holds half of a surrogate pair.");
  return signBytes(root, bytes);
}

/** True when the root key made `signature` over exactly this statement. */
export async function verifyKeyStatement(
  root: VerifyKey,
  statement: KeyStatement,
  signature: Uint8Array,
): Promise<boolean> {
  const bytes = encode(statement);
  return bytes !== undefined && verifyBytes(root, bytes, signature);
}

function encode(statement: KeyStatement): Uint8Array | undefined {
  const { host, id, algorithm, publicKey, validFrom, validUntil } = statement;
  return encodeStatement(domain, [host, id, algorithm, publicKey, validFrom, validUntil]);
}
