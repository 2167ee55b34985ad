/** How much of somebody's mail can be found on a device is said truly, whatever comes in between. */
import {
  changeEmails,
  emails,
  indexMail,
  login,
  memoryPlace,
  openMail,
  type SearchCoverage,
  searchCoverage,
  soloTabs,
  syncStates,
} from "@posthorn/client";
import { afterEach, beforeEach, expect, test } from "vitest";
import { inTime, isUpToDate, type TestDevice, until } from "../src/devices.ts";
import { type MailStory, startMailStory } from "../src/mail-story.ts";
import type { TestPerson } from "../src/people.ts";
import { arrive, found, foundIds, index, keepIndex, openedOn, wholeCoverage } from "../src/searching.ts";
import type { Testnet } from "../src/testnet.ts";
import { unsteadyTransport } from "../src/unsteady-transport.ts";

let story: MailStory;
let net: Testnet;
let alice: TestPerson;
const indexing: { stop(): Promise<void> }[] = [];

beforeEach(async () => {
  story = await startMailStory(["alpha", "beta"]);
  ({ net, alice } = story);
});
afterEach(async () => {
  for (const { stop } of indexing.splice(0)) await stop();
  await story.close();
});

/** Keeps it indexed from now on. */
function keep(device: TestDevice): { stop(): Promise<void> } {
  const kept = keepIndex(device);
  indexing.push(kept);
  return kept;
}

/** Letters in the open, at once. */
async function fillInbox(count: number, subject: string): Promise<void> {
  const from = { id: "writer", host: net.node("alpha").host };
  const bodies = Array.from({ length: count }, (_, number) => `A horn is heard, number ${number}.`);
  await arrive(
    net,
    bodies.map((body) => ({ from, subject, body })),
  );
}

test("what comes is found as it comes, and what cannot be read yet is said to be waiting", async () => {
  const device = await story.wholeDeviceOf(alice);
  keep(device);
  await story.letter("One", "about apples");
  await until(async () => (await found(device.mail, "apples ")).length === 1);
  await until(async () => (await searchCoverage(device.mail)).share === 1);
  // The list comes through, and then the wire breaks: it is known of, and not opened.
  let isCut = false;
  device.wire.fate = () => (isCut ? "lost" : "well");
  const stop = device.mail.store.subscribe([emails], () => {
    isCut = true;
  });
  await story.letter("Two", "about pears");
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
  await inTime(net, async () => (await found(device.mail, "pears ")).length === 1);
  await inTime(net, async () => (await searchCoverage(device.mail)).share === 1);
});

test("what was interrupted in the middle goes on there, and how much is covered is said truly each time", async () => {
  for (const year of ["first", "second", "third"]) {
    await fillInbox(150, `of the ${year} year`);
    await net.advance(60_000);
  }
  const device = await story.wholeDeviceOf(alice);
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
  expect(await foundIds(mail, "horn ")).toEqual(expect.arrayContaining(covered));
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
  expect(await searchCoverage(device.mail)).toMatchObject({ ...wholeCoverage, messages: 450, total: 450 });
  expect(await foundIds(device.mail, "horn ")).toHaveLength(450);
  expect(await openedOn(device)).toBe(450);
  // Five portions of 50, and what is asked of the records of other devices.
  expect(requests).toBeLessThan(20);
});

test("when all is read anew, what came and went meanwhile is found and is not, and no more is said to be", async () => {
  for (const fruit of ["apples", "pears", "plums"]) await story.letter(`On ${fruit}`, `I like ${fruit}.`);
  const device = await story.wholeDeviceOf(alice);
  await index(device);
  const { mail } = device;
  const [pears] = await foundIds(mail, "pears ");
  device.wire.isUp = false;
  device.wire.cut();
  const other = await story.wholeDeviceOf(alice);
  await changeEmails(other.mail, "Destroyed", [pears ?? ""], { kind: "destroy" });
  await until(() => isUpToDate(other));
  await story.letter("On figs", "I like figs.");
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
  await inTime(
    net,
    async () =>
      (await mail.store.count(emails)) === 3 && (await mail.store.get(emails, pears ?? "")) === undefined,
  );
  await inTime(net, () => isUpToDate(device));
  expect(await searchCoverage(mail)).toMatchObject({ since: undefined });
  await index(device);
  expect(await found(mail, "like ")).toEqual(["On figs", "On plums", "On apples"]);
  expect(await searchCoverage(mail)).toMatchObject({ ...wholeCoverage, messages: 3 });
});

test("a program that only opens what is kept searches it and asks no server", async () => {
  await story.letter("One", "about apples");
  const place = memoryPlace();
  const device = await story.wholeDeviceOf(alice, { place });
  await index(device);
  const wire = unsteadyTransport(net.platform.transport);
  const session = await login({ ...net.platform, transport: wire.transport }, alice);
  wire.isUp = false;
  const mail = await openMail(session, { place, tabs: soloTabs() });
  expect(await found(mail, "apples ")).toEqual(["One"]);
  expect(await searchCoverage(mail)).toMatchObject(wholeCoverage);
});
