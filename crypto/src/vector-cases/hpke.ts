import { fromBase64Url, toBase64Url } from "../base64.ts";
import { openWithKey, sealWith } from "../hpke.ts";
import { scheduleKeys } from "../hpke-schedule.ts";
import type { HpkeVectors, Sealed } from "../seal-vectors/hpke-vectors.ts";
import type { XWingBackend } from "../x-wing-backend.ts";
import { encapsulateWith } from "../x-wing-javascript.ts";
import type { VectorCase } from "./vector-case.ts";
import { kemKeyOf } from "./x-wing.ts";

/** What this backend's key opens and what it does not, and sealing anew. */
export function hpkeCases(vectors: HpkeVectors, backend: XWingBackend): VectorCase[] {
  return [
    ...vectors.good.map((vector) => ({
      name: `is opened: ${vector.name}`,
      expected: vector.plaintext,
      find: () => open(vector, backend),
    })),
    ...vectors.good.map(({ name, seed, randomness, info, plaintext, ...made }) => ({
      name: `is sealed like this: ${name}`,
      expected: made,
      async find() {
        const { publicKey } = await kemKeyOf(seed, backend);
        const encapsulation = encapsulateWith(publicKey, fromBase64Url(randomness));
        const { key, baseNonce } = await scheduleKeys(
          vectors.suite,
          encapsulation.sharedSecret,
          fromBase64Url(info),
        );
        const sealed = await sealWith(encapsulation, fromBase64Url(info), fromBase64Url(plaintext));
        return {
          enc: toBase64Url(sealed.enc),
          ciphertext: toBase64Url(sealed.ciphertext),
          sharedSecret: toBase64Url(encapsulation.sharedSecret),
          key: toBase64Url(key),
          nonce: toBase64Url(baseNonce),
        };
      },
    })),
    ...vectors.bad.map(({ name, change }) => ({
      name: `is not opened: ${name}`,
      expected: undefined,
      find: () => open({ ...vectors.base, ...change }, backend),
    })),
    {
      name: "what the bad ones are made from is opened",
      expected: true,
      find: async () => (await open(vectors.base, backend)) !== undefined,
    },
  ];
}

async function open(
  { seed, info, enc, ciphertext }: Sealed,
  backend: XWingBackend,
): Promise<string | undefined> {
  const sealed = { enc: fromBase64Url(enc), ciphertext: fromBase64Url(ciphertext) };
  const opened = await openWithKey(await kemKeyOf(seed, backend), sealed, fromBase64Url(info));
  return opened && toBase64Url(opened);
}
