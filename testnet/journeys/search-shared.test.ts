/** The index of somebody's mail, which their devices and tabs share: made once, and only of what is theirs. */
import { callMethod, emails, memoryPlace, searchCoverage, searchMail, soloTabs } from "@posthorn/client";
import { RecordsSetSchema, shape } from "@posthorn/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type TestDevice, until } from "../src/devices.ts";
import { type MailStory, startMailStory } from "../src/mail-story.ts";
import { beginAnew, type TestPerson } from "../src/people.ts";
import { found, hits, index, keepIndex, openedOn, searchRecords, wholeCoverage } from "../src/searching.ts";

let story: MailStory;
let alice: TestPerson;
const indexing: { stop(): Promise<void> }[] = [];

beforeEach(async () => {
  story = await startMailStory(["alpha", "beta"]);
  ({ alice } = story);
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

test("a new device takes the index over and opens nothing for it", async () => {
  for (const fruit of ["apples", "pears", "plums", "cherries"])
    await story.letter(`On ${fruit}`, `I like ${fruit}.`);
  const first = await story.wholeDeviceOf(alice);
  await index(first);
  expect(await openedOn(first)).toBe(4);
  expect((await searchRecords(alice.session)).length).toBeGreaterThan(0);
  const second = await story.wholeDeviceOf(alice);
  await index(second);
  expect(await openedOn(second)).toBe(0);
  expect(await searchCoverage(second.mail)).toMatchObject(wholeCoverage);
  expect((await hits(second.mail, "plums ")).map(({ row }) => row.wire?.from.id)).toEqual(["bob"]);
  // The texts themselves are asked for where a query needs them; that they cannot be is said.
  second.wire.isUp = false;
  const unread: number[] = [];
  for await (const _ of searchMail(second.mail, '"like cherries"', { onUnread: (n) => unread.push(n) }));
  expect(unread).toEqual([1]);
  second.wire.isUp = true;
  expect(await found(second.mail, '"like cherries"')).toEqual(["On cherries"]);
  expect(await openedOn(second)).toBe(1);
  // What came since is opened there, and no more.
  await story.letter("On figs", "I like figs.");
  await until(async () => (await second.mail.store.count(emails)) === 5);
  await index(second);
  expect(await found(second.mail, "figs ")).toEqual(["On figs"]);
  expect(await openedOn(second)).toBe(2);
});

test("two devices that index at once do no harm", async () => {
  for (const fruit of ["apples", "pears", "plums"]) await story.letter(`On ${fruit}`, `I like ${fruit}.`);
  const [one, two] = [await story.wholeDeviceOf(alice), await story.wholeDeviceOf(alice)];
  await Promise.all([index(one), index(two)]);
  await story.letter("On figs", "I like figs.");
  for (const device of [one, two]) await until(async () => (await device.mail.store.count(emails)) === 4);
  await Promise.all([index(one), index(two)]);
  for (const device of [one, two, one]) await index(device);
  for (const device of [one, two]) {
    expect(await found(device.mail, "like ")).toEqual(["On figs", "On plums", "On pears", "On apples"]);
  }
  const third = await story.wholeDeviceOf(alice);
  await index(third);
  expect(await openedOn(third)).toBe(0);
  expect(await searchCoverage(third.mail)).toMatchObject({ ...wholeCoverage, messages: 4 });
});

test("records that are spoilt, or of an identity that was given up, count for nothing and go", async () => {
  await story.letter("On apples", "I like apples.");
  const first = await story.wholeDeviceOf(alice);
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
  const second = await story.wholeDeviceOf({ ...alice, password: next });
  await index(second);
  expect(await found(second.mail, "apples ")).toEqual(["On apples"]);
  expect(await openedOn(second)).toBe(1);
  const after = (await searchRecords(alice.session)).map(({ id }) => id);
  expect(after.length).toBeGreaterThan(0);
  for (const { id } of put) expect(after).not.toContain(id);
});

test("of two tabs one indexes for both, and the other goes on when it is closed", async () => {
  const [place, tabs] = [memoryPlace(), soloTabs()];
  const [one, two] = [
    await story.wholeDeviceOf(alice, { place, tabs }),
    await story.wholeDeviceOf(alice, { place, tabs }),
  ];
  const first = keep(one);
  keep(two);
  await story.letter("One", "about apples");
  await until(async () => (await found(two.mail, "apples ")).length === 1);
  await first.stop();
  await story.letter("Two", "about pears");
  await until(async () => (await found(one.mail, "pears ")).length === 1);
  expect(await searchCoverage(one.mail)).toMatchObject({ since: Number.NEGATIVE_INFINITY });
});
