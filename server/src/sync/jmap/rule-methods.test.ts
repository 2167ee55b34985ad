import fc from "fast-check";
import { expect, it } from "vitest";
import { type Actions, place, type Rule, visibleOf } from "../../objects/rules.ts";
import { letter, letterId, openAccount } from "../../objects/trial-mail.ts";
import { trialReceive } from "../../receive/trial-receive.ts";
import { findAccount } from "../../store/account-store.ts";
import { eachStore } from "../../store/each-store.ts";
import { type Answer, callerOf, methodsOn, trialJmap } from "./trial-jmap.ts";

eachStore("rules over JMAP", (open) => {
  async function withBob() {
    const store = await open();
    const accountId = await openAccount(store, "bob", 10_000_000);
    const room = trialReceive(store);
    const jmap = trialJmap(methodsOn(store, { clock: room.clock }), callerOf(accountId));
    let number = 0;
    return {
      store,
      accountId,
      ...jmap,
      async make(conditions: object, actions: object, more: object = {}): Promise<string> {
        const { created, notCreated } = await jmap.call("Rule/set", {
          create: { k: { conditions, actions, ...more } },
        });
        if (created === null) throw new Error(JSON.stringify(notCreated.k));
        return created.k.id;
      },
      /** Where a letter with these fields comes to lie, and how it is marked. */
      async receive(fields: object = {}): Promise<Answer> {
        const { state } = await jmap.call("Email/get", { ids: [] });
        const written = letter({ id: letterId(++number), ...fields });
        await room.post(written, "b.test");
        const { created } = await jmap.call("Email/changes", { sinceState: state });
        const { list } = await jmap.call("Email/get", {
          ids: created,
          properties: ["mailboxIds", "keywords"],
        });
        return {
          mailboxes: Object.keys(list[0].mailboxIds).toSorted(),
          keywords: Object.keys(list[0].keywords),
        };
      },
    };
  }

  const inInbox = { mailboxes: ["f1"], keywords: [] };

  it("are made, read, changed and destroyed, and told of as changed", async () => {
    const bob = await withBob();
    const { state } = await bob.call("Rule/get");
    const id = await bob.make(
      { from: ["eve@b.test"] },
      { mailboxIds: { f4: true }, keywords: { $Flagged: true } },
    );
    expect((await bob.call("Rule/get")).list).toEqual([
      {
        id,
        name: "",
        sortOrder: 0,
        isEnabled: true,
        conditions: { from: ["eve@b.test"] },
        actions: { mailboxIds: { f4: true }, keywords: { $flagged: true } },
      },
    ]);
    const patch = { name: "Eve", "actions/stop": true, "actions/mailboxIds": { f6: true }, isEnabled: false };
    expect((await bob.call("Rule/set", { update: { [id]: patch } })).updated).toEqual({ [id]: null });
    expect((await bob.call("Rule/get", { ids: [id] })).list).toMatchObject([
      {
        name: "Eve",
        isEnabled: false,
        actions: { mailboxIds: { f6: true }, keywords: { $flagged: true }, stop: true },
      },
    ]);
    const first = await bob.call("Rule/changes", { sinceState: state });
    expect(first).toMatchObject({ created: [id], updated: [] });
    await bob.call("Rule/set", { destroy: [id] });
    expect(await bob.call("Rule/changes", { sinceState: first.newState })).toMatchObject({ destroyed: [id] });
    expect((await bob.call("Rule/get")).list).toEqual([]);
    expect((await findAccount(bob.store.read, bob.accountId))?.hasRules).toBe(false);
  });

  it.each<[string, object, object, boolean]>([
    ["an address", { from: ["Eve@b.test"] }, {}, true],
    ["another address", { from: ["zoe@b.test"] }, {}, false],
    ["an address with any tag", { from: ["eve@b.test"] }, { from: { id: "eve+news", host: "b.test" } }, true],
    ["an address with a tag", { from: ["eve+news@b.test"] }, {}, false],
    ["all of a host", { from: ["*@b.test"] }, {}, true],
    ["a host", { host: ["c.test", "b.test"] }, {}, true],
    ["another host", { host: ["c.test"] }, {}, false],
    ["a recipient", { to: ["bob+shop@a.test"] }, { to: [{ id: "bob+shop", host: "a.test" }] }, true],
    ["a recipient that it has not", { to: ["bob+shop@a.test"] }, {}, false],
    ["a copy", { cc: ["carol@c.test"] }, { cc: [{ id: "carol", host: "c.test" }] }, true],
    ["a type", { type: ["email"] }, {}, true],
    ["another type", { type: ["chat_message"] }, {}, false],
    ["words of the subject", { subject: ["HELL"] }, {}, true],
    ["words that the subject has not", { subject: ["bye"] }, {}, false],
    ["words where there is no subject", { subject: ["hell"] }, { subject: null }, false],
    ["no files", { hasAttachment: false }, {}, true],
    ["files", { hasAttachment: true }, {}, false],
    ["what is large", { minSize: 1_000 }, { body: "x".repeat(1_000) }, true],
    ["what is not large", { minSize: 1_000 }, {}, false],
    ["what is small", { maxSize: 1_000 }, {}, true],
    ["all of several", { from: ["eve@b.test"], subject: ["hello"] }, {}, true],
    ["not all of several", { from: ["eve@b.test"], subject: ["bye"] }, {}, false],
    ["anything", {}, {}, true],
  ])("look for %s", async (_, conditions, fields, isMet) => {
    const bob = await withBob();
    await bob.make(conditions, { keywords: { found: true } });
    expect((await bob.receive(fields)).keywords).toEqual(isMet ? ["found"] : []);
  });

  it("put mail into mailboxes, past the inbox, into Junk or Trash, and mark it", async () => {
    const bob = await withBob();
    const subject = (word: string) => ({ subject: [word] });
    await bob.make(subject("label"), { mailboxIds: { f4: true } });
    await bob.make(subject("away"), { mailboxIds: { f4: true }, skipInbox: true });
    await bob.make(subject("nowhere"), { skipInbox: true });
    await bob.make(subject("junk"), { moveTo: "junk", keywords: { $seen: true } });
    await bob.make(subject("trash"), { moveTo: "trash" });
    expect(await bob.receive({ subject: "plain" })).toEqual(inInbox);
    expect(await bob.receive({ subject: "label" })).toEqual({ mailboxes: ["f1", "f4"], keywords: [] });
    expect(await bob.receive({ subject: "away" })).toEqual({ mailboxes: ["f4"], keywords: [] });
    expect(await bob.receive({ subject: "nowhere" })).toEqual({ mailboxes: ["f4"], keywords: [] });
    expect(await bob.receive({ subject: "junk" })).toEqual({ mailboxes: ["f5"], keywords: ["$seen"] });
    expect(await bob.receive({ subject: "label trash" })).toEqual({ mailboxes: ["f6"], keywords: [] });
    const { list } = await bob.call("Mailbox/get", { ids: ["f1", "f5"] });
    expect(list).toMatchObject([
      { totalEmails: 2, unreadEmails: 2 },
      { totalEmails: 1, unreadEmails: 0 },
    ]);
  });

  it("are applied in their order, until one of them stops", async () => {
    const bob = await withBob();
    await bob.make({}, { keywords: { second: true } }, { sortOrder: 2 });
    await bob.make({}, { keywords: { first: true }, moveTo: "junk" }, { sortOrder: 1 });
    expect(await bob.receive()).toEqual({ mailboxes: ["f5"], keywords: ["first", "second"] });
    await bob.make({}, { stop: true }, { sortOrder: 0 });
    expect(await bob.receive()).toEqual(inInbox);
  });

  it("are applied no more when they are switched off or gone", async () => {
    const bob = await withBob();
    const id = await bob.make({}, { moveTo: "junk" });
    await bob.call("Rule/set", { update: { [id]: { isEnabled: false } } });
    expect(await bob.receive()).toEqual(inInbox);
    await bob.call("Rule/set", { update: { [id]: { isEnabled: true } } });
    expect(await bob.receive()).toMatchObject({ mailboxes: ["f5"] });
    await bob.call("Rule/set", { destroy: [id] });
    expect(await bob.receive()).toEqual(inInbox);
  });

  it("lose no mail when the mailbox that they put it in is gone", async () => {
    const bob = await withBob();
    const { created } = await bob.call("Mailbox/set", { create: { m: { name: "Work" } } });
    const work = created.m.id;
    await bob.make({}, { mailboxIds: { [work]: true }, skipInbox: true });
    expect(await bob.receive()).toMatchObject({ mailboxes: [work] });
    await bob.call("Mailbox/set", { destroy: [work], onDestroyRemoveEmails: true });
    expect(await bob.receive()).toEqual(inInbox);
  });

  it.each<[string, object, object]>([
    ["a mailbox that is not there", {}, { actions: { mailboxIds: { f99: true } } }],
    ["what is no keyword", {}, { actions: { keywords: { "a b": true } } }],
    ["an action that is none", {}, { actions: { forward: "eve@b.test" } }],
    ["a condition that is none", {}, { conditions: { body: ["x"] } }],
    ["a list of nothing", {}, { conditions: { from: [] } }],
  ])("are refused with %s", async (_, __, fields) => {
    const bob = await withBob();
    const rule = { conditions: {}, actions: {}, ...fields };
    const { notCreated } = await bob.call("Rule/set", { create: { k: rule } });
    expect(notCreated.k.type).toBe("invalidProperties");
    expect(await bob.receive()).toEqual(inInbox);
  });

  it("name a hundred mailboxes at most", async () => {
    const bob = await withBob();
    const many = Object.fromEntries(Array.from({ length: 101 }, (_, at) => [`f${at + 1}`, true]));
    const { notCreated } = await bob.call("Rule/set", {
      create: { k: { conditions: {}, actions: { mailboxIds: many } } },
    });
    expect(notCreated.k).toMatchObject({ type: "tooManyMailboxes" });
  });

  it("are a hundred at most", async () => {
    const bob = await withBob();
    const rule = { conditions: {}, actions: {} };
    const create = Object.fromEntries(Array.from({ length: 101 }, (_, at) => [`k${at}`, rule]));
    const { created, notCreated } = await bob.call("Rule/set", { create });
    expect(Object.keys(created)).toHaveLength(100);
    expect(Object.values(notCreated)).toMatchObject([{ type: "overQuota" }]);
  });
});

