/** Somebody's mail on their devices: kept there, changed there, and the same as on the server in the end. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  actions,
  changeEmails,
  createMailbox,
  emails,
  findLetter,
  findOpened,
  getMailboxOf,
  mailboxes,
  memoryPlace,
  openEmail,
  openMail,
  post,
  refusals,
  removeMailbox,
  snoozeEmails,
  soloTabs,
  statuses,
  submissions,
  syncMail,
  syncStates,
  trashEmails,
  undoMail,
} from "@posthorn/client";
import { sqlitePlace } from "@posthorn/client/node";
import { formatTime } from "@posthorn/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import { inTime, isUpToDate, type TestDevice, until } from "../src/devices.ts";
import { type MailStory, startMailStory } from "../src/mail-story.ts";
import { openNewest, type TestPerson } from "../src/people.ts";
import type { Testnet } from "../src/testnet.ts";

let story: MailStory;
let net: Testnet;
let alice: TestPerson;
let bob: TestPerson;

beforeEach(async () => {
  story = await startMailStory(["alpha"]);
  ({ net, alice, bob } = story);
});
afterEach(() => story.close());

function upToDate(...all: TestDevice[]): Promise<void> {
  return until(async () => (await Promise.all(all.map(isUpToDate))).every(Boolean));
}

async function listIn({ mail }: TestDevice, mailboxId: string) {
  return mail.store.list(emails, { by: "byMailbox", prefix: [mailboxId], reverse: true });
}

async function inboxOf(device: TestDevice) {
  return listIn(device, (await getMailboxOf(device.mail, "inbox")).id);
}

/** Its newest letter; throws when there is none. */
async function newestOn(device: TestDevice) {
  const [email] = await inboxOf(device);
  if (email === undefined) throw new Error("There is no letter.");
  return email;
}

const read = { kind: "keywords" as const, set: { $seen: true } };

test("her inbox is there, what comes is heard of, and what she has opened opens without a network", async () => {
  await story.bobWrites("one", "two");
  const device = await story.deviceOf(alice);
  await upToDate(device);
  const [second, first] = await inboxOf(device);
  if (first === undefined || second === undefined) throw new Error("They are not there.");
  expect(await openEmail(device.mail, second.id)).toMatchObject({ message: { subject: "two" } });
  await story.bobWrites("three");
  await until(async () => (await inboxOf(device)).length === 3);
  device.wire.isUp = false;
  expect(await findOpened(device.mail, second.id)).toMatchObject({ message: { subject: "two" } });
  expect(await findOpened(device.mail, first.id)).toBeUndefined();
});

test("what she does on one device is on the other, and so is what she takes back", async () => {
  await story.bobWrites("one");
  const [one, two] = [await story.deviceOf(alice), await story.deviceOf(alice)];
  await upToDate(one, two);
  const { id } = await newestOn(one);
  await changeEmails(one.mail, "Read", [id], read);
  await trashEmails(one.mail, "Deleted", [id]);
  expect(await inboxOf(one)).toEqual([]);
  await until(async () => (await inboxOf(two)).length === 0);
  await undoMail(one.mail);
  await until(async () => (await inboxOf(two)).length === 1);
  expect(await newestOn(two)).toMatchObject({ keywords: { $seen: true } });
});

test("what she puts away is away on both, comes back by itself, and at once when she takes it back", async () => {
  await story.bobWrites("one");
  const [one, two] = [await story.deviceOf(alice), await story.deviceOf(alice)];
  await upToDate(one, two);
  const { id, mailboxIds } = await newestOn(one);
  const until9 = formatTime(net.clock.now() + 3_600_000);
  await snoozeEmails(one.mail, "Away until nine", [id], until9);
  expect(await inboxOf(one)).toEqual([]);
  await until(async () => (await inboxOf(two)).length === 0);
  expect(await two.mail.store.get(emails, id)).toMatchObject({ snoozedUntil: expect.any(String) });
  await undoMail(one.mail);
  await until(async () => (await inboxOf(two)).length === 1);
  expect(await newestOn(two)).toMatchObject({ id, mailboxIds, snoozedUntil: null });
  await snoozeEmails(two.mail, "Away until nine", [id], until9);
  await until(async () => (await inboxOf(one)).length === 0);
  await net.advance(3_700_000);
  await inTime(net, async () => (await inboxOf(one)).length === 1 && (await inboxOf(two)).length === 1);
});

