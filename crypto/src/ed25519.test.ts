import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { generateSigningKey, importVerifyKey, signBytes, verifyBytes } from "./ed25519.ts";
import * as ofBrowsers from "./ed25519-browser.ts";
import * as ofNode from "./ed25519-node.ts";

const hex = (text: string) => Uint8Array.from(Buffer.from(text, "hex"));

describe("RFC 8032 §7.1: the RFC's own examples", () => {
  test.each([
    [
      "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
      "",
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ],
    [
      "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
      "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
      "72",
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ],
  ])("seed %s", async (seed, publicKey, message, signature) => {
    const key = await generateSigningKey(hex(seed));
    expect(key.publicKey).toEqual(hex(publicKey));
    expect(await signBytes(key, hex(message))).toEqual(hex(signature));
    expect(await verifyBytes(await importVerifyKey(hex(publicKey)), hex(message), hex(signature))).toBe(true);
  });
});

describe("RFC 8032 §5.1.3, §8.9: a public key no signer has is refused", () => {
  const prime = 2n ** 255n - 19n;
  const eighthOrder = [
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  ];
  const spell = (y: bigint, sign = 0n) => hex((y | (sign << 255n)).toString(16).padStart(64, "0")).reverse();
  const points: readonly [string, Uint8Array][] = [
    ["the neutral point", spell(1n)],
    ["the neutral point with a sign", spell(1n, 1n)],
    ["the neutral point, not canonical", spell(prime + 1n)],
    ["the neutral point, not canonical, with a sign", spell(prime + 1n, 1n)],
    ["the point of order 2", spell(prime - 1n)],
    ["the point of order 2 with a sign", spell(prime - 1n, 1n)],
    ["a point of order 4", spell(0n)],
    ["the other point of order 4", spell(0n, 1n)],
    ["a point of order 4, not canonical", spell(prime)],
    ["the other point of order 4, not canonical", spell(prime, 1n)],
    ...eighthOrder.flatMap((text): [string, Uint8Array][] => [
      [`a point of order 8, ${text.slice(0, 8)}…`, hex(text)],
      [
        `a point of order 8, ${text.slice(0, 8)}…, with a sign`,
        hex(text).with(31, (hex(text)[31] ?? 0) | 0x80),
      ],
    ]),
    ["a y beyond the field", spell(prime + 3n)],
    ["the largest y", new Uint8Array(32).fill(0xff)],
  ];

  test.each(points)("%s", async (_, bytes) => {
    await expect(importVerifyKey(bytes)).rejects.toThrow("no signature can be trusted");
  });

  test.each([0, 31, 33, 64])("%i bytes", async (length) => {
    await expect(importVerifyKey(new Uint8Array(length).fill(9))).rejects.toThrow("32 bytes");
    await expect(generateSigningKey(new Uint8Array(length))).rejects.toThrow("32 bytes");
  });
});

describe("a key pair", () => {
  const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 });

  test("signs what its public key verifies, and no other message, key or signature", async () => {
    await fc.assert(
      fc.asyncProperty(
        seeds,
        seeds,
        fc.uint8Array({ maxLength: 200 }),
        fc.nat(63),
        async (seed, other, message, at) => {
          fc.pre(Buffer.compare(seed, other) !== 0);
          const key = await generateSigningKey(seed);
          const verifyKey = await importVerifyKey(key.publicKey);
          const otherKey = await importVerifyKey((await generateSigningKey(other)).publicKey);
          const signature = await signBytes(key, message);
          expect(await verifyBytes(verifyKey, message, signature)).toBe(true);
          expect(await verifyBytes(otherKey, message, signature)).toBe(false);
          expect(await verifyBytes(verifyKey, Uint8Array.of(...message, 0), signature)).toBe(false);
          const bent = signature.with(at, (signature[at] ?? 0) ^ 1);
          expect(await verifyBytes(verifyKey, message, bent)).toBe(false);
        },
      ),
      { numRuns: 50 },
    );
  });

  test.each([0, 63, 65, 128])("takes no signature of %i bytes", async (length) => {
    const key = await generateSigningKey(new Uint8Array(32));
    const verifyKey = await importVerifyKey(key.publicKey);
    expect(await verifyBytes(verifyKey, new Uint8Array(), new Uint8Array(length))).toBe(false);
  });

  test("keeps its own copy of the seed", async () => {
    const seed = new Uint8Array(32).fill(5);
    const key = await generateSigningKey(seed);
    seed.fill(0);
    expect(key.seed).toEqual(new Uint8Array(32).fill(5));
  });
});

describe("what browsers have", () => {
  const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 });
  const pkcs8 = (seed: Uint8Array) => Uint8Array.of(...hex("302e020100300506032b657004220420"), ...seed);

  test("makes of a seed the key that Node makes, and signs alike", async () => {
    await fc.assert(
      fc.asyncProperty(seeds, fc.uint8Array({ maxLength: 200 }), async (seed, message) => {
        const [node, web] = [await ofNode.openSigner(pkcs8(seed)), await ofBrowsers.openSigner(pkcs8(seed))];
        expect(web.publicKey).toEqual(node.publicKey);
        expect(await web.sign(message)).toEqual(await node.sign(message));
      }),
      { numRuns: 50 },
    );
  });

  test("takes for a signature what Node does, and nothing of which one bit is another", async () => {
    const message = new Uint8Array(100).fill(1);
    const signer = await ofNode.openSigner(pkcs8(new Uint8Array(32).fill(7)));
    const signature = await signer.sign(message);
    const verifier = await ofBrowsers.openVerifier(signer.publicKey);
    expect(await verifier.verify(message, signature)).toBe(true);
    for (let bit = 0; bit < 512; bit++) {
      const at = Math.floor(bit / 8);
      const bent = signature.with(at, (signature[at] ?? 0) ^ (1 << (bit % 8)));
      expect(await verifier.verify(message, bent)).toBe(false);
    }
    for (const length of [0, 63, 65, 128]) {
      expect(await verifier.verify(message, new Uint8Array(length))).toBe(false);
    }
  });
});
