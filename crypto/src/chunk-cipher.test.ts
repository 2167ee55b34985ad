import { describe, expect, test } from "vitest";
import { openAead } from "./aead.ts";
import { makeChunkCipher, openChunks, sealChunks } from "./chunk-cipher.ts";

const cipher = await makeChunkCipher(new Uint8Array(32), new Uint8Array(), new Uint8Array(24));
const text = new Uint8Array(10).fill(7);

describe("C2SP chunked-encryption: a chunk far into a message", () => {
  test.each([0, 1, 255, 256, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 38 - 1])(
    "%i is sealed under the base nonce XOR its number, as wide as the nonce",
    async (number) => {
      const base = BigInt(`0x${Buffer.from(cipher.baseNonce).toString("hex")}`);
      const nonce = Buffer.from((base ^ BigInt(number)).toString(16).padStart(24, "0"), "hex");
      const [sealed = new Uint8Array()] = await sealChunks(cipher, number, text, true);
      expect(await openAead(cipher.key, nonce, sealed)).toEqual(text);
      expect(await openChunks(cipher, number, sealed, true)).toEqual([text]);
    },
  );

  test("is there for 2^38 of them and no more", () => {
    expect(() => sealChunks(cipher, 2 ** 38, text, true)).toThrow("at most 274877906944 chunks");
  });
});
