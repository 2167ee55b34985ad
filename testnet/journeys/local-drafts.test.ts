/** What somebody writes for themselves on their devices: never lost, the same on all of them, and sealed on the server. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  actions,
  callJmap,
  changeSettings,
  dismissRefusal,
  findDraft,
  findLetter,
  listDrafts,
  listRefusals,
  login,
  openMail,
  post,
  readSettings,
  removeDraft,
  removeUnreadableDrafts,
  replaceIdentity,
  resendRefusal,
  saveDraft,
  soloTabs,
  statuses,
  type Transport,
  type TransportRequest,
  undoMail,
} from "@posthorn/client";
import { sqlitePlace } from "@posthorn/client/node";
import { afterEach, beforeEach, expect, test } from "vitest";
import { inTime, isUpToDate, newDevice, type TestDevice, until } from "../src/devices.ts";
import { joinAs, openNewest, type TestPerson } from "../src/people.ts";
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
async function aliceOn(
  options: { transport?: Transport; place?: ReturnType<typeof sqlitePlace> } = {},
): Promise<TestDevice> {
  const { transport = net.platform.transport, ...others } = options;
  const device = await newDevice(
    { ...net.platform, transport },
    (platform) => login(platform, alice),
    others,
  );
  devices.push(device);
  await device.open();
  await upToDate(device);
  return device;
}

function upToDate(...all: TestDevice[]): Promise<void> {
  return until(async () => (await Promise.all(all.map(isUpToDate))).every(Boolean));
}

function offline({ wire }: TestDevice): void {
  wire.isUp = false;
  wire.cut();
}

/** Gives it a wire again once it has noticed that it had none: until then it takes itself to be up to date. */
async function reconnect({ mail, wire }: TestDevice): Promise<void> {
  await inTime(net, async () => (await mail.store.get(statuses, "status"))?.state === "waiting");
  wire.isUp = true;
}

async function online(device: TestDevice): Promise<void> {
  await reconnect(device);
  await inTime(net, () => isUpToDate(device));
}

const letter = { from: "alice@alpha.test", to: [], cc: [], subject: "Half", body: "As far as I" };

async function bodies({ mail }: TestDevice): Promise<string[]> {
  return (await listDrafts(mail)).drafts.map(({ letter: { body } }) => body);
}

/** The draft of that name as a device sees it. Throws when there is none. */
async function see({ mail }: TestDevice, name: string) {
  const draft = await findDraft(mail, name);
  if (draft === undefined) throw new Error("There is no draft.");
  return draft;
}

test("a draft written without a network outlives a crash, and is on the other device when there is one again", async () => {
  const path = join(net.folder, "alice.sqlite");
  const [one, two] = [await aliceOn({ place: sqlitePlace(path) }), await aliceOn()];
  offline(one);
  const first = await saveDraft(one.mail, letter);
  await saveDraft(one.mail, { ...letter, body: "As far as I have come" }, first);
  const files = await Promise.all([path, `${path}-wal`].map((name) => readFile(name)));
  expect(Buffer.concat(files).includes("As far")).toBe(false);
  // Nobody has said good-bye: what is left is what is on the disk.
  const found = await openMail(await login(net.platform, alice), {
    place: sqlitePlace(path),
    tabs: soloTabs(),
  });
  expect((await listDrafts(found)).drafts).toMatchObject([
    { name: first.name, letter: { body: "As far as I have come" }, isWaiting: true },
  ]);
  expect(await found.store.count(actions)).toBe(1);
  await found.store.close();
  await one.close();
  one.wire.isUp = true;
  await one.open();
  await upToDate(one);
  await until(async () => (await bodies(two)).length === 1);
  expect(await see(two, first.name)).toMatchObject({
    letter: { body: "As far as I have come" },
    versions: [],
    isWaiting: false,
  });
});

