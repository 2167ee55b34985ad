import { fromBase64Url, toBase64Url } from "../base64.ts";
import { generateSigningKey, importVerifyKey } from "../ed25519.ts";
import { openMessage, type SealedMessage, sealMessageWith } from "../message-seal.ts";
import type { GoodVector, SealedVector, SealVectors } from "../seal-vectors/message-vectors.ts";
import { importKemPublicKey } from "../x-wing.ts";
import type { XWingBackend } from "../x-wing-backend.ts";
import { encapsulateWith } from "../x-wing-javascript.ts";
import type { VectorCase } from "./vector-case.ts";
import { kemKeyOf } from "./x-wing.ts";

/** Messages that each recipient opens by this backend, their sealing anew, and what is not opened. */
export function sealedMessageCases({ good, base, bad }: SealVectors, backend: XWingBackend): VectorCase[] {
  return [
    ...good.flatMap((vector) =>
      vector.recipients.map(({ address, seed }) => ({
        name: `is opened by ${address}: ${vector.name}`,
        expected: vector.payload,
        find: () => open({ ...vector, address, seed }, backend),
      })),
    ),
    ...good.map((vector) => ({
      name: `is sealed like this: ${vector.name}`,
      expected: { commit: vector.commit, ciphertext: vector.ciphertext, keys: vector.keys },
      find: () => sealAgain(vector, backend),
    })),
    ...bad.map(({ name, change }) => ({
      name: `is not opened: ${name}`,
      expected: undefined,
      find: () => open({ ...base, ...change }, backend),
    })),
    {
      name: "what the bad ones are made from is opened",
      expected: base.payload,
      find: () => open(base, backend),
    },
  ];
}

/** The payload in base64url; undefined when it is not opened. */
async function open(vector: SealedVector, backend: XWingBackend): Promise<string | undefined> {
  const { id, from, fromKeyId, created, recipients, address } = vector;
  const sealed: SealedMessage = {
    header: { id, from, fromKeyId, created, recipients },
    commit: fromBase64Url(vector.commit),
    ciphertext: fromBase64Url(vector.ciphertext),
    keys: vector.keys.map(({ enc, wrap, ...whose }) => ({
      ...whose,
      enc: fromBase64Url(enc),
      wrap: fromBase64Url(wrap),
    })),
  };
  const own = { address, key: await kemKeyOf(vector.seed, backend) };
  const opened = await openMessage(own, await importVerifyKey(fromBase64Url(vector.senderKey)), sealed);
  return opened && toBase64Url(opened);
}

async function sealAgain(vector: GoodVector, backend: XWingBackend) {
  const { id, from, fromKeyId, created } = vector;
  const randomness = new Map<string, string>();
  const recipients = await Promise.all(
    vector.recipients.map(async ({ address, keyId, seed, randomness: drawn }) => {
      const { publicKey } = await kemKeyOf(seed, backend);
      randomness.set(toBase64Url(publicKey), drawn);
      return { address, keyId, publicKey: await importKemPublicKey(publicKey) };
    }),
  );
  const { commit, ciphertext, keys } = await sealMessageWith(
    {
      messageKey: fromBase64Url(vector.messageKey),
      encapsulate: async ({ publicKey }) =>
        encapsulateWith(publicKey, fromBase64Url(randomness.get(toBase64Url(publicKey)) ?? "")),
    },
    {
      id,
      from,
      fromKeyId,
      created,
      recipients,
      payload: fromBase64Url(vector.payload),
      signer: await generateSigningKey(fromBase64Url(vector.senderSeed)),
    },
  );
  return {
    commit: toBase64Url(commit),
    ciphertext: toBase64Url(ciphertext),
    keys: keys.map(({ enc, wrap, ...whose }) => ({
      ...whose,
      enc: toBase64Url(enc),
      wrap: toBase64Url(wrap),
    })),
  };
}
