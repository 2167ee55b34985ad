import {
  generateKemKey,
  generateSigningKey,
  importKemPublicKey,
  importVerifyKey,
  keyIdOf,
  openMessage,
  sealMessage,
} from "@posthorn/crypto";
import type { Work } from "./contender.ts";
import { randomBytes } from "./random-bytes.ts";

/** A message as Posthorn seals it, with its header, and as its last recipient opens it. */
export async function posthornMessage(payload: Uint8Array, recipients: number): Promise<Work> {
  const signer = await generateSigningKey(randomBytes(32));
  const sender = await importVerifyKey(signer.publicKey);
  const keys = await Promise.all(Array.from({ length: recipients }, () => generateKemKey(randomBytes(32))));
  const input = {
    id: crypto.randomUUID(),
    from: "account-1@alpha.example",
    fromKeyId: await keyIdOf(signer.publicKey),
    created: "2026-11-24T10:30:00Z",
    recipients: await Promise.all(
      keys.map(async ({ publicKey }, index) => ({
        address: addressOf(index),
        keyId: await keyIdOf(publicKey),
        publicKey: await importKemPublicKey(publicKey),
      })),
    ),
    payload,
    signer,
  };
  const last = keys.at(-1);
  if (last === undefined) throw new Error("A message has a recipient.");
  const own = { address: addressOf(recipients - 1), key: last };
  const sealed = await sealMessage(input);
  return {
    async seal() {
      await sealMessage(input);
    },
    async open() {
      const opened = await openMessage(own, sender, sealed);
      if (opened?.length !== payload.length) throw new Error("Posthorn did not open the message.");
    },
  };
}

function addressOf(index: number): string {
  return `account-${index + 1}@beta.example`;
}
