import { describe, expect, test } from "vitest";
import { agree, generateAgreementKey, importAgreementKey } from "./x25519.ts";

const hex = (text: string) => Uint8Array.from(Buffer.from(text, "hex"));

test("RFC 7748 §5.2: the RFC's own example", async () => {
  const key = await importAgreementKey(
    hex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"),
  );
  const point = hex("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c");
  const shared = hex("c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
  expect(await agree(key, point)).toEqual(shared);
});

test("RFC 7748 §6.1: two keys agree, the RFC's own example", async () => {
  const bob = await importAgreementKey(
    hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"),
  );
  const alice = hex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
  expect(bob.publicKey).toEqual(hex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"));
  expect(await agree(bob, alice)).toEqual(
    hex("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"),
  );
});

test("two drawn keys agree, and no two drawn are alike", async () => {
  const [one, other] = [await generateAgreementKey(), await generateAgreementKey()];
  expect(one.publicKey).not.toEqual(other.publicKey);
  expect(await agree(one, other.publicKey)).toEqual(await agree(other, one.publicKey));
});

describe("RFC 7748 §6.1: a point with which everybody shares zeros is refused", () => {
  const prime = 2n ** 255n - 19n;
  const eighthOrder = [
    39382357235489614581723060781553021112529911719440698176882885853963445705823n,
    325606250916557431795983626356110631294008115727848805560023387167927233504n,
  ];
  const points = [0n, 1n, prime - 1n, ...eighthOrder];
  // Each u has as many spellings as fit into 255 bits, and each of those two, since the top bit is not read.
  const spellings = points
    .flatMap((u) => [u, u + prime].filter((spelling) => spelling < 2n ** 255n))
    .flatMap((u) => [u, u + 2n ** 255n]);

  test.each(spellings.map((u) => u.toString(16).padStart(64, "0")))("%s", async (u) => {
    const key = await importAgreementKey(new Uint8Array(32).fill(5));
    expect(await agree(key, hex(u).reverse())).toBeUndefined();
  });
});

test.each([0, 31, 33])("%i bytes are no secret and no point", async (length) => {
  await expect(importAgreementKey(new Uint8Array(length))).rejects.toThrow("32 bytes");
  const key = await importAgreementKey(new Uint8Array(32).fill(5));
  await expect(agree(key, new Uint8Array(length).fill(9))).rejects.toThrow("32 bytes");
});
