/** Somebody's mail, searched on their devices: what no server can read is found there, and how much of it is said truly. */
import {
  callMethod,
  changeEmails,
  type Draft,
  emails,
  findOpened,
  indexMail,
  keepIndexed,
  login,
  type Mail,
  type MailHit,
  memoryPlace,
  openMail,
  prepare,
  type SearchCoverage,
  type Session,
  searchCoverage,
  searchMail,
  send,
  soloTabs,
  suggestWords,
  syncStates,
} from "@posthorn/client";
import { formatTime, limits, RecordsSchema, RecordsSetSchema, shape, uuidV7 } from "@posthorn/protocol";
import { deliverLocal } from "@posthorn/server";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isUpToDate, newDevice, type TestDevice, type TestDeviceOptions, until } from "../src/devices.ts";
import { beginAnew, joinAs, type TestPerson } from "../src/people.ts";
import { startTestnet, type Testnet } from "../src/testnet.ts";
import { unsteadyTransport } from "../src/unsteady-transport.ts";

let net: Testnet;
let alice: TestPerson;
let bob: TestPerson;
const devices: TestDevice[] = [];
const indexing: { ended: AbortController; done: Promise<void> }[] = [];

beforeEach(async () => {
  net = await startTestnet({ names: ["alpha", "beta"], wire: "memory" });
  alice = await joinAs(net, net.node("alpha"), "alice");
  bob = await joinAs(net, net.node("beta"), "bob");
});
afterEach(async () => {
  for (const { ended, done } of indexing.splice(0)) {
    ended.abort();
    await done;
  }
  for (const device of devices.splice(0)) await device.close();
  await net.close();
});

/** A device of somebody's, with their whole mail. */
async function deviceOf(person: TestPerson, options: TestDeviceOptions = {}): Promise<TestDevice> {
  const device = await newDevice(net.platform, (platform) => login(platform, person), options);
  devices.push(device);
  await device.open();
  await until(() => isUpToDate(device));
  return device;
}

/** Keeps it indexed from now on. */
function keep({ mail }: TestDevice): { stop(): Promise<void> } {
  const ended = new AbortController();
  const done = keepIndexed(mail, { signal: ended.signal });
  indexing.push({ ended, done });
  return {
    async stop() {
      ended.abort();
      await done;
    },
  };
}

function index({ mail }: TestDevice): Promise<void> {
  return indexMail(mail, { signal: new AbortController().signal });
}

async function write(session: Session, draft: Draft): Promise<string> {
  const { message } = await prepare(session, draft);
  await send(session, message);
  await net.drain();
  await net.advance(1_000);
  return message.id;
}

function bobWrites(subject: string, body: string): Promise<string> {
  return write(bob.session, { from: bob.address, to: [alice.address], subject, body });
}

/** Letters in the open, at once. */
async function fillInbox(count: number, subject: string): Promise<void> {
  const from = { id: "writer", host: net.node("alpha").host };
  const bodies = Array.from({ length: count }, (_, number) => `A horn is heard, number ${number}.`);
  await arrive(bodies.map((body) => ({ from, subject, body })));
}

/** Messages for Alice in the open; her server seals them as they arrive. */
async function arrive(all: readonly object[]): Promise<void> {
  const { host, receive } = net.node("alpha").server;
  const [to, date] = [[{ id: "alice", host }], formatTime(net.clock.now())];
  const messages = all.map((one, deliveryId) => {
    const messageId = uuidV7(net.clock.now(), net.platform.randomBytes(16));
    const bytes = new TextEncoder().encode(JSON.stringify({ ...one, id: messageId, to, date }));
    return { messageId, accountId: 0, bytes, recipients: [{ deliveryId, id: "alice" }] };
  });
  for (let at = 0; at < messages.length; at += limits.batchLines) {
    const { results } = await deliverLocal(receive, messages.slice(at, at + limits.batchLines));
    for (const result of results.values()) expect(result).toMatchObject({ state: "delivered" });
  }
}

