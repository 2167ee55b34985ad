/** Messages that are out of sight until their time (§85). */
import { isDeepStrictEqual } from "node:util";
import { capabilities, formatSenderId } from "@posthorn/protocol";
import { expect, it } from "vitest";
import { HandClock } from "../../env/hand-clock.ts";
import { wakeThread } from "../../objects/snooze.ts";
import { letter, letterId, openAccount, putIn } from "../../objects/trial-mail.ts";
import { wakeSnoozed } from "../../objects/wake-snoozed.ts";
import { trialReceive } from "../../receive/trial-receive.ts";
import { findAccount } from "../../store/account-store.ts";
import { eachStore, type OpenTestStore } from "../../store/each-store.ts";
import { setScreens } from "../../store/sender-store.ts";
import type { OpenStore } from "../../store/sql.ts";
import { type Answer, callerOf, methodsOn, type TrialJmap, trialJmap } from "./trial-jmap.ts";

interface Bob extends TrialJmap {
  store: OpenStore;
  accountId: number;
  clock: HandClock;
}

async function withBob(open: OpenTestStore): Promise<Bob> {
  const store = await open();
  const accountId = await openAccount(store, "bob");
  const clock = new HandClock();
  return { store, accountId, clock, ...trialJmap(methodsOn(store, { clock }), callerOf(accountId)) };
}

async function receive({ store, accountId }: Bob, number = 1, fields: object = {}): Promise<string> {
  return `m${await putIn(store, accountId, letter({ id: letterId(number), ...fields }))}`;
}

async function get(bob: Bob, id: string): Promise<Answer> {
  const properties = ["mailboxIds", "keywords", "snoozedUntil"];
  return (await bob.call("Email/get", { ids: [id], properties })).list[0];
}

async function update(bob: Bob, id: string, patch: object): Promise<Answer> {
  const { updated, notUpdated } = await bob.call("Email/set", { update: { [id]: patch } });
  if (updated === null) throw new Error(JSON.stringify(notUpdated[id]));
  return updated[id];
}

const until = "2026-11-24T08:00:00Z";
const hour = 3_600_000;

/** Lets the server bring back what is due, as it does beside its other work, until the end. */
function watch({ store, clock }: Bob) {
  const stopping = new AbortController();
  const done = wakeSnoozed({ store, clock, log: () => undefined }, stopping.signal);
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await settled();
      await clock.advance(2_000);
      await done;
    },
  };
}

/** Lets everything run that needs no time. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 300; turn++) await new Promise((resolve) => setImmediate(resolve));
}

async function advance(bob: Bob, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= Math.min(left, hour)) {
    await settled();
    await bob.clock.advance(Math.min(left, hour));
  }
  await settled();
}

/** Resolves when it lies there; a database of its own process answers when it likes. */
async function comesTo(bob: Bob, id: string, mailboxIds: object): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if (isDeepStrictEqual((await get(bob, id)).mailboxIds, mailboxIds)) return;
    await bob.clock.advance(100);
    await settled();
  }
  throw new Error(`it does not come to ${JSON.stringify(mailboxIds)}`);
}

