import { createCipheriv, createDecipheriv } from "node:crypto";
import type { Random } from "../env/env.ts";
import { deriveKey } from "./keys.ts";
import { hashSecret } from "./secret.ts";

/**
 * Between the two steps of a login the server keeps the very answer that will prove the password (KE3, RFC 9807
 * §6.4.4). It lies in the database sealed with AES-256-GCM under a key that is not there, so that whoever reads the
 * database has nothing to answer with (threats F18), and bound to its row, so that it proves nothing for another, and
 * to what it is proven against, so that it proves nothing once that was replaced.
 */

/** By the password, or by the recovery phrase. */
export type SignInWay = "password" | "recovery";

/** What a login's state belongs to. */
export interface LoginRow {
  /** SHA-256 of the login's id. */
  idHash: Uint8Array;
  accountName: string;
  way: SignInWay;
  /** The password's record or the phrase's proof key; undefined when there is none. */
  verifier: string | undefined;
}

const purposes: Readonly<Record<SignInWay, string>> = {
  password: "posthorn/1/login-state",
  recovery: "posthorn/1/recovery-state",
};

const algorithm = "aes-256-gcm";
const nonceBytes = 12;
const tagBytes = 16;

/** `state` as it may be stored in `row`: a random nonce, the ciphertext, the tag. `opaqueSetup` is the secret it hangs on. */
export function sealLogin(random: Random, opaqueSetup: string, row: LoginRow, state: string): Uint8Array {
  const nonce = random.bytes(nonceBytes);
  const cipher = createCipheriv(algorithm, keyOf(opaqueSetup, row), nonce, { authTagLength: tagBytes });
  cipher.setAAD(nameOf(row));
  return Buffer.concat([nonce, cipher.update(state, "utf8"), cipher.final(), cipher.getAuthTag()]);
}

/** What `sealLogin` was given; undefined when it was sealed for another row or by another server, when it or its verifier was changed. */
export function openLogin(opaqueSetup: string, row: LoginRow, sealed: Uint8Array): string | undefined {
  if (sealed.length < nonceBytes + tagBytes) return undefined;
  const nonce = sealed.subarray(0, nonceBytes);
  const decipher = createDecipheriv(algorithm, keyOf(opaqueSetup, row), nonce, { authTagLength: tagBytes });
  decipher.setAAD(nameOf(row));
  decipher.setAuthTag(sealed.subarray(-tagBytes));
  const opened = decipher.update(sealed.subarray(nonceBytes, -tagBytes), undefined, "utf8");
  try {
    return opened + decipher.final("utf8");
  } catch {
    return undefined;
  }
}

function keyOf(opaqueSetup: string, { way }: LoginRow): Uint8Array {
  return deriveKey(opaqueSetup, purposes[way]);
}

/** The hashes are of one length, so no two rows have the same. */
function nameOf({ idHash, accountName, verifier = "" }: LoginRow): Uint8Array {
  return Buffer.concat([idHash, hashSecret(verifier), Buffer.from(accountName)]);
}
