/**
 * The secrets of an account. One root secret of 32 random bytes stands behind all of them, so that whoever can open it,
 * by the password or by the recovery phrase, has everything, and a change of the password changes none of it.
 */
import { checkAccountAddress } from "./account-address.ts";
import { bindTexts } from "./bind-texts.ts";
import { generateSigningKey, type SigningKey } from "./ed25519.ts";
import { hkdfSha256 } from "./hkdf.ts";

const secretBytes = 32;
/** What OPAQUE gives with SHA-512 (RFC 9807 §2.1, Nh). */
const exportKeyBytes = 64;

/**
 * What a derived secret is for, and for nothing else: `identity` seed of the identity key · `vault` seals the owner's
 * records · `settings` seals settings · `search` seals the search index · `local` seals what lies on a device of the
 * owner's · `wrap` wraps the keys of epochs.
 */
export type SecretLabel = "identity" | "vault" | "settings" | "search" | "local" | "wrap";

/** The secret of 32 bytes for one purpose. Throws Error when the root secret has not 32 bytes. */
export async function deriveSecret(rootSecret: Uint8Array, label: SecretLabel): Promise<Uint8Array> {
  if (rootSecret.length !== secretBytes) {
    throw new Error(`A root secret has ${secretBytes} bytes, not ${rootSecret.length}.`);
  }
  return hkdfSha256(rootSecret, bindTexts("posthorn-ars-v1", [label]), secretBytes);
}

/** The account's identity key: it signs the account's statements and what the account writes. */
export async function identityOf(rootSecret: Uint8Array): Promise<SigningKey> {
  return generateSigningKey(await deriveSecret(rootSecret, "identity"));
}

/**
 * The key of 32 bytes that wraps the root secret, made from the export key of 64 bytes that OPAQUE gives to who knows
 * the password. Bound to the address, so that what a server hands to one account opens nothing of another. Throws Error
 * for an export key of another length.
 */
export async function kek(exportKey: Uint8Array, address: string): Promise<Uint8Array> {
  if (exportKey.length !== exportKeyBytes) {
    throw new Error(`An export key has ${exportKeyBytes} bytes, not ${exportKey.length}.`);
  }
  checkAccountAddress(address);
  return hkdfSha256(exportKey, bindTexts("posthorn-kek-v1", [address]), secretBytes);
}