test("what is saved many times before it can be told is told as it is in the end, after what may have come already", async () => {
  let sets = 0;
  const { transport } = net.platform;
  const device = await aliceOn({
    transport: (request) => {
      if (isRecordSet(request)) sets++;
      return transport(request);
    },
  });
  offline(device);
  let draft = await saveDraft(device.mail, letter);
  for (let at = 0; at < 20; at++) {
    draft = await saveDraft(device.mail, { ...letter, body: `Word ${at}` }, draft);
  }
  expect(await device.mail.store.count(actions)).toBe(1);
  await online(device);
  expect(sets).toBeLessThanOrEqual(2);
  expect(await see(device, draft.name)).toMatchObject({ letter: { body: "Word 19" }, isWaiting: false });
});

test("of what two devices have written at once each field is as the newer says, and what gave way is kept", async () => {
  const [one, two] = [await aliceOn(), await aliceOn()];
  const { name } = await saveDraft(one.mail, letter);
  await upToDate(one);
  await until(async () => (await bodies(two)).length === 1);
  offline(one);
  offline(two);
  await net.advance(1_000);
  await saveDraft(two.mail, { ...letter, subject: "Whole", body: "older" }, await see(two, name));
  await net.advance(1_000);
  await saveDraft(one.mail, { ...letter, cc: ["carol@alpha.test"], body: "newer" }, await see(one, name));
  await online(two);
  await online(one);
  await until(async () => (await bodies(two))[0] === "newer");
  for (const device of [one, two]) {
    expect(await see(device, name)).toMatchObject({
      letter: { subject: "Whole", body: "newer", cc: ["carol@alpha.test"] },
      versions: [{ letter: { subject: "Whole", body: "older" } }],
    });
    expect(await bodies(device)).toHaveLength(1);
  }
});

test("what was lost on its way back is not taken for another device's", async () => {
  const device = await aliceOn();
  device.wire.fate = () => "unanswered";
  const draft = await saveDraft(device.mail, letter);
  await net.advance(5_000);
  await saveDraft(device.mail, { ...letter, body: "More" }, draft);
  await net.advance(5_000);
  device.wire.fate = () => "well";
  await net.advance(120_000);
  await inTime(net, () => isUpToDate(device));
  expect(await see(device, draft.name)).toMatchObject({ letter: { body: "More" }, versions: [] });
});

test("a draft that is removed is gone on both, and comes back on both when that is taken back", async () => {
  const [one, two] = [await aliceOn(), await aliceOn()];
  const draft = await saveDraft(one.mail, letter);
  await upToDate(one);
  await until(async () => (await bodies(two)).length === 1);
  await removeDraft(one.mail, "Draft removed", draft);
  expect(await bodies(one)).toEqual([]);
  await until(async () => (await bodies(two)).length === 0);
  await upToDate(one);
  await undoMail(one.mail);
  expect(await bodies(one)).toEqual([letter.body]);
  await until(async () => (await bodies(two)).length === 1);
  expect(await see(two, draft.name)).toMatchObject({ letter });
});

test("a draft that is removed before the server has heard of it leaves nothing that waits", async () => {
  const device = await aliceOn();
  offline(device);
  const draft = await saveDraft(device.mail, letter);
  await removeDraft(device.mail, "Draft removed", draft);
  expect(await device.mail.store.count(actions)).toBe(0);
  expect(await bodies(device)).toEqual([]);
  await undoMail(device.mail);
  expect(await bodies(device)).toEqual([letter.body]);
  await online(device);
  expect(await bodies(device)).toEqual([letter.body]);
});

test("a draft that another device writes on is not removed, and why is said", async () => {
  const [one, two] = [await aliceOn(), await aliceOn()];
  const draft = await saveDraft(one.mail, letter);
  await upToDate(one);
  await until(async () => (await bodies(two)).length === 1);
  offline(one);
  await removeDraft(one.mail, "Draft removed", draft);
  await net.advance(1_000);
  await saveDraft(two.mail, { ...letter, body: "Still at it" }, await see(two, draft.name));
  await upToDate(two);
  await online(one);
  expect(await bodies(one)).toEqual(["Still at it"]);
  expect(await listRefusals(one.mail)).toMatchObject([
    { type: "changedMeanwhile", sentence: expect.stringContaining("Another device") },
  ]);
});