test("what she does without a network, and then closes, is done when she opens it with one", async () => {
  await story.bobWrites("one");
  const [one, two] = [await story.deviceOf(alice), await story.deviceOf(alice)];
  await upToDate(one, two);
  one.wire.isUp = false;
  one.wire.cut();
  const { id } = await newestOn(one);
  const trips = await createMailbox(one.mail, "New label", { name: "Trips" });
  await changeEmails(one.mail, "Moved", [id], { kind: "moveTo", mailboxId: trips });
  const draft = { from: alice.address, to: [bob.address], subject: "From the train", body: "Hello" };
  const { id: letterId } = await post(one.mail, draft, { label: "Sent" });
  expect(await listIn(one, trips)).toMatchObject([{ id }]);
  await one.close();
  one.wire.isUp = true;
  await one.open();
  expect(await findLetter(one.mail, letterId)).toMatchObject({ draft: { subject: "From the train" } });
  await upToDate(one);
  await net.drain();
  expect(await openNewest(bob.session)).toMatchObject({
    kind: "sealed",
    message: { subject: draft.subject },
  });
  await until(async () => (await two.mail.store.list(mailboxes)).some(({ name }) => name === "Trips"));
  const made = (await two.mail.store.list(mailboxes)).find(({ name }) => name === "Trips");
  await until(async () => (await listIn(two, made?.id ?? "")).length === 1);
  await until(async () => {
    const [sent] = await two.mail.store.list(submissions);
    return sent?.recipients[0]?.status === "delivered";
  });
});

test("a letter that waits is taken back before anybody has heard of it, and can be written on", async () => {
  const device = await story.deviceOf(alice);
  await upToDate(device);
  device.wire.isUp = false;
  const draft = { from: alice.address, to: [bob.address], subject: "Too soon", body: "Hello" };
  const { id } = await post(device.mail, draft, { label: "Sent" });
  await undoMail(device.mail);
  expect(await device.mail.store.count(actions)).toBe(0);
  expect(await findLetter(device.mail, id)).toMatchObject({ draft });
  device.wire.isUp = true;
  await net.advance(120_000);
  await net.drain();
  await expect(openNewest(bob.session)).rejects.toThrow("has nothing in inbox");
});

test("a letter that the server holds is taken back there", async () => {
  const device = await story.deviceOf(alice);
  await upToDate(device);
  const draft = { from: alice.address, to: [bob.address], subject: "Too soon", body: "Hello" };
  await post(device.mail, draft, { label: "Sent", undoS: 60 });
  await upToDate(device);
  await undoMail(device.mail);
  await upToDate(device);
  await net.advance(120_000);
  await net.drain();
  await expect(openNewest(bob.session)).rejects.toThrow("has nothing in inbox");
});

test("a letter that its server refuses is not lost, and why is said", async () => {
  const device = await story.deviceOf(alice);
  await upToDate(device);
  const draft = {
    from: alice.address,
    to: [`nobody@${net.node("alpha").host}`],
    subject: "Hello",
    body: "?",
  };
  const { id } = await post(device.mail, draft, { label: "Sent" });
  await upToDate(device);
  expect(await device.mail.store.list(refusals)).toMatchObject([
    { change: { on: "message", id }, sentence: expect.stringContaining("nobody") },
  ]);
  expect(await findLetter(device.mail, id)).toMatchObject({ draft: { subject: "Hello" } });
});

test("what the server refuses is undone, alone, and why is said", async () => {
  await story.bobWrites("one");
  const [one, two] = [await story.deviceOf(alice), await story.deviceOf(alice)];
  await upToDate(one, two);
  const trips = await createMailbox(one.mail, "New label", { name: "Trips" });
  await upToDate(one);
  const made = (await one.mail.store.list(mailboxes)).find(({ name }) => name === "Trips");
  await until(async () => (await two.mail.store.get(mailboxes, made?.id ?? "")) !== undefined);
  one.wire.isUp = false;
  const { id } = await newestOn(one);
  await changeEmails(one.mail, "Moved", [id], { kind: "moveTo", mailboxId: trips });
  await changeEmails(one.mail, "Read", [id], read);
  await removeMailbox(two.mail, "Removed label", made?.id ?? "");
  await upToDate(two);
  one.wire.isUp = true;
  await net.advance(120_000);
  await inTime(net, () => isUpToDate(one));
  expect(await newestOn(one)).toMatchObject({ id, keywords: { $seen: true } });
  expect(await one.mail.store.list(refusals)).toMatchObject([
    { change: { ids: [id], change: { kind: "moveTo" } }, type: "invalidProperties" },
  ]);
});