it("what the server is not to read it does not look at: a subject is none then", () => {
  const { message } = letter({ subject: "Secret" });
  const seen = (isOpen: boolean) =>
    visibleOf(message, { isOpen, hasAttachment: false, sizeBytes: 1 }).subject;
  expect([seen(true), seen(false)]).toEqual(["Secret", undefined]);
});

const visible = {
  sender: { id: "eve", host: "b.test" },
  to: [],
  cc: [],
  type: "email",
  subject: undefined,
  hasAttachment: false,
  sizeBytes: 1,
};

function ruleOf(done: Actions, id: number): Rule {
  return { id, name: "", sortOrder: id, isEnabled: true, conditions: {}, actions: done };
}

it("a message has no more keywords and mailboxes by rules than it may have, the first of them", () => {
  const names = (prefix: string) => Array.from({ length: 60 }, (_, at) => `${prefix}${at}`);
  const rules = [1, 2, 3].map((n) =>
    ruleOf({ keywords: names(`k${n}-`), mailboxes: names("").map((at) => n * 100 + Number(at)) }, n),
  );
  const { mailboxes, keywords } = place(rules, visible, { mailboxes: [1], keywords: ["$junk"] });
  expect([mailboxes.length, keywords.length]).toEqual([100, 100]);
  expect([mailboxes[0], mailboxes[60], mailboxes[61], keywords[0], keywords[61]]).toEqual([
    1,
    159,
    200,
    "$junk",
    "k2-0",
  ]);
});

it("whatever the rules are, mail lies somewhere, and in one place when it is moved", () => {
  const actions = fc.record(
    {
      mailboxes: fc.array(fc.integer({ min: 16, max: 20 })),
      keywords: fc.array(fc.constantFrom("a", "b")),
      skipInbox: fc.boolean(),
      moveTo: fc.constantFrom("junk" as const, "trash" as const),
      stop: fc.boolean(),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.array(actions), (all) => {
      const { mailboxes } = place(all.map(ruleOf), visible, { mailboxes: [1], keywords: [] });
      expect(mailboxes.length).toBeGreaterThan(0);
      expect(new Set(mailboxes).size).toBe(mailboxes.length);
      const isMoved = mailboxes.some((id) => id === 5 || id === 6);
      if (isMoved) expect(mailboxes).toHaveLength(1);
    }),
  );
});
