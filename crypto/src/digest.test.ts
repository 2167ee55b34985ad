import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { sha256, sha512 } from "./digest.ts";
import * as ofBrowsers from "./digest-browser.ts";
import { openSha256 } from "./open-sha256.ts";

test("in pieces, the example of FIPS 180-4 has its digest", () => {
  const hash = openSha256();
  for (const letter of "abc") hash.update(new TextEncoder().encode(letter));
  const digest = Buffer.from(hash.digest()).toString("hex");
  expect(digest).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});

test.each([0, 1, 55, 56, 63, 64, 65, 127, 128, 100_000])(
  "of %i bytes, pieces of any length and the whole have one digest",
  async (sizeBytes) => {
    const bytes = Uint8Array.from({ length: sizeBytes }, (_, at) => (at * 167) & 0xff);
    const digest = new Uint8Array(createHash("sha256").update(bytes).digest());
    expect(await sha256(bytes)).toEqual(digest);
    expect(await ofBrowsers.sha256(bytes)).toEqual(digest);
    const longer = new Uint8Array(createHash("sha512").update(bytes).digest());
    expect(await sha512(bytes)).toEqual(longer);
    expect(await ofBrowsers.sha512(bytes)).toEqual(longer);
    for (const pieceBytes of [1, 61, 64, 65_536]) {
      const hash = openSha256();
      for (let at = 0; at < sizeBytes; at += pieceBytes) hash.update(bytes.subarray(at, at + pieceBytes));
      expect(hash.digest()).toEqual(digest);
    }
  },
);
