/** A server that comes back from its backup has forgotten letters that devices have: nothing of them is taken for another. */
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import {
  changeEmails,
  emails,
  findOpened,
  getMailboxOf,
  indexMail,
  login,
  type Mail,
  openEmail,
  prepare,
  readWireText,
  searchCoverage,
  searchMail,
  send,
  syncStates,
} from "@posthorn/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { inTime, isUpToDate, newDevice, type TestDevice } from "../src/devices.ts";
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
  vi.restoreAllMocks();
  for (const device of devices.splice(0)) await device.close();
  await net.close();
});

async function aliceOn(): Promise<TestDevice> {
  const device = await newDevice(net.platform, (platform) => login(platform, alice));
  devices.push(device);
  await device.open();
  return device;
}

async function bobWrites(...subjects: string[]): Promise<void> {
  for (const subject of subjects) {
    const draft = { from: bob.address, to: [alice.address], subject, body: `About ${subject}` };
    const { message } = await prepare(bob.session, draft);
    await send(bob.session, message);
    await net.drain();
    await net.advance(1_000);
  }
}

/** Until a device has read all, also where it had to wait before it came again. */
async function upToDate(device: TestDevice): Promise<void> {
  await net.advance(65_000);
  await inTime(net, () => isUpToDate(device));
}

async function backUp(): Promise<void> {
  const { folder } = net.node("alpha");
  await net.node("alpha").stop();
  await cp(folder, join(net.folder, "backup"), { recursive: true });
  await net.node("alpha").start();
}

async function restore(): Promise<void> {
  const { folder } = net.node("alpha");
  await net.node("alpha").stop();
  await rm(folder, { recursive: true });
  await cp(join(net.folder, "backup"), folder, { recursive: true });
  await net.node("alpha").start();
}

/** What a person reads when they open each letter of the inbox, the newest first. */
async function readAll(mail: Mail): Promise<unknown[]> {
  const { id } = await getMailboxOf(mail, "inbox");
  const rows = await mail.store.list(emails, { by: "byMailbox", prefix: [id], reverse: true });
  return Promise.all(
    rows.map(async (row) => {
      const { message } = await openEmail(mail, row.id);
      return "subject" in message ? message.subject : undefined;
    }),
  );
}

/** The same of what is kept on the device, once all was indexed. */
async function readKeptHere(mail: Mail): Promise<unknown[]> {
  const { id } = await getMailboxOf(mail, "inbox");
  const rows = await mail.store.list(emails, { by: "byMailbox", prefix: [id], reverse: true });
  return Promise.all(
    rows.map(async (row) => {
      const message = (await findOpened(mail, row.id))?.message;
      return message !== undefined && "subject" in message ? message.subject : undefined;
    }),
  );
}

async function found(mail: Mail, query: string): Promise<string[]> {
  await indexMail(mail, { signal: AbortSignal.timeout(60_000) });
  const subjects: string[] = [];
  for await (const { subject } of searchMail(mail, query)) subjects.push(subject.text);
  return subjects;
}

for (const when of ["before", "after"]) {
  test(`a device that comes ${when} new letters has each with its own text, and finds all of them`, async () => {
    await bobWrites("one", "two");
    const device = await aliceOn();
    await upToDate(device);
    await backUp();
    await upToDate(device);
    await bobWrites("three, lost", "four, lost");
    await inTime(net, async () => (await readAll(device.mail)).length === 4);
    expect(await found(device.mail, "lost")).toEqual(["four, lost", "three, lost"]);
    const lost = await device.mail.store.keys(emails);
    device.wire.isUp = false;
    device.wire.cut();
    await restore();
    if (when === "before") {
      device.wire.isUp = true;
      await upToDate(device);
      expect(await readAll(device.mail)).toEqual(["two", "one"]);
    }
    await bobWrites("new three", "new four", "new five");
    device.wire.isUp = true;
    await upToDate(device);
    const all = ["new five", "new four", "new three", "two", "one"];
    expect(await readAll(device.mail)).toEqual(all);
    expect(await found(device.mail, "new")).toEqual(["new five", "new four", "new three"]);
    expect(await found(device.mail, "lost")).toEqual([]);
    expect(await readKeptHere(device.mail)).toEqual(all);
    expect(await searchCoverage(device.mail)).toMatchObject({ share: 1, waiting: 0 });
    const there = new Set(await device.mail.store.keys(emails));
    const gone = lost.filter((id) => !there.has(id));
    expect(gone).toHaveLength(2);
    for (const id of gone) {
      expect(await findOpened(device.mail, id)).toBeUndefined();
      await expect(readWireText(device.mail, id)).rejects.toThrow("not there any more");
    }
  });
}

test("a device goes on from where it was when its server was only started again", async () => {
  await bobWrites("one");
  const device = await aliceOn();
  await upToDate(device);
  const passOf = async () => (await device.mail.store.get(syncStates, "Email"))?.pass;
  for (const subject of ["two", "three"]) {
    await net.node("alpha").stop();
    await net.node("alpha").start();
    await upToDate(device);
    await bobWrites(subject);
    await upToDate(device);
  }
  const [newest] = await device.mail.store.list(emails, { by: "byTime", reverse: true });
  await changeEmails(device.mail, "Read", [newest?.id ?? ""], { kind: "keywords", set: { $seen: true } });
  await upToDate(device);
  expect(await readAll(device.mail)).toEqual(["three", "two", "one"]);
  expect(await passOf()).toBe(1);
});

test("an id that is given a second time all the same shows what has it now", async () => {
  const { random } = net.node("alpha").env;
  await bobWrites("one");
  const device = await aliceOn();
  await upToDate(device);
  await backUp();
  // As a server does that leaves nothing out.
  vi.spyOn(random, "fraction").mockReturnValue(0);
  await net.node("alpha").stop();
  await net.node("alpha").start();
  await upToDate(device);
  await bobWrites("two, lost", "three, lost");
  await inTime(net, async () => (await readAll(device.mail)).length === 3);
  expect(await found(device.mail, "lost")).toEqual(["three, lost", "two, lost"]);
  const before = await device.mail.store.keys(emails);
  device.wire.isUp = false;
  device.wire.cut();
  await restore();
  await bobWrites("new two");
  device.wire.isUp = true;
  await upToDate(device);
  const now = await device.mail.store.keys(emails);
  expect(now).toHaveLength(2);
  expect(before).toEqual(expect.arrayContaining(now));
  expect(await readKeptHere(device.mail)).toEqual([undefined, "one"]);
  expect(await readAll(device.mail)).toEqual(["new two", "one"]);
  expect(await readKeptHere(device.mail)).toEqual(["new two", "one"]);
  expect(await found(device.mail, "new")).toEqual(["new two"]);
  expect(await found(device.mail, "lost")).toEqual([]);
});