/** The subjects of what is found, newest first. */
async function found(mail: Mail, query: string): Promise<string[]> {
  const subjects: string[] = [];
  for await (const { subject } of searchMail(mail, query)) subjects.push(subject.text);
  return subjects;
}

/** Of how many messages something was opened there. */
async function openedOn({ mail }: TestDevice): Promise<number> {
  const opened = await Promise.all((await mail.store.keys(emails)).map((id) => findOpened(mail, id)));
  return opened.filter((one) => one !== undefined).length;
}

async function searchRecords(session: Session): Promise<{ id: string; sealed: string }[]> {
  const call = { method: "Record/get", arguments: { collection: "search", ids: null } };
  return (await callMethod(session, call, shape(RecordsSchema))).list;
}

const whole = { since: Number.NEGATIVE_INFINITY, waiting: 0, share: 1 };

test("sealed mail from another server is found by what it says and who wrote it, also without a network", async () => {
  await bobWrites("Straßenfest", "Wir treffen uns vor der Bäckerei am Samstag.");
  await bobWrites("会議の予定", "来週の月曜日に東京で会いましょう。");
  await bobWrites(
    "The plan",
    `${"Nothing of interest. ".repeat(20)}The quarterly figures are in the blue binder.`,
  );
  const device = await deviceOf(alice);
  expect(await searchCoverage(device.mail)).toMatchObject({ since: undefined, messages: 0, share: 0 });
  expect(await found(device.mail, "binder")).toEqual([]);
  await index(device);
  device.wire.isUp = false;
  device.wire.cut();
  const { mail } = device;
  expect(await found(mail, "backerei ")).toEqual(["Straßenfest"]);
  expect(await found(mail, "STRASSENFEST ")).toEqual(["Straßenfest"]);
  expect(await found(mail, "東京")).toEqual(["会議の予定"]);
  expect(await found(mail, `from:${bob.address} `)).toEqual(["The plan", "会議の予定", "Straßenfest"]);
  expect(await found(mail, "from:alice ")).toEqual([]);
  expect(await found(mail, "quart")).toEqual(["The plan"]);
  expect(await found(mail, '"blue binder"')).toEqual(["The plan"]);
  expect(await found(mail, '"binder blue"')).toEqual([]);
  expect(await found(mail, "in:inbox is:unread is:sealed -plan ")).toEqual(["会議の予定", "Straßenfest"]);
  expect(await found(mail, "has:attachment ")).toEqual([]);
  for await (const { excerpt } of searchMail(mail, "binder ")) {
    const [mark] = excerpt.marks;
    expect(excerpt.text.slice(mark?.start, mark?.end)).toBe("binder");
    expect(excerpt.text.length).toBeLessThanOrEqual(160);
  }
  expect(await suggestWords(mail, "quartely ")).toEqual([{ word: "quartely", instead: "quarterly" }]);
  const coverage = await searchCoverage(mail);
  expect(coverage).toMatchObject({ ...whole, partial: 0, total: coverage.messages });
});

test("what comes is found as it comes, and what cannot be read yet is said to be waiting", async () => {
  const device = await deviceOf(alice);
  keep(device);
  await bobWrites("One", "about apples");
  await until(async () => (await found(device.mail, "apples ")).length === 1);
  await until(async () => (await searchCoverage(device.mail)).share === 1);
  // The list comes through, and then the wire breaks: it is known of, and not opened.
  let isCut = false;
  device.wire.fate = () => (isCut ? "lost" : "well");
  const stop = device.mail.store.subscribe([emails], () => {
    isCut = true;
  });
  await bobWrites("Two", "about pears");
  await until(async () => (await searchCoverage(device.mail)).waiting === 1);
  expect(await searchCoverage(device.mail)).toMatchObject({
    since: Number.NEGATIVE_INFINITY,
    share: expect.any(Number),
  });
  expect((await searchCoverage(device.mail)).share).toBeLessThan(1);
  expect(await found(device.mail, "pears ")).toEqual([]);
  stop();
  isCut = false;
  await net.advance(120_000);
  await until(async () => (await found(device.mail, "pears ")).length === 1);
  await until(async () => (await searchCoverage(device.mail)).share === 1);
});

