/** Names that somebody gives others: before their own, taken back, and never more than there is room for. */
import {
  giveName,
  type Mail,
  memoryPlace,
  openMail,
  readNames,
  soloTabs,
  syncOnce,
  undoMail,
} from "@posthorn/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { keepSettings, settingsOf } from "../src/own-records.ts";
import { joinAs, type TestPerson } from "../src/people.ts";
import { startTestnet, type Testnet } from "../src/testnet.ts";

let net: Testnet;
let alice: TestPerson;
let mail: Mail;

const bob = "bob@beta.test";

beforeAll(async () => {
  net = await startTestnet({ names: ["alpha"], wire: "memory" });
  alice = await joinAs(net, net.node("alpha"), "alice");
  mail = await openMail(alice.session, { place: memoryPlace(), tabs: soloTabs() });
});
afterAll(async () => {
  await mail.store.close();
  await net.close();
});

test("a name is of an account, with all its tags, and stands beside the address where somebody else has it", async () => {
  const call = (address: string, name: string | undefined) => giveName(mail, "Name", { address, name });
  await call("Bob+club@beta.test", "  Old Bob ");
  const names = await readNames(mail);
  expect(names.given(bob)).toBe("Old Bob");
  expect(names.find("bob+shop@beta.test")).toBe("Old Bob");
  expect(names.isShared("old bób", "eve@beta.test")).toBe(true);
  expect(names.isShared("Old Bob", bob)).toBe(false);
  expect(await readNames(mail)).toBe(names);
  await call(bob, "Bob");
  expect((await readNames(mail)).given(bob)).toBe("Bob");
  // Who is called so already is not called anew.
  expect(await call(bob, "Bob")).toBeUndefined();
  await call(bob, undefined);
  expect((await readNames(mail)).given(bob)).toBeUndefined();
  for (const before of ["Bob", "Old Bob", undefined]) {
    await undoMail(mail);
    expect((await readNames(mail)).given(bob)).toBe(before);
  }
  expect(await undoMail(mail)).toBeUndefined();
});

test("what could not be shown of a sender is no name either", async () => {
  for (const name of ["eve@evil.test", "bank.example", "…"]) {
    expect(await giveName(mail, "Name", { address: bob, name })).toBe(false);
  }
});

test("where there is no room it is refused, and nothing that was set is lost", async () => {
  await syncOnce(mail, new AbortController().signal);
  const full = Object.fromEntries(
    Array.from({ length: 10 }, (_, at) => [`template${at}`, "x".repeat(9_970)] as const),
  );
  await keepSettings(alice.session, full);
  await syncOnce(mail, new AbortController().signal);
  await expect(giveName(mail, "Name", { address: bob, name: "B".repeat(100) })).rejects.toMatchObject({
    problem: { code: "tooLarge" },
  });
  expect(await settingsOf(alice.session)).toMatchObject(full);
});