eachStore("a snoozed message", (open) => {
  it("leaves its mailboxes and lies in Snoozed, counted there", async () => {
    const bob = await withBob(open);
    const id = await receive(bob);
    expect(await get(bob, id)).toMatchObject({ mailboxIds: { f1: true }, snoozedUntil: null });
    expect(await update(bob, id, { snoozedUntil: until })).toEqual({
      mailboxIds: { f9: true },
      keywords: {},
    });
    expect(await get(bob, id)).toMatchObject({ mailboxIds: { f9: true }, snoozedUntil: until });
    const { list } = await bob.call("Mailbox/get", { ids: ["f1", "f9"] });
    expect(list).toMatchObject([
      { totalEmails: 0, role: "inbox" },
      { totalEmails: 1, unreadEmails: 1, role: "snoozed", name: "Snoozed" },
    ]);
  });

  it("comes back by itself where it was, marked, at its time and not before", async () => {
    const bob = await withBob(open);
    await using _ = watch(bob);
    const id = await receive(bob);
    await update(bob, id, { mailboxIds: { f1: true, f4: true }, "keywords/$seen": true });
    await update(bob, id, { snoozedUntil: until });
    await advance(bob, 8 * hour - 2_000);
    expect(await get(bob, id)).toMatchObject({ mailboxIds: { f9: true } });
    const { state } = await bob.call("Email/get", { ids: [] });
    await comesTo(bob, id, { f1: true, f4: true });
    expect(await get(bob, id)).toEqual({
      id,
      mailboxIds: { f1: true, f4: true },
      keywords: { $seen: true, $new: true },
      snoozedUntil: until,
    });
    expect(await bob.call("Email/changes", { sinceState: state })).toMatchObject({ updated: [id] });
    // Once: what is done with it then is not undone.
    await update(bob, id, { mailboxIds: { f6: true }, "keywords/$new": null });
    await advance(bob, 24 * hour);
    expect(await get(bob, id)).toMatchObject({ mailboxIds: { f6: true }, snoozedUntil: null });
  });

  it("comes back when the server was down at its time", async () => {
    const bob = await withBob(open);
    const ids = [await receive(bob, 1), await receive(bob, 2)];
    for (const id of ids) await update(bob, id, { snoozedUntil: until });
    await bob.clock.advance(30 * 24 * hour);
    const again = { ...bob, store: await open() };
    await using _ = watch(again);
    for (const id of ids) await comesTo(again, id, { f1: true });
  });

  it("comes back once when several processes look", async () => {
    const bob = await withBob(open);
    const id = await receive(bob);
    await update(bob, id, { snoozedUntil: until });
    const { state } = await bob.call("Email/get", { ids: [] });
    await bob.clock.advance(9 * hour);
    await using _ = watch(bob);
    await using __ = watch({ ...bob, store: await open() });
    await comesTo(bob, id, { f1: true });
    await advance(bob, 2_000);
    const after = await bob.call("Email/get", { ids: [] });
    expect(Number(after.state) - Number(state)).toBe(1);
  });

  it("is not waited for when an earlier one is snoozed meanwhile", async () => {
    const bob = await withBob(open);
    const [first, second] = [await receive(bob, 1), await receive(bob, 2)];
    await update(bob, first, { snoozedUntil: "2027-11-24T08:00:00Z" });
    await using _ = watch(bob);
    await advance(bob, 2_000);
    await update(bob, second, { snoozedUntil: "2026-11-24T00:01:00Z" });
    await advance(bob, 58_000);
    await comesTo(bob, second, { f1: true });
    expect(await get(bob, first)).toMatchObject({ mailboxIds: { f9: true } });
  });

  it("gets another time, and still comes back where it was first", async () => {
    const bob = await withBob(open);
    await using _ = watch(bob);
    const id = await receive(bob);
    await update(bob, id, { snoozedUntil: until });
    await update(bob, id, { snoozedUntil: "2026-11-25T08:00:00Z" });
    await advance(bob, 9 * hour);
    expect(await get(bob, id)).toMatchObject({
      mailboxIds: { f9: true },
      snoozedUntil: "2026-11-25T08:00:00Z",
    });
    await advance(bob, 24 * hour);
    await comesTo(bob, id, { f1: true });
  });

  it("is brought back by its owner as if it had never been away", async () => {
    const bob = await withBob(open);
    await using _ = watch(bob);
    const id = await receive(bob);
    const before = await get(bob, id);
    await update(bob, id, { snoozedUntil: until });
    expect(await update(bob, id, { snoozedUntil: null })).toEqual({ mailboxIds: { f1: true }, keywords: {} });
    expect(await get(bob, id)).toEqual(before);
    await advance(bob, 9 * hour);
    expect(await get(bob, id)).toEqual(before);
  });

  it.each([
    ["moved elsewhere by hand", { mailboxIds: { f4: true } }, { f4: true }],
    [
      "taken out of Snoozed by a program that knows of no snoozing",
      { "mailboxIds/f9": null, "mailboxIds/f6": true },
      { f6: true },
    ],
  ])("stays where it was put when it is %s", async (_, patch, mailboxIds) => {
    const bob = await withBob(open);
    await using __ = watch(bob);
    const id = await receive(bob);
    await update(bob, id, { snoozedUntil: until });
    await update(bob, id, patch);
    expect(await get(bob, id)).toMatchObject({ mailboxIds, snoozedUntil: null });
    await advance(bob, 9 * hour);
    expect(await get(bob, id)).toMatchObject({ mailboxIds, keywords: {} });
  });

  it("comes back into what it was put into meanwhile too, and into Inbox when nothing is left of where it was", async () => {
    const bob = await withBob(open);
    await using _ = watch(bob);
    const { created } = await bob.call("Mailbox/set", {
      create: { a: { name: "Work" }, b: { name: "Later" } },
    });
    const [work, later] = [created.a.id, created.b.id];
    const [one, two] = [await receive(bob, 1), await receive(bob, 2)];
    for (const id of [one, two]) await update(bob, id, { mailboxIds: { [work]: true } });
    for (const id of [one, two]) await update(bob, id, { snoozedUntil: until });
    await update(bob, one, { [`mailboxIds/${later}`]: true });
    await bob.call("Mailbox/set", { destroy: [work] });
    await advance(bob, 9 * hour);
    await comesTo(bob, one, { [later]: true });
    await comesTo(bob, two, { f1: true });
  });

  it("does not come back when it was destroyed", async () => {
    const bob = await withBob(open);
    await using _ = watch(bob);
    const id = await receive(bob);
    await update(bob, id, { snoozedUntil: until });
    expect((await bob.call("Email/set", { destroy: [id] })).destroyed).toEqual([id]);
    await advance(bob, 9 * hour);
    expect((await bob.call("Email/get", { ids: [id] })).notFound).toEqual([id]);
    expect(bob.accidents).toEqual([]);
  });

  it("comes back when somebody writes in its thread", async () => {
    const bob = await withBob(open);
    const [one, other] = [await receive(bob, 1), await receive(bob, 2)];
    for (const id of [one, other]) await update(bob, id, { snoozedUntil: until });
    await bob.clock.advance(hour);
    await bob.store.write((tx) => wakeThread(tx, bob.accountId, letterId(1), bob.clock.now()));
    expect(await get(bob, one)).toMatchObject({
      mailboxIds: { f1: true },
      keywords: { $new: true },
      snoozedUntil: "2026-11-24T01:00:00Z",
    });
    expect(await get(bob, other)).toMatchObject({ mailboxIds: { f9: true } });
  });

  it("comes back when a message of its thread is taken, and not when that is a stranger's who has to wait", async () => {
    const bob = await withBob(open);
    await bob.store.write((tx) => setScreens(tx, bob.accountId, true));
    const room = trialReceive(bob.store, { clock: bob.clock });
    const id = await receive(bob, 1);
    await update(bob, id, { snoozedUntil: until });
    const answer = (number: number, sender: string) =>
      room.post(letter({ id: letterId(number), from: { id: sender, host: "b.test" }, thread: letterId(1) }));
    await answer(2, "stranger");
    expect(await get(bob, id)).toMatchObject({ mailboxIds: { f9: true } });
    await bob.call("Sender/set", { update: { [formatSenderId("zoe@b.test") ?? ""]: { state: "accepted" } } });
    await answer(3, "zoe");
    expect(await get(bob, id)).toMatchObject({ mailboxIds: { f1: true }, keywords: { $new: true } });
  });

  it("costs messages that arrive nothing any more when all have come back", async () => {
    const bob = await withBob(open);
    await using _ = watch(bob);
    const hasSnoozed = async () => (await findAccount(bob.store.read, bob.accountId))?.hasSnoozed;
    expect(await hasSnoozed()).toBe(false);
    const id = await receive(bob);
    await update(bob, id, { snoozedUntil: until });
    expect(await hasSnoozed()).toBe(true);
    await advance(bob, 9 * hour);
    await comesTo(bob, id, { f1: true });
    expect(await hasSnoozed()).toBe(false);
  });

  it.each(["2026-11-24T00:00:00Z", "2026-11-23T00:00:00Z", "2040-01-01T00:00:00Z", "tomorrow", ""])(
    "is not one until %s",
    async (wrong) => {
      const bob = await withBob(open);
      const id = await receive(bob);
      const { notUpdated } = await bob.call("Email/set", { update: { [id]: { snoozedUntil: wrong } } });
      expect(notUpdated[id]).toMatchObject({ type: "invalidProperties", properties: ["snoozedUntil"] });
      expect(await get(bob, id)).toMatchObject({ mailboxIds: { f1: true } });
    },
  );

  it("is made by clients of our capability alone; others see it move", async () => {
    const bob = await withBob(open);
    const id = await receive(bob);
    const using = [capabilities.core, capabilities.mail];
    const call = { accountId: bob.id, update: { [id]: { snoozedUntil: until } } };
    const [[, answer]] = await bob.ask([["Email/set", call, "0"]], using);
    expect(answer.notUpdated[id]).toMatchObject({ type: "invalidProperties", properties: ["snoozedUntil"] });
  });
});
