import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { openArrival, sealArrival } from "./arrival-seal.ts";
import { availableBackends } from "./choose-backend.ts";
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
    expect(await openArrival(owner, bob, sealed)).toEqual(letter);
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
