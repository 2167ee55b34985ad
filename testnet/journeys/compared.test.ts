/** With whom one has compared numbers is known on all devices, and that somebody has another identity since. */
import {
  forgetCompared,
  type LocalPlace,
  LocalStoreError,
  listCompared,
  listComparedHere,
  login,
  lookUpContact,
  markDifferent,
  memoryPlace,
  prepare,
  Unreachable,
} from "@posthorn/client";
import { afterAll, expect, test } from "vitest";
import { newDevice as newMailDevice } from "../src/devices.ts";
import { beginAnew, haveCompared, joinAs, newDevice } from "../src/people.ts";
import { startTestnet } from "../src/testnet.ts";

const net = await startTestnet({ names: ["alpha", "beta"], wire: "memory" });

afterAll(() => net.close());

test("who was compared is listed until that is forgotten, and as changed once another identity was seen", async () => {
  const alice = await joinAs(net, net.node("alpha"), "alice");
  const bob = await joinAs(net, net.node("beta"), "bob");
  const carol = await joinAs(net, net.node("beta"), "carol");
  expect(await listCompared(alice.session)).toEqual([]);
  await lookUpContact(alice.session, carol.address);
  await haveCompared(alice.session, bob.address);
  const phone = await newDevice(net.platform, alice);
  expect(await listCompared(phone)).toEqual([{ address: bob.address, isChanged: false }]);

  await beginAnew(bob.session, { current: bob.password, next: "bob begins anew" });
  await lookUpContact(phone, bob.address);
  expect(await listCompared(await newDevice(net.platform, alice))).toEqual([
    { address: bob.address, isChanged: true },
  ]);
  await forgetCompared(phone, bob.address);
  expect(await listCompared(await newDevice(net.platform, alice))).toEqual([]);
});

test("a message goes to whom must be compared again only when somebody says so of it, and they stay so", async () => {
  const dora = await joinAs(net, net.node("alpha"), "dora");
  const erin = await joinAs(net, net.node("beta"), "erin");
  await haveCompared(dora.session, erin.address);
  await beginAnew(erin.session, { current: erin.password, next: "erin begins anew" });
  const phone = await newDevice(net.platform, dora);
  const contact = await lookUpContact(phone, erin.address);
  if (contact.kind !== "mustCompare") throw new Error("Her identity has changed.");
  const draft = { from: dora.address, to: [erin.address], subject: "Is it you?", body: "Tell me." };
  const { identityKey } = contact.head;
  const uncompared = [{ address: erin.address, identityKey }];
  expect(await prepare(phone, draft, { uncompared })).toMatchObject({ isSealed: true });
  const ofAnother = [{ address: erin.address, identityKey: identityKey.replace(/^.{4}/, "AAAA") }];
  const refused = { problem: { code: "keysChanged" } };
  await expect(prepare(phone, draft, { uncompared: ofAnother })).rejects.toMatchObject(refused);
  await expect(prepare(phone, draft)).rejects.toMatchObject(refused);
  expect(await listCompared(phone)).toEqual([{ address: erin.address, isChanged: true }]);
});

test("who was found to have another number gets nothing, on all devices, until they have compared again", async () => {
  const fay = await joinAs(net, net.node("alpha"), "fay");
  const gus = await joinAs(net, net.node("beta"), "gus");
  await haveCompared(fay.session, gus.address);
  await markDifferent(fay.session, gus.address);
  const phone = await newDevice(net.platform, fay);
  expect(await lookUpContact(phone, gus.address)).toMatchObject({ kind: "mustCompare", why: "differs" });
  expect(await listCompared(phone)).toEqual([{ address: gus.address, isChanged: true }]);
  const draft = { from: fay.address, to: [gus.address], subject: "Plans", body: "Later." };
  await expect(prepare(phone, draft)).rejects.toMatchObject({ problem: { code: "keysChanged" } });
  await haveCompared(phone, gus.address);
  expect(await lookUpContact(phone, gus.address)).toMatchObject({ kind: "sealed", isCompared: true });
});

test("a device that cannot reach its server knows with whom was compared as it has seen it last, and no more", async () => {
  const hal = await joinAs(net, net.node("alpha"), "hal");
  const ivy = await joinAs(net, net.node("beta"), "ivy");
  const jan = await joinAs(net, net.node("beta"), "jan");
  for (const { address } of [ivy, jan]) await haveCompared(hal.session, address);
  const device = await newMailDevice(net.platform, (platform) => login(platform, hal));
  await device.open();
  const both = [ivy, jan].map(({ address }) => ({ address, isChanged: false }));
  const known = async () =>
    (await listComparedHere(device.mail)).sort((a, b) => (a.address < b.address ? -1 : 1));

  device.wire.isUp = false;
  await expect(known()).rejects.toBeInstanceOf(Unreachable);
  device.wire.isUp = true;
  expect(await known()).toEqual(both);
  await device.close();
  device.wire.isUp = false;
  await device.open();
  expect(await known()).toEqual(both);
  // What this device finds itself is known without being asked for.
  device.wire.isUp = true;
  await markDifferent(device.mail.session, ivy.address);
  await forgetCompared(device.mail.session, jan.address);
  device.wire.isUp = false;
  expect(await known()).toEqual([{ address: ivy.address, isChanged: true }]);
  await device.close();
});

test("a device without room for the list keeps nobody from writing, and shows no list that may be old", async () => {
  const kim = await joinAs(net, net.node("alpha"), "kim");
  const leo = await joinAs(net, net.node("beta"), "leo");
  await haveCompared(kim.session, leo.address);
  const place = memoryPlace();
  let isFull = false;
  const full: LocalPlace = {
    remove: () => place.remove(),
    async open(schema) {
      const store = await place.open(schema);
      return {
        ...store,
        write: (tables, work, options) =>
          isFull && tables.some(({ name }) => name === "comparedHere")
            ? Promise.reject(new LocalStoreError("full"))
            : store.write(tables, work, options),
      };
    },
  };
  const device = await newMailDevice(net.platform, (platform) => login(platform, kim), { place: full });
  await device.open();
  const compared = [{ address: leo.address, isChanged: false }];
  expect(await listComparedHere(device.mail)).toEqual(compared);
  isFull = true;
  await markDifferent(device.mail.session, leo.address);
  const changed = [{ address: leo.address, isChanged: true }];
  expect(await listComparedHere(device.mail)).toEqual(changed);
  device.wire.isUp = false;
  await expect(listComparedHere(device.mail)).rejects.toBeInstanceOf(Unreachable);
  device.wire.isUp = true;
  isFull = false;
  expect(await listComparedHere(device.mail)).toEqual(changed);
  device.wire.isUp = false;
  expect(await listComparedHere(device.mail)).toEqual(changed);
  await device.close();
});
