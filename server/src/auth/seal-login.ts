import { createCipheriv, createDecipheriv } from "node:crypto";
import type { Random } from "../env/env.ts";
import { deriveKey } from "./keys.ts";

/**
 * Between the two steps of a login the server keeps the very answer that will prove the password (KE3, RFC 9807
 * §6.4.4). It lies in the database sealed with AES-256-GCM under a key that is not there, so that whoever reads the
 * database has nothing to answer with (threats F18), and bound to its row, so that it proves nothing for another.
 */

/** The row that a login's state belongs to. */
export interface LoginRow {
  /** SHA-256 of the login's id. */
  idHash: Uint8Array;
  accountName: string;
}

const algorithm = "aes-256-gcm";
const nonceBytes = 12;
const tagBytes = 16;

/** `state` as it may be stored in `row`: a random nonce, the ciphertext, the tag. `opaqueSetup` is the secret it hangs on. */
export function sealLogin(random: Random, opaqueSetup: string, row: LoginRow, state: string): Uint8Array {
  const nonce = random.bytes(nonceBytes);
  const cipher = createCipheriv(algorithm, keyOf(opaqueSetup), nonce, { authTagLength: tagBytes });
  cipher.setAAD(nameOf(row));
  return Buffer.concat([nonce, cipher.update(state, "utf8"), cipher.final(), cipher.getAuthTag()]);
}

/** What `sealLogin` was given; undefined when it was sealed for another row or by another server, or was changed. */
export function openLogin(opaqueSetup: string, row: LoginRow, sealed: Uint8Array): string | undefined {
  if (sealed.length < nonceBytes + tagBytes) return undefined;
  const nonce = sealed.subarray(0, nonceBytes);
  const decipher = createDecipheriv(algorithm, keyOf(opaqueSetup), nonce, { authTagLength: tagBytes });
  decipher.setAAD(nameOf(row));
  decipher.setAuthTag(sealed.subarray(-tagBytes));
  const opened = decipher.update(sealed.subarray(nonceBytes, -tagBytes), undefined, "utf8");
  try {
    return opened + decipher.final("utf8");
  } catch {
    return undefined;
  }
}

function keyOf(opaqueSetup: string): Uint8Array {
  return deriveKey(opaqueSetup, "posthorn/1/login-state");
}

/** The hash is of one length, so no two rows have the same. */
function nameOf({ idHash, accountName }: LoginRow): Uint8Array {
  return Buffer.concat([idHash, Buffer.from(accountName)]);
}