test("after an edit its new words are found and not its old ones, after a recall nothing, nor after it is destroyed", async () => {
  const device = await deviceOf(alice);
  keep(device);
  const { mail } = device;
  const target = await bobWrites("Lunch", "Let us meet at the harbour.");
  const other = await bobWrites("Dinner", "Let us meet at the lighthouse.");
  await bobWrites("Breakfast", "Let us meet at the mill.");
  await until(async () => (await found(mail, "meet ")).length === 3);
  const about = { from: bob.address, to: [alice.address] };
  await write(bob.session, { ...about, type: "edit", target, body: "Let us meet at the castle." });
  await until(async () => (await found(mail, "castle ")).length === 1);
  expect(await found(mail, "harbour ")).toEqual([]);
  expect(await found(mail, "subject:lunch ")).toEqual(["Lunch"]);
  await write(bob.session, { ...about, type: "recall", target: other });
  await until(async () => (await found(mail, "lighthouse ")).length === 0);
  expect(await found(mail, "is:unread ")).toEqual(["Breakfast", "Lunch"]);
  const [breakfast] = await hits(mail, "mill ");
  await changeEmails(mail, "Destroyed", [breakfast?.id ?? ""], { kind: "destroy" });
  expect(await found(mail, "mill ")).toEqual([]);
  await until(() => isUpToDate(device));
  await until(async () => (await searchCoverage(mail)).share === 1);
  expect(await findOpened(mail, breakfast?.id ?? "")).toBeUndefined();
  const another = await deviceOf(alice);
  await index(another);
  expect(await ids(another.mail, "meet ")).toEqual(await ids(mail, "castle "));
  expect(await ids(another.mail, "castle harbour ")).toEqual([]);
});

async function ids(mail: Mail, query: string): Promise<string[]> {
  return (await hits(mail, query)).map(({ id }) => id);
}

async function hits(mail: Mail, query: string): Promise<MailHit[]> {
  const all: MailHit[] = [];
  for await (const hit of searchMail(mail, query)) all.push(hit);
  return all;
}

test("nobody edits or recalls by another's name, and nothing sealed is edited in the open", async () => {
  const carol = await joinAs(net, net.node("beta"), "carol");
  const dave = await joinAs(net, net.node("alpha"), "dave");
  const device = await deviceOf(alice);
  keep(device);
  const target = await bobWrites("Lunch", "Let us meet at the harbour.");
  const about = { from: carol.address, to: [alice.address], target };
  await write(carol.session, { ...about, type: "edit", body: "Let us meet at the castle." });
  await write(carol.session, { ...about, type: "recall" });
  const letter = {
    from: dave.address,
    to: [alice.address],
    subject: "Dinner",
    body: "At the harbour as well.",
  };
  const sealed = await write(dave.session, letter);
  // As their own server could forge it.
  await arrive([
    {
      type: "edit",
      from: { id: "dave", host: net.node("alpha").host },
      target: sealed,
      body: "At the castle.",
    },
  ]);
  await until(async () => (await device.mail.store.count(emails)) === 5);
  await until(async () => (await searchCoverage(device.mail)).share === 1);
  expect(await found(device.mail, "castle ")).toEqual([]);
  expect(await found(device.mail, "harbour ")).toEqual(["Dinner", "Lunch"]);
});

