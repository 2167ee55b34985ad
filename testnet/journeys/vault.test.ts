/** What an account has believed of others' keys, kept by several devices, on a server that may lose it. */
import { keepEpochsFresh, lookUpContact, type Session } from "@posthorn/client";
import { deriveSecret, recordIdOf } from "@posthorn/crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { haveCompared, joinAs, newDevice, type TestPerson } from "../src/people.ts";
import { startTestnet, type Testnet } from "../src/testnet.ts";

const dayMs = 24 * 3_600_000;
let net: Testnet;
let bob: TestPerson;
let carol: TestPerson;
let count = 0;

beforeAll(async () => {
  net = await startTestnet({ names: ["alpha", "beta"], wire: "memory" });
  bob = await joinAs(net, net.node("beta"), "bob");
  carol = await joinAs(net, net.node("beta"), "carol");
});

afterAll(() => net.close());

/** Somebody who has compared safety numbers with Bob, and a second device, which has looked only at what was said until then. */
async function someone(): Promise<{ alice: TestPerson; device: Session }> {
  const alice = await joinAs(net, net.node("alpha"), `alice${++count}`);
  await haveCompared(alice.session, bob.address);
  const device = await newDevice(net.platform, alice);
  await device.keys.find();
  return { alice, device };
}

describe("two devices of an honest server", () => {
  test("that both are due to begin an epoch begin one, whichever comes first, and no contact is lost", async () => {
    const { alice, device } = await someone();
    await net.advance(31 * dayMs);
    expect(await keepEpochsFresh(alice.session)).toBe(true);
    expect(await keepEpochsFresh(device)).toBe(false);
    await net.advance(31 * dayMs);
    await Promise.all([alice.session, device].map(keepEpochsFresh));
    const third = await newDevice(net.platform, alice);
    expect((await third.keys.find())?.head.epochs.length).toBe(3);
    for (const session of [alice.session, device, third]) {
      expect(await lookUpContact(session, bob.address)).toMatchObject({ isCompared: true });
    }
    const { records } = await third.call("records", { params: { collection: "head" } });
    expect(records.length).toBe(1);
  });

  test("can each compare with somebody else at the same time", async () => {
    const { alice, device } = await someone();
    await lookUpContact(device, carol.address);
    const dora = await joinAs(net, net.node("beta"), `dora${count}`);
    await haveCompared(alice.session, dora.address);
    await haveCompared(device, carol.address);
    const third = await newDevice(net.platform, alice);
    for (const { address } of [bob, carol, dora]) {
      expect(await lookUpContact(third, address)).toMatchObject({ isCompared: true });
    }
  });
});

test("somebody who was seen and never compared is not vouched for: strangers make no vault too large, and one that the server has lost is seen for the first time", async () => {
  const { alice } = await someone();
  await lookUpContact(alice.session, carol.address);
  await net.advance(31 * dayMs);
  await keepEpochsFresh(alice.session);
  const device = await newDevice(net.platform, alice);
  const { records: pins } = await device.call("records", { params: { collection: "pins" } });
  const compared = await pinId(device, bob.address);
  for (const { id } of pins) {
    if (id !== compared) await device.call("deleteRecord", { params: { collection: "pins", id } });
  }
  await haveCompared(device, bob.address);
  expect(await lookUpContact(device, carol.address)).toMatchObject({ kind: "sealed", news: "firstSeen" });
});

/** Of the record in which a contact's keys are kept (§100.9). */
async function pinId(session: Session, address: string): Promise<string> {
  const keyring = await session.keys.find();
  if (keyring === undefined) throw new Error("she has keys");
  const { rootSecret } = keyring;
  return recordIdOf(await deriveSecret(rootSecret, "vault"), "pins", address);
}
