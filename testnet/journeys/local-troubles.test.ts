/** Somebody's mail on their devices when something goes wrong: a host that is silent, a server that fails, a cut wire. */
import {
  emails,
  indexMail,
  login,
  type Mail,
  openMail,
  prepare,
  searchMail,
  send,
  soloTabs,
} from "@posthorn/client";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isUpToDate, newDevice, type TestDevice, until } from "../src/devices.ts";
import { joinAs, type TestPerson } from "../src/people.ts";
import { startTestnet, type Testnet } from "../src/testnet.ts";

let net: Testnet;
let alice: TestPerson;
let bob: TestPerson;
const devices: TestDevice[] = [];

beforeEach(async () => {
  net = await startTestnet({ names: ["alpha"], wire: "memory" });
  alice = await joinAs(net, net.node("alpha"), "alice");
  bob = await joinAs(net, net.node("alpha"), "bob");
});
afterEach(async () => {
  for (const device of devices.splice(0)) await device.close();
  await net.close();
});

/** A device of Alice's, open, with all that is at the server. */
async function aliceOn(): Promise<TestDevice> {
  const device = await newDevice(net.platform, (platform) => login(platform, alice));
  devices.push(device);
  await device.open();
  await until(() => isUpToDate(device));
  return device;
}

/** Bob writes Alice letters, one after another. */
async function bobWrites(...subjects: string[]): Promise<void> {
  for (const subject of subjects) {
    const draft = { from: bob.address, to: [alice.address], subject, body: `About ${subject}` };
    const { message } = await prepare(bob.session, draft);
    await send(bob.session, message);
    await net.drain();
    await net.advance(1_000);
  }
}

function index(mail: Mail): Promise<void> {
  return indexMail(mail, { signal: new AbortController().signal });
}

/** The ids of what is found, newest first. */
async function found(mail: Mail, query: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of searchMail(mail, query)) ids.push(id);
  return ids;
}

test("letters that another device has indexed are found here also when the index came before the list", async () => {
  await bobWrites("apple");
  const [one, two] = [await aliceOn(), await aliceOn()];
  await index(two.mail);
  await two.close();
  await bobWrites("plum one", "plum two");
  await until(async () => (await one.mail.store.count(emails)) === 3);
  await index(one.mail);
  const early = await openMail(await login(net.platform, alice), { place: two.place, tabs: soloTabs() });
  await index(early);
  await early.store.close();
  await two.open();
  await until(async () => (await two.mail.store.count(emails)) === 3);
  await index(two.mail);
  const plums = await found(one.mail, "plum ");
  expect(plums).toHaveLength(2);
  expect(await found(two.mail, "plum ")).toEqual(plums);
});
