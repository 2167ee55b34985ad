import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { openArrival, sealArrival } from "./arrival-seal.ts";
import { toBase64Url } from "./base64.ts";
import { bindTexts } from "./bind-texts.ts";
import { availableBackends } from "./choose-backend.ts";
import { openBytes } from "./sealed-bytes.ts";
import { type ArrivalVectors, arrivalCases } from "./vector-cases/arrivals.ts";
import { generateKemKey, importKemPublicKey } from "./x-wing.ts";

const vectors: ArrivalVectors = JSON.parse(
  readFileSync(new URL("../../vectors/arrivals.json", import.meta.url), "utf8"),
);
const backends = await availableBackends();
const owner = { address: "bob@b.test", keyId: "VEQtEF8XUTxEFV09MEC2eA" };
const bob = await generateKemKey(new Uint8Array(32).fill(7));
const eve = await generateKemKey(new Uint8Array(32).fill(8));
const publicKey = await importKemPublicKey(bob.publicKey);
const letter = new TextEncoder().encode(JSON.stringify({ subject: "Hello", body: "Hi Bob" }));
const sealed = await sealArrival(owner, publicKey, letter);

function flipped(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte, index) => (index === bytes.length - 1 ? byte ^ 1 : byte));
}

describe.each(backends.map((backend) => [backend.name, backend] as const))(
  "vectors/arrivals.json, with X-Wing “%s”",
  (_, backend) => {
    test.each(arrivalCases(vectors, backend))("$name", async ({ find, expected }) => {
      expect(await find()).toEqual(expected);
    });
  },
);

describe("mail that came in the open and was sealed on arrival", () => {
  test("opens for the one it came for, byte for byte", async () => {
    expect((await openArrival(owner, bob, sealed))?.bytes).toEqual(letter);
  });

  test("gives who opens it the keys that its files were sealed with, another for each place and each message", async () => {
    const opened = await openArrival(owner, bob, sealed);
    const other = await sealArrival(owner, publicKey, letter);
    const keys = await Promise.all([0, 1, 10].map(sealed.fileKey));
    expect(await Promise.all([0, 1, 10].map((place) => opened?.fileKey(place)))).toEqual(keys);
    keys.push(await other.fileKey(0));
    expect(new Set(keys.map(toBase64Url)).size).toBe(4);
    expect(keys.every((key) => key.length === 32)).toBe(true);
  });

  test("gives no key away that opens the message itself", async () => {
    const key = await sealed.fileKey(0);
    const context = bindTexts("posthorn-arrival-v1", [owner.address, owner.keyId]);
    expect(await openBytes(key, context, sealed.sealed)).toBeUndefined();
  });

  test("says little of its length", async () => {
    const longer = await sealArrival(owner, publicKey, new Uint8Array(900));
    expect(longer.sealed.length).toBe(sealed.sealed.length);
  });

  test("opens for nobody else, for no other epoch, and when any of it is changed", async () => {
    expect(await openArrival(owner, eve, sealed)).toBeUndefined();
    expect(await openArrival({ ...owner, address: "eve@b.test" }, bob, sealed)).toBeUndefined();
    expect(await openArrival({ ...owner, keyId: "KmvJ_8jhiWbpRjr2zYPw0w" }, bob, sealed)).toBeUndefined();
    for (const part of ["enc", "wrap", "sealed"] as const) {
      expect(await openArrival(owner, bob, { ...sealed, [part]: flipped(sealed[part]) })).toBeUndefined();
    }
  });

  test("gives the parts of two messages no way to be put together", async () => {
    const other = await sealArrival(owner, publicKey, letter);
    expect(await openArrival(owner, bob, { ...sealed, sealed: other.sealed })).toBeUndefined();
  });
});
