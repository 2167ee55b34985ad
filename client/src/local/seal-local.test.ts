import { expect, test } from "vitest";
import { findLocalKey, openLocal, sealLocal } from "./seal-local.ts";
import { bytesTable } from "./table.ts";

const texts = bytesTable({ name: "texts" });
const place = { table: texts, key: "m1" };
const opened = new TextEncoder().encode("Lunch at noon?");

/** As much of a sign-in's keys as is asked here. */
function signIn(address: string, rootSecret: Uint8Array | undefined) {
  return {
    address,
    keys: {
      find: async () => undefined,
      findRootSecret: async () => rootSecret,
      replace: async () => undefined,
      renew: async () => false,
    },
  };
}

const alice = await findLocalKey(signIn("alice@a.test", new Uint8Array(32).fill(7)));

test("what was opened lies sealed, and opens with the same sign-in", async () => {
  const sealed = await sealLocal(alice, place, opened);
  expect(Buffer.from(sealed).includes("Lunch")).toBe(false);
  const again = await findLocalKey(signIn("alice@a.test", new Uint8Array(32).fill(7)));
  expect(await openLocal(again, place, sealed)).toEqual(opened);
});

test("it opens in no other place, for no other account and with no other root secret", async () => {
  const sealed = await sealLocal(alice, place, opened);
  const bob = await findLocalKey(signIn("bob@a.test", new Uint8Array(32).fill(7)));
  const renewed = await findLocalKey(signIn("alice@a.test", new Uint8Array(32).fill(8)));
  expect(await openLocal(alice, { ...place, key: "m2" }, sealed)).toBeUndefined();
  expect(await openLocal(alice, { ...place, table: bytesTable({ name: "others" }) }, sealed)).toBeUndefined();
  expect(await openLocal(bob, place, sealed)).toBeUndefined();
  expect(await openLocal(renewed, place, sealed)).toBeUndefined();
});

test("an account that its server reads has nothing sealed", async () => {
  const none = await findLocalKey(signIn("carol@a.test", undefined));
  const kept = await sealLocal(none, place, opened);
  expect(kept).toEqual(opened);
  expect(await openLocal(none, place, kept)).toEqual(opened);
});
