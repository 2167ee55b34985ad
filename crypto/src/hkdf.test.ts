import { hkdfSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hkdfExpand, hkdfExtract, hkdfSha256 } from "./hkdf.ts";
import { hmac } from "./hmac.ts";
import { hmac as hmacOfBrowsers } from "./hmac-browser.ts";

const hex = (text: string) => Uint8Array.from(Buffer.from(text, "hex"));

describe("RFC 5869 appendix A: the RFC's own examples", () => {
  test.each([
    [
      "A.1",
      "0b".repeat(22),
      "000102030405060708090a0b0c",
      "f0f1f2f3f4f5f6f7f8f9",
      "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
      "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
    ],
    [
      "A.3, without salt and info",
      "0b".repeat(22),
      "",
      "",
      "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
      "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
    ],
  ])("%s", async (_, secret, salt, info, extracted, expanded) => {
    const key = await hkdfExtract(hex(salt), hex(secret));
    expect(key).toEqual(hex(extracted));
    expect(await hkdfExpand("SHA-256", key, hex(info), 42)).toEqual(hex(expanded));
    expect(await hkdfSha256(hex(secret), hex(info), 42, hex(salt))).toEqual(hex(expanded));
  });
});

describe("HKDF", () => {
  const bytes = fc.uint8Array({ maxLength: 200 });

  test("gives what the platform's own gives", async () => {
    const anything = fc.tuple(bytes, bytes, bytes, fc.integer({ min: 1, max: 300 }));
    await fc.assert(
      fc.asyncProperty(anything, async ([secret, salt, info, length]) => {
        const expected = new Uint8Array(hkdfSync("sha256", secret, salt, info, length));
        expect(await hkdfSha256(secret, info, length, salt)).toEqual(expected);
        // The platform has no expansion alone, but its extraction is the code of the secret under the salt.
        const expanded = await hkdfExpand("SHA-512", await hmac("SHA-512", salt, secret), info, length);
        expect(expanded).toEqual(new Uint8Array(hkdfSync("sha512", secret, salt, info, length)));
      }),
      { numRuns: 50 },
    );
  });

  test("gives as much as a counter of one byte allows, and not a byte more", async () => {
    const [key, info] = [new Uint8Array(32), new Uint8Array()];
    expect(await hkdfExpand("SHA-256", key, info, 255 * 32)).toHaveLength(255 * 32);
    await expect(hkdfExpand("SHA-256", key, info, 255 * 32 + 1)).rejects.toThrow("at most 8160 bytes");
    await expect(hkdfExpand("SHA-512", key, info, 255 * 64 + 1)).rejects.toThrow("at most 16320 bytes");
  });
});

test("browsers' HMAC is Node's, with keys of any length", async () => {
  const bytes = fc.uint8Array({ maxLength: 200 });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom("SHA-256", "SHA-512"), bytes, bytes, async (hash, key, message) => {
      expect(await hmacOfBrowsers(hash, key, message)).toEqual(await hmac(hash, key, message));
    }),
    { numRuns: 50, examples: [["SHA-256", new Uint8Array(), new Uint8Array()]] },
  );
});
