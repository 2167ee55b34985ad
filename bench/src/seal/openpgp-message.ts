import { createMessage, decrypt, encrypt, generateKey, readMessage } from "openpgp";
import type { Work } from "./contender.ts";

/** Keys of version 6 (RFC 9580), X25519 and Ed25519, and AES-256-GCM: the newest and fastest that OpenPGP.js has. */
export const openPgpConfig = { v6Keys: true, aeadProtect: true };

/** The same by OpenPGP.js, as bytes without armour: signed and encrypted for all, decrypted and verified by the last. */
export async function openPgpMessage(payload: Uint8Array, recipients: number): Promise<Work> {
  const sender = await newKey("account-1@alpha.example");
  const keys = await Promise.all(
    Array.from({ length: recipients }, (_, index) => newKey(`account-${index + 1}@beta.example`)),
  );
  const last = keys.at(-1);
  if (last === undefined) throw new Error("A message has a recipient.");
  const encryptionKeys = keys.map(({ publicKey }) => publicKey);

  const seal = async (): Promise<Uint8Array> =>
    encrypt({
      message: await createMessage({ binary: payload }),
      encryptionKeys,
      signingKeys: sender.privateKey,
      format: "binary",
      config: openPgpConfig,
    });
  const sealed = await seal();
  return {
    async seal() {
      await seal();
    },
    async open() {
      const { data, signatures } = await decrypt({
        message: await readMessage({ binaryMessage: sealed }),
        decryptionKeys: last.privateKey,
        verificationKeys: sender.publicKey,
        expectSigned: true,
        format: "binary",
        config: openPgpConfig,
      });
      const opened: Uint8Array = data;
      if (opened.length !== payload.length) throw new Error("OpenPGP.js did not open the message.");
      await signatures[0]?.verified;
    },
  };
}

function newKey(email: string) {
  return generateKey({ type: "curve25519", userIDs: [{ email }], format: "object", config: openPgpConfig });
}