test("a mailbox whose making was not answered is not made twice", async () => {
  const device = await story.deviceOf(alice);
  await upToDate(device);
  device.wire.fate = () => "unanswered";
  await createMailbox(device.mail, "New label", { name: "Trips" });
  await until(async () => ((await device.mail.store.list(actions))[0]?.tries ?? 0) > 0);
  await until(async () => (await device.mail.store.get(statuses, "status"))?.state === "waiting");
  device.wire.fate = () => "well";
  await net.advance(120_000);
  await inTime(net, () => isUpToDate(device));
  const found = (await device.mail.store.list(mailboxes)).filter(({ name }) => name === "Trips");
  expect(found.map(({ id }) => id)).toEqual([expect.stringMatching(/^f\d+$/)]);
  expect(await device.mail.store.list(refusals)).toEqual([]);
});

test("of two tabs one speaks to the server for both, and the other when that is closed", async () => {
  await story.bobWrites("one");
  const [place, tabs] = [memoryPlace(), soloTabs()];
  const [one, two] = [
    await story.deviceOf(alice, { place, tabs }),
    await story.deviceOf(alice, { place, tabs }),
  ];
  await upToDate(one, two);
  two.wire.isUp = false;
  const { id } = await newestOn(two);
  await changeEmails(two.mail, "Read", [id], read);
  await upToDate(two);
  two.wire.isUp = true;
  await one.close();
  await trashEmails(two.mail, "Deleted", [id]);
  await upToDate(two);
  const other = await story.deviceOf(alice);
  await upToDate(other);
  expect(await inboxOf(other)).toEqual([]);
});

test("when the server does not know since when, all is read anew, and what waits here is done all the same", async () => {
  await story.bobWrites("one", "two", "three");
  const [one, two] = [await story.deviceOf(alice), await story.deviceOf(alice)];
  await upToDate(one, two);
  const [third, second, first] = await inboxOf(one);
  one.wire.isUp = false;
  one.wire.cut();
  await changeEmails(one.mail, "Read", [first?.id ?? ""], read);
  await changeEmails(two.mail, "Starred", [second?.id ?? ""], { kind: "keywords", set: { $flagged: true } });
  await changeEmails(two.mail, "Destroyed", [third?.id ?? ""], { kind: "destroy" });
  await upToDate(two);
  await story.bobWrites("four");
  // As when the server's own data come from a backup.
  await one.mail.store.write([syncStates], async (writer) => {
    const states = await writer.list(syncStates);
    await writer.put(
      syncStates,
      states.map((state) => ({ ...state, state: "99999999" })),
    );
  });
  one.wire.isUp = true;
  await net.advance(120_000);
  await inTime(net, () => isUpToDate(one));
  expect((await inboxOf(one)).map(({ id, keywords }) => [id, keywords])).toEqual([
    [expect.any(String), {}],
    [second?.id, { $flagged: true }],
    [first?.id, { $seen: true }],
  ]);
});

test("when the sign-in has ended that is said, and what waits stays", async () => {
  await story.bobWrites("one");
  const device = await story.deviceOf(alice);
  await upToDate(device);
  device.wire.isUp = false;
  await changeEmails(device.mail, "Read", [(await newestOn(device)).id], read);
  const { sessions } = await alice.session.call("sessions", {});
  for (const { id, current } of sessions) {
    if (!current) await alice.session.call("endSession", { params: { id } });
  }
  device.wire.isUp = true;
  await net.advance(120_000);
  await inTime(net, async () => (await device.mail.store.get(statuses, "status"))?.state === "signedOut");
  expect(await device.mail.store.count(actions)).toBe(1);
});

test("in a file on the disk nothing of what was opened or written can be read", async () => {
  const path = join(net.folder, "alice.sqlite");
  await story.bobWrites("canary in a subject");
  const device = await story.deviceOf(alice, { place: sqlitePlace(path) });
  await upToDate(device);
  await openEmail(device.mail, (await newestOn(device)).id);
  device.wire.isUp = false;
  const draft = { from: alice.address, to: [bob.address], subject: "canary in a letter", body: "Hello" };
  await post(device.mail, draft, { label: "Sent" });
  const files = await Promise.all([path, `${path}-wal`].map((name) => readFile(name)));
  for (const bytes of files) expect(bytes.includes("canary")).toBe(false);
  expect(Buffer.concat(files).includes(alice.address)).toBe(true);
});

test("a program that only reads opens the same place and speaks to nobody", async () => {
  await story.bobWrites("one");
  const place = memoryPlace();
  const device = await story.deviceOf(alice, { place });
  await upToDate(device);
  const mail = await openMail(alice.session, { place, tabs: soloTabs() });
  expect(await mail.store.count(emails)).toBe(1);
  const ended = new AbortController();
  ended.abort();
  await syncMail(mail, ended.signal);
});
