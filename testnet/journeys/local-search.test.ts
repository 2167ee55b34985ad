/** Somebody's mail, searched on their device: what no server can read is found there, as it is now. */
import {
  changeEmails,
  createMailbox,
  emails,
  findOpened,
  searchCoverage,
  searchMail,
  suggestWords,
  undoMail,
} from "@posthorn/client";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isUpToDate, type TestDevice, until } from "../src/devices.ts";
import { type MailStory, startMailStory } from "../src/mail-story.ts";
import { joinAs, type TestPerson } from "../src/people.ts";
import { arrive, found, foundIds, hits, index, keepIndex, wholeCoverage } from "../src/searching.ts";
import type { Testnet } from "../src/testnet.ts";

let story: MailStory;
let net: Testnet;
let alice: TestPerson;
let bob: TestPerson;
const indexing: { stop(): Promise<void> }[] = [];

beforeEach(async () => {
  story = await startMailStory(["alpha", "beta"]);
  ({ net, alice, bob } = story);
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

test("sealed mail from another server is found by what it says and who wrote it, also without a network", async () => {
  await story.letter("Straßenfest", "Wir treffen uns vor der Bäckerei am Samstag.");
  await story.letter("会議の予定", "来週の月曜日に東京で会いましょう。");
  await story.letter(
    "The plan",
    `${"Nothing of interest. ".repeat(20)}The quarterly figures are in the blue binder.`,
  );
  const device = await story.wholeDeviceOf(alice);
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
  expect(coverage).toMatchObject({ ...wholeCoverage, partial: 0, total: coverage.messages });
});

test("after an edit its new words are found and not its old ones, after a recall nothing, nor after it is destroyed", async () => {
  const device = await story.wholeDeviceOf(alice);
  keep(device);
  const { mail } = device;
  const target = await story.letter("Lunch", "Let us meet at the harbour.");
  const other = await story.letter("Dinner", "Let us meet at the lighthouse.");
  await story.letter("Breakfast", "Let us meet at the mill.");
  await until(async () => (await found(mail, "meet ")).length === 3);
  const about = { from: bob.address, to: [alice.address] };
  await story.write(bob.session, { ...about, type: "edit", target, body: "Let us meet at the castle." });
  await until(async () => (await found(mail, "castle ")).length === 1);
  expect(await found(mail, "harbour ")).toEqual([]);
  expect(await found(mail, "subject:lunch ")).toEqual(["Lunch"]);
  await story.write(bob.session, { ...about, type: "recall", target: other });
  await until(async () => (await found(mail, "lighthouse ")).length === 0);
  expect(await found(mail, "is:unread ")).toEqual(["Breakfast", "Lunch"]);
  const [breakfast] = await hits(mail, "mill ");
  await changeEmails(mail, "Destroyed", [breakfast?.id ?? ""], { kind: "destroy" });
  expect(await found(mail, "mill ")).toEqual([]);
  await until(() => isUpToDate(device));
  await until(async () => (await searchCoverage(mail)).share === 1);
  expect(await findOpened(mail, breakfast?.id ?? "")).toBeUndefined();
  const another = await story.wholeDeviceOf(alice);
  await index(another);
  expect(await foundIds(another.mail, "meet ")).toEqual(await foundIds(mail, "castle "));
  expect(await foundIds(another.mail, "castle harbour ")).toEqual([]);
});

test("an edit or a recall that is destroyed changes nothing any more, and a later edit does", async () => {
  const device = await story.wholeDeviceOf(alice);
  keep(device);
  const { mail } = device;
  const target = await story.letter("Lunch", "Let us meet at the harbour.");
  const other = await story.letter("Dinner", "Let us meet at the lighthouse.");
  const about = { from: bob.address, to: [alice.address] };
  await story.write(bob.session, { ...about, type: "edit", target, body: "Let us meet at the castle." });
  await story.write(bob.session, { ...about, type: "recall", target: other });
  await until(async () => (await found(mail, "castle ")).length === 1);
  await until(async () => (await found(mail, "lighthouse ")).length === 0);
  const rows = await mail.store.list(emails);
  const gone = rows
    .filter(({ wire }) => wire?.type === "edit" || wire?.type === "recall")
    .map(({ id }) => id);
  expect(gone).toHaveLength(2);
  await changeEmails(mail, "Destroyed", gone, { kind: "destroy" });
  await until(async () => (await found(mail, "harbour ")).length === 1);
  await until(async () => (await found(mail, "lighthouse ")).length === 1);
  expect(await found(mail, "castle ")).toEqual([]);
  await story.write(bob.session, { ...about, type: "edit", target, body: "Let us meet at the mill." });
  await until(async () => (await found(mail, "mill ")).length === 1);
  expect(await found(mail, "harbour ")).toEqual([]);
});

test("filters hold for what is so now, on the device where it was done and on another", async () => {
  await story.bobWrites("one", "two", "three");
  const [here, there] = [await story.wholeDeviceOf(alice), await story.wholeDeviceOf(alice)];
  for (const device of [here, there]) await index(device);
  const { mail } = here;
  const [three = "", two = "", one = ""] = await foundIds(mail, "in:inbox ");
  const work = await createMailbox(mail, "Made", { name: "Wörk" });
  await changeEmails(mail, "Starred", [one], { kind: "keywords", set: { $flagged: true } });
  await changeEmails(mail, "Read", [two], { kind: "keywords", set: { $seen: true } });
  await changeEmails(mail, "Moved", [three], { kind: "moveTo", mailboxId: work });
  const soNow: [string, string[]][] = [
    ["is:starred ", [one]],
    ["is:unread -is:starred ", [three]],
    ["about is:read ", [two]],
    ["label:work ", [three]],
    ["in:inbox ", [two, one]],
    ["larger:1M ", []],
    ["type:mail smaller:1M ", [three, two, one]],
  ];
  for (const [query, ids] of soNow) expect(await foundIds(mail, query), query).toEqual(ids);
  for (const [query, ids] of soNow) {
    await until(async () => (await foundIds(there.mail, query)).join() === ids.join());
  }
  for (let count = 0; count < 3; count++) await undoMail(mail);
  expect(await foundIds(mail, "is:starred OR is:read OR label:work ")).toEqual([]);
  expect(await foundIds(mail, "in:inbox is:unread ")).toEqual([three, two, one]);
});

test("nobody edits or recalls by another's name, and nothing sealed is edited in the open", async () => {
  const carol = await joinAs(net, net.node("beta"), "carol");
  const dave = await joinAs(net, net.node("alpha"), "dave");
  const device = await story.wholeDeviceOf(alice);
  keep(device);
  const target = await story.letter("Lunch", "Let us meet at the harbour.");
  const about = { from: carol.address, to: [alice.address], target };
  await story.write(carol.session, { ...about, type: "edit", body: "Let us meet at the castle." });
  await story.write(carol.session, { ...about, type: "recall" });
  const letter = {
    from: dave.address,
    to: [alice.address],
    subject: "Dinner",
    body: "At the harbour as well.",
  };
  const sealed = await story.write(dave.session, letter);
  // As their own server could forge it.
  await arrive(net, [
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
