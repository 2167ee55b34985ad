/**
 * What an owner signs for their own server, so that it knows who may change how the account is opened: only who has the
 * root secret, or the recovery phrase. A server that is handed such a proof can do no more with it than was meant: each
 * has a domain of its own and names all that it is about.
 */
import { checkAccountAddress } from "./account-address.ts";
import { findBase64Url, toBase64Url } from "./base64.ts";
import { bindTexts } from "./bind-texts.ts";
import { generateSigningKey, importVerifyKey, type SigningKey, signBytes, verifyBytes } from "./ed25519.ts";
import { hkdfSha256 } from "./hkdf.ts";

const entropyBytes = 16;
const signatureBytes = 64;

/**
 * `password` a new password record, and the root secret wrapped for it · `recovery` a new recovery phrase: its proof key,
 * and the root secret wrapped for it. The identity key signs both · `recoverySignIn` the answer to a challenge of the
 * server, which the proof key of the phrase signs.
 */
export type OwnerClaim =
  | { kind: "password"; address: string; registrationRecord: string; wrapped: string }
  | { kind: "recovery"; address: string; proofKey: string; wrapped: string }
  | { kind: "recoverySignIn"; address: string; challenge: string };

/** The key that proves who has the recovery phrase, of whose 16 bytes it is made. Throws Error for another length. */
export async function recoveryProofKey(entropy: Uint8Array, address: string): Promise<SigningKey> {
  if (entropy.length !== entropyBytes) {
    throw new Error(`A recovery phrase has ${entropyBytes} bytes, not ${entropy.length}.`);
  }
  checkAccountAddress(address);
  return generateSigningKey(
    await hkdfSha256(entropy, bindTexts("posthorn-recovery-proof-v1", [address]), 32),
  );
}

/** The signature of 64 bytes, in base64url. */
export async function signClaim(key: SigningKey, claim: OwnerClaim): Promise<string> {
  return toBase64Url(await signBytes(key, claimBytes(claim)));
}

/** True when the holder of `publicKey` (32 bytes in base64url) has signed exactly this; false for anything else. */
export async function verifyClaim(publicKey: string, claim: OwnerClaim, signature: string): Promise<boolean> {
  const [keyBytes, bytes] = [findBase64Url(publicKey), findBase64Url(signature)];
  if (keyBytes === undefined || bytes?.length !== signatureBytes) return false;
  const key = await importVerifyKey(keyBytes).catch(() => undefined);
  return key !== undefined && verifyBytes(key, claimBytes(claim), bytes);
}

function claimBytes(claim: OwnerClaim): Uint8Array {
  checkAccountAddress(claim.address);
  switch (claim.kind) {
    case "password":
      return bindTexts("posthorn-password-v1", [claim.address, claim.registrationRecord, claim.wrapped]);
    case "recovery":
      return bindTexts("posthorn-recovery-key-v1", [claim.address, claim.proofKey, claim.wrapped]);
    case "recoverySignIn":
      return bindTexts("posthorn-recovery-sign-in-v1", [claim.address, claim.challenge]);
  }
}
