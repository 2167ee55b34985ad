import { paddedMessageSize } from "@posthorn/crypto";
import {
  availableBackends,
  generateSigningKey,
  importAeadKey,
  importVerifyKey,
  openAead,
  sealAead,
  signBytes,
  verifyBytes,
} from "@posthorn/crypto/parts";
import type { Work } from "./contender.ts";
import { randomBytes } from "./random-bytes.ts";

const signatureBytes = 64;

/**
 * The least that sealing a message can be: one signature, one encryption of as many bytes as it is padded to, one
 * encapsulation for each recipient; and the three of them back. By the same primitives, with nothing between them: no
 * header, no keys derived, nothing wrapped. It opens nothing for anybody.
 */
export async function primitivesMessage(payloadBytes: number, recipients: number): Promise<Work> {
  const [backend] = await availableBackends();
  if (backend === undefined) throw new Error("No implementation of X-Wing works here.");
  const kemKey = await backend.openKey(randomBytes(32));
  const publicKeys = await Promise.all(
    Array.from({ length: recipients }, () => backend.openPublicKey(kemKey.publicKey)),
  );
  const signer = await generateSigningKey(randomBytes(32));
  const verifyKey = await importVerifyKey(signer.publicKey);
  const aeadKey = await importAeadKey(randomBytes(32));
  const nonce = randomBytes(12);
  const inside = randomBytes(paddedMessageSize(payloadBytes + signatureBytes));
  const hash = randomBytes(64);

  const seal = async () => {
    const signature = await signBytes(signer, hash);
    const ciphertext = await sealAead(aeadKey, nonce, inside);
    const [first] = await Promise.all(publicKeys.map((key) => key.encapsulate()));
    if (first === undefined) throw new Error("A message has a recipient.");
    return { signature, ciphertext, enc: first.enc };
  };
  const { signature, ciphertext, enc } = await seal();
  return {
    async seal() {
      await seal();
    },
    async open() {
      await kemKey.decapsulate(enc);
      const opened = await openAead(aeadKey, nonce, ciphertext);
      if (opened === undefined || !(await verifyBytes(verifyKey, hash, signature)))
        throw new Error("The primitives did not undo what they had done.");
    },
  };
}
