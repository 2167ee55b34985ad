import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { availableBackends } from "./choose-backend.ts";
import { openWithKey, sealToKey } from "./hpke.ts";
import { scheduleKeys } from "./hpke-schedule.ts";
import { hpkeVectors } from "./seal-vectors/hpke-vectors.ts";
import { hpkeCases } from "./vector-cases/hpke.ts";
import { generateKemKey, importKemPublicKey } from "./x-wing.ts";

const hex = (text: string) => Uint8Array.from(Buffer.from(text, "hex"));
const vectors = await hpkeVectors();
const backends = await availableBackends();

describe("RFC 9180 appendix A: the RFC's own examples", () => {
  const info = hex("4f6465206f6e2061204772656369616e2055726e");

  test.each([
    [
      "A.2.1",
      { kemId: 0x0020, aeadId: 0x0003 },
      "0bbe78490412b4bbea4812666f7916932b828bba79942424abb65244930d69a7",
      "ad2744de8e17f4ebba575b3f5f5a8fa1f69c2a07f6e7500bc60ca6e3e3ec1c91",
      "5c4d98150661b848853b547f",
    ],
    [
      "A.5.1",
      { kemId: 0x0010, aeadId: 0x0003 },
      "806520f82ef0b03c823b7fc524b6b55a088f566b9751b89551c170f4113bd850",
      "a8f45490a92a3b04d1dbf6cf2c3939ad8bfc9bfcb97c04bffe116730c9dfe3fc",
      "726b4390ed2209809f58c693",
    ],
  ])("%s: the key schedule", async (_, suite, sharedSecret, key, nonce) => {
    const keys = await scheduleKeys(suite, hex(sharedSecret), info);
    expect(keys).toEqual({ key: hex(key), baseNonce: hex(nonce) });
  });
});

test("vectors/hpke.json holds these vectors; `vitest run crypto/src/hpke -u` writes it anew", async () => {
  const path = fileURLToPath(new URL("../../vectors/hpke.json", import.meta.url));
  await expect(`${JSON.stringify(vectors, null, 1)}\n`).toMatchFileSnapshot(path);
});

describe.each(backends.map((backend) => [backend.name, backend] as const))(
  "the vectors, with X-Wing “%s”",
  (_, backend) => {
    test.each(hpkeCases(vectors, backend))("$name", async ({ find, expected }) => {
      expect(await find()).toEqual(expected);
    });
  },
);

test("what is sealed to a key is opened with it and with no other, for what it was sealed for", async () => {
  const [bob, carol] = [
    await generateKemKey(new Uint8Array(32)),
    await generateKemKey(new Uint8Array(32).fill(1)),
  ];
  const toBob = await importKemPublicKey(bob.publicKey);
  const bytes = fc.uint8Array({ maxLength: 100 });
  await fc.assert(
    fc.asyncProperty(bytes, bytes, bytes, async (plaintext, info, otherInfo) => {
      fc.pre(Buffer.compare(info, otherInfo) !== 0);
      const sealed = await sealToKey(toBob, info, plaintext);
      expect(sealed.enc).toHaveLength(1120);
      expect(sealed.ciphertext).toHaveLength(plaintext.length + 16);
      expect(await openWithKey(bob, sealed, info)).toEqual(plaintext);
      expect(await openWithKey(bob, sealed, otherInfo)).toBeUndefined();
      expect(await openWithKey(carol, sealed, info)).toBeUndefined();
      expect((await sealToKey(toBob, info, plaintext)).enc).not.toEqual(sealed.enc);
    }),
    { numRuns: 20 },
  );
});
