import { expect, it } from "vitest";
import { addMessage } from "../../objects/add-message.ts";
import { letter, letterId, openAccount, putIn } from "../../objects/trial-mail.ts";
import { eachStore } from "../../store/each-store.ts";
import { type Store, sql } from "../../store/sql.ts";
import { callerOf, methodsOn, trialJmap } from "./trial-jmap.ts";

async function bobOn(store: Store) {
  const accountId = await openAccount(store, "bob");
  return { store, accountId, ...trialJmap(methodsOn(store), callerOf(accountId)) };
}

const rights = {
  mayReadItems: true,
  mayAddItems: true,
  mayRemoveItems: true,
  maySetSeen: true,
  maySetKeywords: true,
  mayCreateChild: true,
  mayRename: true,
  mayDelete: true,
  maySubmit: true,
};

eachStore("Mailbox", (open) => {
  it("of a new account are those that everybody has, two of them without a role that others know", async () => {
    const { call, ask, id } = await bobOn(await open());
    const { list, state, notFound } = await call("Mailbox/get", { ids: null });
    expect({ state, notFound }).toEqual({ state: "0", notFound: [] });
    expect(
      list.map((one: { name: string; role: string; system: string }) => [one.name, one.role, one.system]),
    ).toEqual(
      expect.arrayContaining([
        ["Inbox", "inbox", null],
        ["Drafts", "drafts", null],
        ["Sent", "sent", null],
        ["Archive", "archive", null],
        ["Junk", "junk", null],
        ["Trash", "trash", null],
        ["Conversations", null, "conversations"],
        ["Screener", null, "screener"],
        ["Snoozed", "snoozed", null],
      ]),
    );
    const plain = ["urn:ietf:params:jmap:core", "urn:ietf:params:jmap:mail"];
    const [[, { list: standard }]] = await ask([["Mailbox/get", { accountId: id, ids: ["f1"] }, "0"]], plain);
    expect(standard).toEqual([
      {
        id: "f1",
        name: "Inbox",
        parentId: null,
        role: "inbox",
        sortOrder: 1,
        totalEmails: 0,
        unreadEmails: 0,
        totalThreads: 0,
        unreadThreads: 0,
        myRights: { ...rights, mayRename: false, mayDelete: false },
        isSubscribed: true,
      },
    ]);
    const [[name, unknown]] = await ask(
      [["Mailbox/get", { accountId: id, ids: null, properties: ["system"] }, "0"]],
      plain,
    );
    expect([name, unknown.type]).toEqual(["error", "invalidArguments"]);
  });

  it("answers the examples of RFC 8621 §2.6: a mailbox is made, with its place, and another goes with its mail", async () => {
    const { call, store, accountId } = await bobOn(await open());
    const made = await call("Mailbox/set", {
      create: { old: { name: "Old" }, keep: { name: "Keep" } },
    });
    const old = made.created.old.id;
    await putIn(store, accountId, letter());
    await call("Email/set", { update: { m3: { mailboxIds: { [old]: true } } } });
    const { state } = await call("Mailbox/get", { ids: [] });
    const set = await call("Mailbox/set", {
      ifInState: state,
      create: { "sg-1": { name: "Receipts", parentId: null, sortOrder: 20 } },
      destroy: [old],
      onDestroyRemoveEmails: true,
    });
    expect(set).toMatchObject({
      oldState: state,
      created: {
        "sg-1": {
          id: expect.stringMatching(/^f\d+$/),
          role: null,
          totalEmails: 0,
          unreadEmails: 0,
          totalThreads: 0,
          unreadThreads: 0,
          isSubscribed: true,
          myRights: rights,
        },
      },
      updated: null,
      destroyed: [old],
      notCreated: null,
      notUpdated: null,
      notDestroyed: null,
    });
    expect(set.created["sg-1"]).not.toHaveProperty("sortOrder");
    const { list } = await call("Mailbox/get", { ids: null });
    expect(list.find(({ name }: { name: string }) => name === "Receipts")).toMatchObject({ sortOrder: 20 });
    const changes = await call("Mailbox/changes", { sinceState: state });
    expect(changes).toMatchObject({
      oldState: state,
      hasMoreChanges: false,
      created: [set.created["sg-1"].id],
      updated: [],
      destroyed: [old],
      updatedProperties: null,
    });
    expect(await call("Email/changes", { sinceState: state })).toMatchObject({ destroyed: ["m3"] });
  });

  it("tells that only the counts have changed when only mail has come or was read", async () => {
    const { call, store, accountId } = await bobOn(await open());
    await putIn(store, accountId, letter());
    const first = await call("Mailbox/changes", { sinceState: "0" });
    const counts = ["totalEmails", "unreadEmails", "totalThreads", "unreadThreads"];
    expect(first).toMatchObject({ newState: "1", created: [], updated: ["f1"], updatedProperties: counts });
    await call("Email/set", { update: { m1: { "mailboxIds/f1": null, "mailboxIds/f4": true } } });
    const moved = await call("Mailbox/changes", { sinceState: "1" });
    expect({ ...moved, updated: moved.updated.toSorted() }).toMatchObject({
      newState: "2",
      updated: ["f1", "f4"],
      updatedProperties: counts,
    });
    await call("Mailbox/set", { update: { f4: { isSubscribed: false } } });
    expect(await call("Mailbox/changes", { sinceState: "2" })).toMatchObject({
      updated: ["f4"],
      updatedProperties: null,
    });
    expect(await call("Mailbox/changes", { sinceState: "3" })).toMatchObject({
      newState: "3",
      updated: [],
      updatedProperties: null,
    });
    const { list } = await call("Mailbox/get", { ids: ["f4"], properties: counts });
    expect(list).toEqual([{ id: "f4", totalEmails: 1, unreadEmails: 1, totalThreads: 1, unreadThreads: 1 }]);
  });

  it("tells of a mailbox as created also to who takes the changes in small steps", async () => {
    const { call, store, accountId } = await bobOn(await open());
    const { created } = await call("Mailbox/set", { create: { a: { name: "A" }, b: { name: "B" } } });
    await putIn(store, accountId, letter());
    await call("Email/set", { update: { m3: { mailboxIds: { [created.a.id]: true } } } });
    const seen: object[] = [];
    for (let since = "0", more = true; more; ) {
      const told = await call("Mailbox/changes", { sinceState: since, maxChanges: 2 });
      seen.push([told.created, told.updated.toSorted(), told.destroyed]);
      since = told.newState;
      more = told.hasMoreChanges;
    }
    expect(seen).toEqual([
      [[created.a.id, created.b.id], [], []],
      [[], [created.a.id, "f1"].toSorted(), []],
    ]);
  });

  it("tells what one write did to several mailboxes in answers of one mailbox each, whatever changes between", async () => {
    const { call, store, accountId } = await bobOn(await open());
    await putIn(store, accountId, letter());
    const { state } = await call("Mailbox/get", { ids: [] });
    await call("Email/set", { update: { m1: { mailboxIds: { f2: true, f4: true, f5: true } } } });
    const next = (sinceState: string) => call("Mailbox/changes", { sinceState, maxChanges: 1 });
    const told: string[] = [];
    const step = async (sinceState: string) => {
      const { created, updated, destroyed, newState, hasMoreChanges } = await next(sinceState);
      expect([created, destroyed, updated.length]).toEqual([[], [], 1]);
      told.push(updated[0]);
      return hasMoreChanges ? newState : undefined;
    };
    let since: string | undefined = await step(state);
    since = await step(since ?? "");
    await call("Email/set", { update: { m1: { "mailboxIds/f1": true } } });
    while (since !== undefined) since = await step(since);
    expect(told).toEqual(["f1", "f2", "f4", "f5", "f1"]);
    const { newState } = await next(state);
    const [[, refused]] = await trialJmap(methodsOn(store), callerOf(accountId)).ask([
      ["Mailbox/set", { accountId: `a${accountId}`, ifInState: newState, destroy: [] }, "0"],
    ]);
    expect(refused.type).toBe("stateMismatch");
  });

  it("is refused by what is wrong with its name, its place and its role", async () => {
    const { call } = await bobOn(await open());
    await call("Mailbox/set", { create: { a: { name: "Äpfel" } } });
    const set = await call("Mailbox/set", {
      create: {
        empty: { name: "" },
        control: { name: "a\u0007" },
        long: { name: "ä".repeat(128) },
        same: { name: "a\u0308pFel" },
        nowhere: { name: "x", parentId: "f99" },
        noId: { name: "x", parentId: "inbox" },
        role: { name: "x", role: "inbox" },
        counted: { name: "x", totalEmails: 1 },
        nameless: {},
        long255: { name: `${"ä".repeat(127)}x` },
        inInbox: { name: "äpfel", parentId: "f1" },
      },
      update: { f1: { name: "Mine" }, f2: { role: null }, f3: { parentId: "f3" }, f4: { sortOrder: -1 } },
      destroy: ["f6", "f99", "m1"],
    });
    const reasons = Object.fromEntries(
      Object.entries({ ...set.notCreated, ...set.notUpdated, ...set.notDestroyed }).map(([key, reason]) => [
        key,
        [Reflect.get(Object(reason), "type"), Reflect.get(Object(reason), "properties")],
      ]),
    );
    expect(reasons).toEqual({
      empty: ["invalidProperties", ["name"]],
      control: ["invalidProperties", ["name"]],
      long: ["invalidProperties", ["name"]],
      same: ["invalidProperties", ["name"]],
      nowhere: ["invalidProperties", ["parentId"]],
      noId: ["invalidProperties", ["parentId"]],
      role: ["invalidProperties", ["role"]],
      counted: ["invalidProperties", ["totalEmails"]],
      nameless: ["invalidProperties", ["name"]],
      f1: ["forbidden", undefined],
      f2: ["invalidProperties", ["role"]],
      f3: ["invalidProperties", ["parentId"]],
      f4: ["invalidProperties", ["sortOrder"]],
      f6: ["forbidden", undefined],
      f99: ["notFound", undefined],
      m1: ["notFound", undefined],
    });
    expect(Object.keys(set.created).toSorted()).toEqual(["inInbox", "long255"]);
  });

  it("may lie in one that the same call makes, and goes with it whatever the order", async () => {
    const { call } = await bobOn(await open());
    const { created } = await call("Mailbox/set", {
      create: { child: { name: "Child", parentId: "#top" }, top: { name: "Top" } },
    });
    const [child, top] = [created.child.id, created.top.id];
    const { list } = await call("Mailbox/get", { ids: [child], properties: ["parentId"] });
    expect(list).toEqual([{ id: child, parentId: top }]);
    expect(await call("Mailbox/set", { update: { [top]: { parentId: child } } })).toMatchObject({
      notUpdated: { [top]: { type: "invalidProperties", properties: ["parentId"] } },
    });
    expect(await call("Mailbox/set", { destroy: [top] })).toMatchObject({
      destroyed: null,
      notDestroyed: { [top]: { type: "mailboxHasChild" } },
    });
    const gone = await call("Mailbox/set", { destroy: [top, child] });
    expect(gone.destroyed.toSorted()).toEqual([child, top].toSorted());
  });

  it("lies ten deep at most, with all that lies in it", async () => {
    const { call } = await bobOn(await open());
    const chain = Object.fromEntries(
      Array.from({ length: 11 }, (_, depth) => [
        `d${depth}`,
        { name: "Deep", ...(depth === 0 ? {} : { parentId: `#d${depth - 1}` }) },
      ]),
    );
    const { created, notCreated } = await call("Mailbox/set", { create: chain });
    expect(Object.keys(created)).toHaveLength(10);
    expect(notCreated).toMatchObject({ d10: { type: "invalidProperties", properties: ["parentId"] } });
    expect(await call("Mailbox/set", { update: { [created.d0.id]: { parentId: "f1" } } })).toMatchObject({
      notUpdated: { [created.d0.id]: { properties: ["parentId"] } },
    });
  });

  it("is kept with mail in it unless that may go; what is in others too is only taken out", async () => {
    const { call, store, accountId } = await bobOn(await open());
    const { created } = await call("Mailbox/set", { create: { a: { name: "A" } } });
    const a = created.a.id;
    await putIn(store, accountId, letter());
    await putIn(store, accountId, letter({ id: letterId(2) }));
    await call("Email/set", {
      update: { m2: { [`mailboxIds/${a}`]: true }, m3: { mailboxIds: { [a]: true } } },
    });
    expect(await call("Mailbox/set", { destroy: [a] })).toMatchObject({
      notDestroyed: { [a]: { type: "mailboxHasEmail" } },
    });
    const { state } = await call("Mailbox/get", { ids: [] });
    expect(await call("Mailbox/set", { destroy: [a], onDestroyRemoveEmails: true })).toMatchObject({
      destroyed: [a],
    });
    expect(await call("Email/changes", { sinceState: state })).toMatchObject({
      updated: ["m2"],
      destroyed: ["m3"],
    });
    const { list } = await call("Mailbox/get", { ids: ["f1"], properties: ["totalEmails"] });
    expect(list).toEqual([{ id: "f1", totalEmails: 1 }]);
  });

  it("goes with very many messages too, in steps, and only in the state that was named", async () => {
    const { call, ask, id, store, accountId } = await bobOn(await open());
    const { created } = await call("Mailbox/set", { create: { a: { name: "A" }, b: { name: "B" } } });
    const [a, b] = [created.a.id, created.b.id];
    await store.write(async (tx) => {
      for (const number of [1, 2, 3]) {
        const { message, bytes } = letter({ id: letterId(number) });
        const mailboxes = number === 3 ? [17, 1] : [17];
        const place = { accountId, mailboxes, keywords: [], receivedAt: number, blobs: [] };
        await addMessage(tx, { ...place, message, bytes });
      }
      // It takes itself for a large one.
      await tx.run(sql`UPDATE mailbox SET total = total + 500 WHERE id = 17`);
    });
    expect(a).toBe("f17");
    const { state } = await call("Mailbox/get", { ids: [] });
    const drop = { destroy: [a, b], onDestroyRemoveEmails: true };
    const [[, error]] = await ask([["Mailbox/set", { accountId: id, ifInState: "1", ...drop }, "0"]]);
    expect(error).toMatchObject({ type: "stateMismatch" });
    const [[, kept]] = await ask([["Mailbox/set", { accountId: id, destroy: [a] }, "0"]]);
    expect(kept).toMatchObject({ notDestroyed: { [a]: { type: "mailboxHasEmail" } } });
    const counts = { ids: [a, "f1"], properties: ["totalEmails"] };
    expect((await call("Mailbox/get", counts)).list).toEqual([
      { id: a, totalEmails: 503 },
      { id: "f1", totalEmails: 1 },
    ]);
    expect((await call("Mailbox/set", { ifInState: state, ...drop })).destroyed.toSorted()).toEqual([a, b]);
    expect(await call("Mailbox/get", counts)).toMatchObject({
      list: [{ id: "f1", totalEmails: 1 }],
      notFound: [a],
    });
    expect((await call("Email/get", { ids: null, properties: ["mailboxIds"] })).list).toEqual([
      { id: "m5", mailboxIds: { f1: true } },
    ]);
  });

  it("keeps its many messages when the call, or it, is refused", async () => {
    const { call, ask, id, store, accountId } = await bobOn(await open());
    const { created } = await call("Mailbox/set", { create: { a: { name: "A" }, b: { name: "B" } } });
    const [a, b] = [created.a.id, created.b.id];
    await store.write(async (tx) => {
      const { message, bytes } = letter();
      const place = { accountId, mailboxes: [17], keywords: [], receivedAt: 1, blobs: [] };
      await addMessage(tx, { ...place, message, bytes });
      // It takes itself for a large one.
      await tx.run(sql`UPDATE mailbox SET total = total + 500 WHERE id = 17`);
    });
    const drop = { accountId: id, destroy: [a], onDestroyRemoveEmails: true };
    const many = Array.from({ length: 500 }, (_, at) => `f${at + 1_000}`);
    for (const [more, type] of [
      [{ bogus: 1 }, "invalidArguments"],
      [{ create: "none" }, "invalidArguments"],
      [{ destroy: [a, ...many] }, "requestTooLarge"],
    ] as const) {
      const [[name, error]] = await ask([["Mailbox/set", { ...drop, ...more }, "0"]]);
      expect([name, error.type]).toEqual(["error", type]);
    }
    for (const more of [
      { create: { c: { name: "C", parentId: a } } },
      { update: { [b]: { parentId: a } } },
    ]) {
      const [[, answer]] = await ask([["Mailbox/set", { ...drop, ...more }, "0"]]);
      expect(answer).toMatchObject({ destroyed: null, notDestroyed: { [a]: { type: "mailboxHasChild" } } });
    }
    expect((await call("Mailbox/get", { ids: [a] })).list).toMatchObject([{ totalEmails: 501 }]);
    expect((await call("Email/get", { ids: null, properties: ["mailboxIds"] })).list).toHaveLength(1);
  });

  it("is taken whole as it was shown, with one property changed", async () => {
    const { call } = await bobOn(await open());
    const { created } = await call("Mailbox/set", { create: { a: { name: "A" } } });
    for (const id of [created.a.id, "f1"]) {
      const [shown] = (await call("Mailbox/get", { ids: [id] })).list;
      const set = await call("Mailbox/set", { update: { [id]: { ...shown, sortOrder: 7 } } });
      expect(set).toMatchObject({ updated: { [id]: null }, notUpdated: null });
      expect((await call("Mailbox/get", { ids: [id] })).list).toEqual([{ ...shown, sortOrder: 7 }]);
    }
  });

  it("is one of as many as one Mailbox/get answers, and of no more", async () => {
    const { call } = await bobOn(await open());
    const before = (await call("Mailbox/get", { ids: null })).list.length;
    const names = Array.from({ length: 501 - before }, (_, at) => `n${at}`);
    const set = await call("Mailbox/set", {
      create: Object.fromEntries(names.map((name) => [name, { name }])),
    });
    expect(set.notCreated).toMatchObject({ [names.at(-1) ?? ""]: { type: "overQuota" } });
    expect((await call("Mailbox/get", { ids: null })).list).toHaveLength(500);
  }, 60_000);

  it("is set only in the state that is named, which other types do not move", async () => {
    const { call, ask, id, store, accountId } = await bobOn(await open());
    await putIn(store, accountId, letter());
    const { state } = await call("Mailbox/get", { ids: [] });
    await call("Email/set", { update: { m1: { "keywords/$flagged": true } } });
    const { newState } = await call("Mailbox/set", { ifInState: state, create: { a: { name: "A" } } });
    expect(newState).toBe("3");
    const [[name, refused]] = await ask([
      ["Mailbox/set", { accountId: id, ifInState: state, create: { b: { name: "B" } } }, "0"],
    ]);
    expect([name, refused.type]).toEqual(["error", "stateMismatch"]);
    expect(
      (await call("Mailbox/get", { ids: null })).list.map((one: { name: string }) => one.name),
    ).not.toContain("B");
  });
});
