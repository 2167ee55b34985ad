/** With whom one has compared numbers is known on all devices, and that somebody has another identity since. */
import { forgetCompared, listCompared, lookUpContact } from "@posthorn/client";
import { afterAll, expect, test } from "vitest";
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