test("a record that is no draft to this client is told of, and goes when that is wanted", async () => {
  const [one, two] = [await aliceOn(), await aliceOn()];
  const draft = await saveDraft(one.mail, letter);
  const create = { one: { id: "strange", sealed: "AAAA" } };
  const given = { collection: "drafts", create };
  await callJmap(alice.session, [{ method: "Record/set", arguments: given }]);
  const again = { collection: "drafts", update: { strange: { revision: 2, sealed: "AAAA" } } };
  await callJmap(alice.session, [{ method: "Record/set", arguments: again }]);
  await until(async () => (await listDrafts(one.mail)).unreadable.length === 1);
  expect(await listDrafts(one.mail)).toMatchObject({
    drafts: [{ name: draft.name }],
    unreadable: ["strange"],
  });
  await removeUnreadableDrafts(one.mail, "Removed", ["strange"]);
  expect((await listDrafts(one.mail)).unreadable).toEqual([]);
  await upToDate(one);
  await until(async () => (await listDrafts(two.mail)).unreadable.length === 0);
  // It comes back as it was, written as often, for a client that can open it.
  await undoMail(one.mail);
  for (const { mail } of [one, two])
    await until(async () => (await listDrafts(mail)).unreadable[0] === "strange");
  const get = { method: "Record/get", arguments: { collection: "drafts", ids: ["strange"] } };
  const [got] = await callJmap(alice.session, [get]);
  expect(got?.answered).toMatchObject({ list: [{ id: "strange", revision: 2, sealed: "AAAA" }] });
  offline(one);
  await removeUnreadableDrafts(one.mail, "Removed", ["strange"]);
  await undoMail(one.mail);
  expect((await listDrafts(one.mail)).unreadable).toEqual(["strange"]);
  await online(one);
  await removeUnreadableDrafts(one.mail, "Removed", ["strange"]);
  await upToDate(one);
  await until(
    async () => (await listDrafts(two.mail)).unreadable.length === 0 && (await bodies(two)).length === 1,
  );
});

test("a draft goes with its letter, comes back when that is taken back, and stays when it is refused", async () => {
  const device = await aliceOn();
  const { mail } = device;
  const from = await saveDraft(mail, letter);
  await upToDate(device);
  const draft = { from: alice.address, to: [bob.address], subject: "Whole", body: "Here it is" };
  await post(mail, draft, { label: "Sent", from, undoS: 60 });
  expect(await bodies(device)).toEqual([]);
  await upToDate(device);
  await undoMail(mail);
  expect(await bodies(device)).toEqual([letter.body]);
  await upToDate(device);
  const nobody = `nobody@${net.node("alpha").host}`;
  const { id } = await post(mail, { ...draft, to: [nobody] }, { label: "Sent", from });
  await until(async () => (await listRefusals(mail)).length === 1);
  expect(await bodies(device)).toEqual([letter.body]);
  const [refusal] = await listRefusals(mail);
  await resendRefusal(mail, "Sent again", refusal?.number ?? 0);
  await until(async () => (await listRefusals(mail)).some(({ number }) => number !== refusal?.number));
  const [again] = await listRefusals(mail);
  expect(again).toMatchObject({ change: { on: "message", id } });
  expect(await findLetter(mail, id)).toMatchObject({ draft: { to: [nobody] } });
  await dismissRefusal(mail, again?.number ?? 0);
  expect(await listRefusals(mail)).toEqual([]);
  await post(mail, draft, { label: "Sent", from });
  await upToDate(device);
  await net.drain();
  expect(await openNewest(bob.session)).toMatchObject({ message: { subject: "Whole" } });
  expect(await bodies(await aliceOn())).toEqual([]);
});