test("a new device takes the index over and opens nothing for it", async () => {
  for (const fruit of ["apples", "pears", "plums", "cherries"])
    await bobWrites(`On ${fruit}`, `I like ${fruit}.`);
  const first = await deviceOf(alice);
  await index(first);
  expect(await openedOn(first)).toBe(4);
  expect((await searchRecords(alice.session)).length).toBeGreaterThan(0);
  const second = await deviceOf(alice);
  await index(second);
  expect(await openedOn(second)).toBe(0);
  expect(await searchCoverage(second.mail)).toMatchObject(whole);
  expect((await hits(second.mail, "plums ")).map(({ row }) => row.wire?.from.id)).toEqual(["bob"]);
  // The texts themselves are asked for where a query needs them.
  expect(await found(second.mail, '"like cherries"')).toEqual(["On cherries"]);
  expect(await openedOn(second)).toBe(1);
  // What came since is opened there, and no more.
  await bobWrites("On figs", "I like figs.");
  await until(async () => (await second.mail.store.count(emails)) === 5);
  await index(second);
  expect(await found(second.mail, "figs ")).toEqual(["On figs"]);
  expect(await openedOn(second)).toBe(2);
});

test("two devices that index at once do no harm", async () => {
  for (const fruit of ["apples", "pears", "plums"]) await bobWrites(`On ${fruit}`, `I like ${fruit}.`);
  const [one, two] = [await deviceOf(alice), await deviceOf(alice)];
  await Promise.all([index(one), index(two)]);
  await bobWrites("On figs", "I like figs.");
  for (const device of [one, two]) await until(async () => (await device.mail.store.count(emails)) === 4);
  await Promise.all([index(one), index(two)]);
  for (const device of [one, two, one]) await index(device);
  for (const device of [one, two]) {
    expect(await found(device.mail, "like ")).toEqual(["On figs", "On plums", "On pears", "On apples"]);
  }
  const third = await deviceOf(alice);
  await index(third);
  expect(await openedOn(third)).toBe(0);
  expect(await searchCoverage(third.mail)).toMatchObject({ ...whole, messages: 4 });
});

test("records that are spoilt, or of an identity that was given up, count for nothing and go", async () => {
  await bobWrites("On apples", "I like apples.");
  const first = await deviceOf(alice);
  await index(first);
  const before = await searchRecords(alice.session);
  const next = "another password";
  await beginAnew(alice.session, { current: alice.password, next });
  expect(await searchRecords(alice.session)).toEqual([]);
  const spoilt = { id: "spoilt", sealed: "AAAA" };
  const put = [spoilt, ...before.map(({ id, sealed }) => ({ id, sealed }))];
  const create = Object.fromEntries(put.map((record) => [record.id, record]));
  const set = { method: "Record/set", arguments: { collection: "search", create } };
  await callMethod(alice.session, set, shape(RecordsSetSchema));
  const second = await deviceOf({ ...alice, password: next });
  await index(second);
  expect(await found(second.mail, "apples ")).toEqual(["On apples"]);
  expect(await openedOn(second)).toBe(1);
  const after = (await searchRecords(alice.session)).map(({ id }) => id);
  expect(after.length).toBeGreaterThan(0);
  for (const { id } of put) expect(after).not.toContain(id);
});

