import { ReadableStream } from "node:stream/web";
import { createMessage, decrypt, encrypt, generateKey, generateSessionKey, readMessage } from "openpgp";
import { collect, drain, flowOf, plaintextOf } from "./byte-flow.ts";
import type { Work } from "./contender.ts";
import { openPgpConfig as config } from "./openpgp-message.ts";

/** A file as OpenPGP.js encrypts and decrypts it as it comes: AES-256-GCM in chunks of its own choice, a key at hand. */
export async function openPgpFile(size: number): Promise<Work> {
  const { publicKey } = await generateKey({
    type: "curve25519",
    userIDs: [{ email: "account-1@beta.example" }],
    format: "object",
    config,
  });
  const sessionKey = await generateSessionKey({ encryptionKeys: publicKey, config });
  const seal = async (): Promise<AsyncIterable<Uint8Array>> =>
    encrypt({
      message: await createMessage({ binary: ReadableStream.from(plaintextOf(size)) }),
      sessionKey,
      format: "binary",
      config,
    });
  const sealed = await collect(await seal());
  const sealedBytes = sealed.reduce((sum, { length }) => sum + length, 0);
  return {
    async seal() {
      await drain(await seal(), sealedBytes);
    },
    async open() {
      const { data } = await decrypt({
        message: await readMessage({ binaryMessage: ReadableStream.from(flowOf(sealed)) }),
        sessionKeys: sessionKey,
        format: "binary",
        config,
      });
      await drain(data, size);
    },
  };
}