test("a draft that the server has no room for stays on the device, why is said, and it goes when it fits", async () => {
  const device = await aliceOn();
  const draft = await saveDraft(device.mail, { ...letter, body: "x".repeat(190_000) });
  await until(async () => (await listRefusals(device.mail)).length === 1);
  expect(await see(device, draft.name)).toMatchObject({ isWaiting: false, trouble: expect.any(String) });
  await saveDraft(device.mail, letter, await see(device, draft.name));
  await upToDate(device);
  expect(await see(device, draft.name)).toMatchObject({ letter, trouble: undefined });
  expect(await bodies(await aliceOn())).toEqual([letter.body]);
});

test("settings are as they are set at once, and what two devices set without a network holds on both", async () => {
  const [one, two] = [await aliceOn(), await aliceOn()];
  expect(await readSettings(one.mail)).toEqual({});
  offline(one);
  offline(two);
  await changeSettings(one.mail, { theme: "dark", undoS: 10 });
  await changeSettings(two.mail, { signature: "Alice" });
  expect(await readSettings(one.mail)).toEqual({ theme: "dark", undoS: 10 });
  await online(one);
  await online(two);
  const all = { theme: "dark", undoS: 10, signature: "Alice" };
  await until(async () => Object.keys(await readSettings(one.mail)).length === 3);
  for (const { mail } of [one, two]) expect(await readSettings(mail)).toEqual(all);
  expect(await changeSettings(two.mail, { theme: undefined })).toEqual({ undoS: 10, signature: "Alice" });
  await until(async () => !("theme" in (await readSettings(one.mail))));
});

test("settings that the server does not take are as they were, and can be asked for once more", async () => {
  let isRefusing = false;
  const { transport } = net.platform;
  const device = await aliceOn({
    transport: async (request) => {
      if (!isRefusing || !isRecordSet(request)) return transport(request);
      const answer = { methodResponses: [["error", { type: "forbidden" }, "0"]], sessionState: "0" };
      const headers = new Map([["content-type", "application/json"]]);
      return { status: 200, headers, body: bytesOf(JSON.stringify(answer)) };
    },
  });
  const { mail } = device;
  await changeSettings(mail, { theme: "light" });
  await upToDate(device);
  offline(device);
  await changeSettings(mail, { theme: "dark" });
  expect(await readSettings(mail)).toEqual({ theme: "dark" });
  isRefusing = true;
  await online(device);
  isRefusing = false;
  expect(await readSettings(mail)).toEqual({ theme: "light" });
  const [refusal, ...others] = await listRefusals(mail);
  expect(others).toEqual([]);
  await resendRefusal(mail, "Set again", refusal?.number ?? 0);
  expect(await readSettings(mail)).toEqual({ theme: "dark" });
  await upToDate(device);
  expect(await listRefusals(mail)).toEqual([]);
  expect(await readSettings((await aliceOn()).mail)).toEqual({ theme: "dark" });
});

test("the identity is not replaced while something that was written waits, and is when it has gone", async () => {
  const device = await aliceOn();
  const { mail } = device;
  offline(device);
  const draft = { from: alice.address, to: [bob.address], subject: "From the train", body: "Hello" };
  await post(mail, draft, { label: "Sent" });
  await saveDraft(mail, letter);
  await reconnect(device);
  const replace = () =>
    replaceIdentity(mail.session, {
      current: alice.password,
      next: "a password nobody knows",
      onPhrase: async () => undefined,
    });
  await expect(replace()).rejects.toThrow("2 things that you wrote wait on this device");
  await inTime(net, () => isUpToDate(device));
  await replace();
  await until(
    async () => (await listDrafts(mail)).unreadable.length === 0 && (await bodies(device)).length === 1,
  );
  const [former] = (await listDrafts(mail)).drafts;
  offline(device);
  await saveDraft(mail, { ...letter, body: "By the new keys" }, former);
  await device.close();
  await device.open();
  expect(await bodies(device)).toEqual(["By the new keys"]);
  await online(device);
  expect(await bodies(device)).toEqual(["By the new keys"]);
  await net.drain();
  expect(await openNewest(bob.session)).toMatchObject({ message: { subject: "From the train" } });
});

function isRecordSet({ body }: TransportRequest): boolean {
  return body instanceof Uint8Array && Buffer.from(body).includes("Record/set");
}

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}
