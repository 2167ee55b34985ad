import { limits } from "@posthorn/protocol";
import { expect, it } from "vitest";
import { letter, letterId, openAccount, putIn } from "../../objects/trial-mail.ts";
import { eachStore } from "../../store/each-store.ts";
import { findObject } from "../../store/object-store.ts";
import type { Store } from "../../store/sql.ts";
import { emailProperties } from "./email-view.ts";
import { callerOf, methodsOn, trialJmap } from "./trial-jmap.ts";

async function bobOn(store: Store, quotaBytes?: number) {
  const accountId = await openAccount(store, "bob", quotaBytes);
  return {
    store,
    accountId,
    put: (number: number) => putIn(store, accountId, letter({ id: letterId(number) })),
    marks: async (id: number) => {
      const object = await findObject(store.read, accountId, id);
      return object && { keywords: object.keywords, mailboxes: object.mailboxes };
    },
    ...trialJmap(methodsOn(store), callerOf(accountId)),
  };
}

eachStore("Email/set", (open) => {
  it("marks and moves, by patches or whole, whatever the case of a keyword", async () => {
    const { call, put, marks } = await bobOn(await open());
    for (const number of [1, 2, 3]) await put(number);
    const set = await call("Email/set", {
      update: {
        m1: { "keywords/$Seen": true, "keywords/todo": true, "mailboxIds/f4": true },
        m2: { keywords: { $FLAGGED: true, $flagged: true }, mailboxIds: { f6: true } },
        m3: { "mailboxIds/f1": null, "mailboxIds/f5": true },
      },
    });
    expect(set).toMatchObject({
      oldState: "3",
      newState: "6",
      updated: { m1: null, m2: { keywords: { $flagged: true } }, m3: null },
      notUpdated: null,
    });
    expect(await marks(1)).toEqual({ keywords: ["$seen", "todo"], mailboxes: [1, 4] });
    expect(await marks(2)).toEqual({ keywords: ["$flagged"], mailboxes: [6] });
    expect(await marks(3)).toEqual({ keywords: [], mailboxes: [5] });
    await call("Email/set", {
      update: { m1: { "keywords/$SEEN": null, "mailboxIds/f1": null }, m2: { keywords: null } },
    });
    expect(await marks(1)).toEqual({ keywords: ["todo"], mailboxes: [4] });
    expect(await marks(2)).toEqual({ keywords: [], mailboxes: [6] });
  });

  it("changes nothing, and no state, where all is as it is to be", async () => {
    const { call, put } = await bobOn(await open());
    await put(1);
    const update = { m1: { keywords: { $Seen: true }, mailboxIds: { f1: true } } };
    expect(await call("Email/set", { update })).toMatchObject({ newState: "2" });
    expect(await call("Email/set", { update })).toMatchObject({
      oldState: "2",
      newState: "2",
      updated: { m1: { keywords: { $seen: true } } },
    });
  });

  it("takes a message whole as it was shown, with one keyword more", async () => {
    const { call, put, marks } = await bobOn(await open());
    await put(1);
    const properties = [...emailProperties, "header:Subject:asText", "wire", "wireText", "snoozedUntil"];
    for (const asked of [{}, { fetchTextBodyValues: true }, { properties, fetchAllBodyValues: true }]) {
      const [shown] = (await call("Email/get", { ids: ["m1"], ...asked })).list;
      const keywords = { ...shown.keywords, [`k${Object.keys(shown).length}`]: true };
      const set = await call("Email/set", { update: { m1: { ...shown, keywords } } });
      expect(set).toMatchObject({ updated: { m1: null }, notUpdated: null });
      expect((await marks(1))?.keywords.toSorted()).toEqual(Object.keys(keywords).toSorted());
    }
    const [shown] = (await call("Email/get", { ids: ["m1"], properties })).list;
    for (const [name, other] of Object.entries({
      id: "m2",
      size: shown.size + 1,
      subject: null,
      bodyStructure: { ...shown.bodyStructure, size: 0 },
      "header:Subject:asText": "Other",
      wireText: "{}",
      nothing: 1,
    })) {
      const set = await call("Email/set", { update: { m1: { ...shown, [name]: other } } });
      expect(set.notUpdated).toMatchObject({ m1: { type: "invalidProperties", properties: [name] } });
    }
  });

  it("compares no more headers of a message than may be asked for", async () => {
    const { call, put } = await bobOn(await open());
    await put(1);
    const many = Object.fromEntries(Array.from({ length: 101 }, (_, at) => [`header:X-${at}`, null]));
    expect(await call("Email/set", { update: { m1: many } })).toMatchObject({
      notUpdated: { m1: { type: "invalidProperties" } },
    });
  });

  it("puts mail into a hundred mailboxes at most, as the session says", async () => {
    const { call, put, marks } = await bobOn(await open());
    await put(1);
    const mailboxIds = Object.fromEntries(Array.from({ length: 101 }, (_, at) => [`f${at}`, true]));
    const { notCreated, notUpdated } = await call("Email/set", {
      create: { k: { mailboxIds, subject: "Everywhere" } },
      update: { m1: { mailboxIds } },
    });
    expect(notCreated).toMatchObject({ k: { type: "tooManyMailboxes" } });
    expect(notUpdated).toMatchObject({ m1: { type: "tooManyMailboxes" } });
    expect(await marks(1)).toMatchObject({ mailboxes: [1] });
  });

  it("refuses each object for its own reason, and does the others", async () => {
    const { call, put, marks } = await bobOn(await open());
    for (let number = 1; number <= 9; number++) await put(number);
    const many = Object.fromEntries(Array.from({ length: limits.keywords + 1 }, (_, n) => [`k${n}`, true]));
    const { notUpdated, updated } = await call("Email/set", {
      update: {
        m1: { mailboxIds: {} },
        m2: { "mailboxIds/f1": null },
        m3: { mailboxIds: { f1: true, f99: true } },
        m4: { "keywords/two words": true },
        m5: { "keywords/$seen": false },
        m6: { keywords: many },
        m7: { subject: "Other", "keywords/$seen": true },
        m8: { keywords: { $seen: true }, "keywords/$flagged": true },
        m9: { "keywords/$seen": true },
        m10: { "keywords/$seen": true },
        t1: { "keywords/$seen": true },
      },
    });
    const reasons = Object.entries<{ type: string; properties?: string[] }>(notUpdated);
    expect(Object.fromEntries(reasons.map(([id, { type, properties }]) => [id, [type, properties]]))).toEqual(
      {
        m1: ["invalidProperties", ["mailboxIds"]],
        m2: ["invalidProperties", ["mailboxIds"]],
        m3: ["invalidProperties", ["mailboxIds"]],
        m4: ["invalidProperties", ["keywords"]],
        m5: ["invalidProperties", ["keywords"]],
        m6: ["tooManyKeywords", undefined],
        m7: ["invalidProperties", ["subject"]],
        m8: ["invalidPatch", undefined],
        m10: ["notFound", undefined],
        t1: ["notFound", undefined],
      },
    );
    expect(updated).toEqual({ m9: null });
    expect(await marks(7)).toEqual({ keywords: [], mailboxes: [1] });
    expect(await marks(9)).toEqual({ keywords: ["$seen"], mailboxes: [1] });
  });

  it("destroys, gives the room back, and tells of it", async () => {
    const { call, put, marks, store, accountId } = await bobOn(await open(), letter().bytes.length * 2);
    for (const number of [1, 2]) await put(number);
    expect(await put(3)).toBeUndefined();
    expect(
      await call("Email/set", { destroy: ["m1", "m9"], update: { m1: { keywords: {} } } }),
    ).toMatchObject({
      destroyed: ["m1"],
      notDestroyed: { m9: { type: "notFound" } },
      notUpdated: { m1: { type: "willDestroy" } },
    });
    expect(await marks(1)).toBeUndefined();
    expect(await putIn(store, accountId, letter({ id: letterId(3) }))).toBe("4");
    expect(await call("Email/changes", { sinceState: "2" })).toMatchObject({
      created: ["m4"],
      updated: [],
      destroyed: ["m1"],
      newState: "4",
    });
  });

  it("is done whole or not at all in the state that is named", async () => {
    const { call, ask, put, id, marks } = await bobOn(await open());
    await put(1);
    await call("Mailbox/set", { create: { a: { name: "A" } } });
    const update = { m1: { "keywords/$seen": true } };
    expect(await call("Email/set", { ifInState: "1", update })).toMatchObject({ updated: { m1: null } });
    const [[name, error]] = await ask([
      ["Email/set", { accountId: id, ifInState: "2", update: { m1: { "keywords/$seen": null } } }, "0"],
    ]);
    expect([name, error.type]).toEqual(["error", "stateMismatch"]);
    expect(await marks(1)).toMatchObject({ keywords: ["$seen"] });
  });

  it("puts mail into a mailbox that was made in the same request", async () => {
    const { ask, put, id, marks } = await bobOn(await open());
    await put(1);
    await ask([
      ["Mailbox/set", { accountId: id, create: { new: { name: "New" } } }, "0"],
      ["Email/set", { accountId: id, update: { m1: { mailboxIds: { "#new": true } } } }, "1"],
    ]);
    expect(await marks(1)).toEqual({ keywords: [], mailboxes: [18] });
  });

  it("of an account that reads only is refused", async () => {
    const store = await open();
    const { put, accountId, marks } = await bobOn(store);
    await put(1);
    const reader = trialJmap(methodsOn(store), callerOf(accountId, ["read"]));
    const [[name, error]] = await reader.ask([["Email/set", { accountId: reader.id, destroy: ["m1"] }, "0"]]);
    expect([name, error.type]).toEqual(["error", "forbidden"]);
    expect(await marks(1)).toBeDefined();
  });

  it("reaches no mail of another account", async () => {
    const store = await open();
    const bob = await bobOn(store);
    await bob.put(1);
    const other = await openAccount(store, "carol");
    const carol = trialJmap(methodsOn(store), callerOf(other));
    expect(
      await carol.call("Email/set", { destroy: ["m1"], update: { m1: { keywords: {} } } }),
    ).toMatchObject({
      notDestroyed: { m1: { type: "notFound" } },
    });
    const [[name, error]] = await carol.ask([["Email/set", { accountId: bob.id, destroy: ["m1"] }, "0"]]);
    expect([name, error.type]).toEqual(["error", "accountNotFound"]);
    const [[copyName, copied]] = await carol.ask([
      ["Email/copy", { fromAccountId: bob.id, accountId: carol.id, create: {} }, "0"],
    ]);
    expect([copyName, copied.type]).toEqual(["error", "fromAccountNotFound"]);
    expect(await bob.marks(1)).toBeDefined();
  });
});