test("what was interrupted in the middle goes on there, and how much is covered is said truly each time", async () => {
  for (const year of ["first", "second", "third"]) {
    await fillInbox(150, `of the ${year} year`);
    await net.advance(60_000);
  }
  const device = await deviceOf(alice);
  const { mail } = device;
  const said: SearchCoverage[] = [];
  const ended = new AbortController();
  await indexMail(mail, {
    signal: ended.signal,
    onCoverage(coverage) {
      said.push(coverage);
      ended.abort();
    },
  });
  const half = await searchCoverage(mail);
  expect(said).toEqual([half]);
  expect(half).toMatchObject({ waiting: 0, messages: 200, partial: 0, total: 450, share: 200 / 450 });
  expect(await openedOn(device)).toBe(200);
  // What it says can be found is found, and only that is said.
  const since = half.since ?? Number.POSITIVE_INFINITY;
  const rows = await mail.store.list(emails);
  const covered = rows.filter(({ receivedAt }) => Date.parse(receivedAt) >= since).map(({ id }) => id);
  expect(covered).toHaveLength(150);
  expect(await ids(mail, "horn ")).toEqual(expect.arrayContaining(covered));
  await device.close();
  await device.open();
  await until(() => isUpToDate(device));
  let requests = 0;
  device.wire.fate = () => {
    requests++;
    return "well";
  };
  const later: SearchCoverage[] = [];
  const { signal } = new AbortController();
  await indexMail(device.mail, { signal, onCoverage: (coverage) => later.push(coverage) });
  expect(later.map(({ share }) => share)).toEqual(later.map(({ share }) => share).toSorted((a, b) => a - b));
  expect(later.every(({ messages }) => messages >= 200)).toBe(true);
  expect(await searchCoverage(device.mail)).toMatchObject({ ...whole, messages: 450, total: 450 });
  expect(await ids(device.mail, "horn ")).toHaveLength(450);
  expect(await openedOn(device)).toBe(450);
  // Five portions of 50, and what is asked of the records of other devices.
  expect(requests).toBeLessThan(20);
});

test("when all is read anew, what came and went meanwhile is found and is not, and no more is said to be", async () => {
  for (const fruit of ["apples", "pears", "plums"]) await bobWrites(`On ${fruit}`, `I like ${fruit}.`);
  const device = await deviceOf(alice);
  await index(device);
  const { mail } = device;
  const [pears] = await ids(mail, "pears ");
  device.wire.isUp = false;
  device.wire.cut();
  const other = await deviceOf(alice);
  await changeEmails(other.mail, "Destroyed", [pears ?? ""], { kind: "destroy" });
  await until(() => isUpToDate(other));
  await bobWrites("On figs", "I like figs.");
  // As when the server's own data come from a backup.
  await mail.store.write([syncStates], async (writer) => {
    const states = await writer.list(syncStates);
    await writer.put(
      syncStates,
      states.map((state) => ({ ...state, state: "99999999" })),
    );
  });
  device.wire.isUp = true;
  await net.advance(120_000);
  await until(
    async () =>
      (await mail.store.count(emails)) === 3 && (await mail.store.get(emails, pears ?? "")) === undefined,
  );
  await until(() => isUpToDate(device));
  expect(await searchCoverage(mail)).toMatchObject({ since: undefined });
  await index(device);
  expect(await found(mail, "like ")).toEqual(["On figs", "On plums", "On apples"]);
  expect(await searchCoverage(mail)).toMatchObject({ ...whole, messages: 3 });
});

test("of two tabs one indexes for both, and the other goes on when it is closed", async () => {
  const [place, tabs] = [memoryPlace(), soloTabs()];
  const [one, two] = [await deviceOf(alice, { place, tabs }), await deviceOf(alice, { place, tabs })];
  const first = keep(one);
  keep(two);
  await bobWrites("One", "about apples");
  await until(async () => (await found(two.mail, "apples ")).length === 1);
  await first.stop();
  await bobWrites("Two", "about pears");
  await until(async () => (await found(one.mail, "pears ")).length === 1);
  expect(await searchCoverage(one.mail)).toMatchObject({ since: Number.NEGATIVE_INFINITY });
});

test("a program that only opens what is kept searches it and asks no server", async () => {
  await bobWrites("One", "about apples");
  const place = memoryPlace();
  const device = await deviceOf(alice, { place });
  await index(device);
  const wire = unsteadyTransport(net.platform.transport);
  const session = await login({ ...net.platform, transport: wire.transport }, alice);
  wire.isUp = false;
  const mail = await openMail(session, { place, tabs: soloTabs() });
  expect(await found(mail, "apples ")).toEqual(["One"]);
  expect(await searchCoverage(mail)).toMatchObject(whole);
});
