import { expect, it } from "vitest";
import { advanceState, insertAccount } from "./account-store.ts";
import {
  appendChange,
  listChanges as listChangesOf,
  listLessened,
  listThreadChanges,
  typesChangedSince,
} from "./change-store.ts";
import { eachStore } from "./each-store.ts";
import { addToMailbox, insertMailbox } from "./mailbox-store.ts";
import { deleteObject, insertObject, markGone, type StoredObject } from "./object-store.ts";
import type { Db, Store, Tx } from "./sql.ts";

const object: Omit<StoredObject, "accountId" | "id" | "changedState"> = {
  kind: "mail",
  type: "email",
  messageId: "m1",
  sender: "alice@a.test",
  conversation: "c1",
  subject: undefined,
  preview: undefined,
  sentAt: 1,
  receivedAt: 2,
  sizeBytes: 3,
  keywords: [],
  mailboxes: [1],
  format: "posthorn",
  summary: "{}",
};

async function withAccounts(store: Store): Promise<Store> {
  await store.write(async (tx) => {
    for (const id of [1, 2]) {
      await insertAccount(tx, { id, name: `a${id}`, createdAt: 1, quotaBytes: 10 ** 9 });
    }
  });
  return store;
}

function listChanges(db: Db, accountId: number, since: number, limit: number) {
  return listChangesOf(db, accountId, "Email", since, limit);
}

async function create(tx: Tx, accountId: number, conversation = "c1"): Promise<number> {
  const id = (await advanceState(tx, accountId, 0)) ?? 0;
  await insertObject(tx, { ...object, accountId, id, conversation, changedState: id }, new Uint8Array([1]));
  return id;
}

async function destroy(tx: Tx, accountId: number, objectId: number, conversation: string) {
  const state = (await advanceState(tx, accountId, 0)) ?? 0;
  await deleteObject(tx, accountId, objectId);
  await appendChange(tx, accountId, { state, type: "Email", objectId, change: "destroyed", conversation });
}

async function change(tx: Tx, accountId: number, objectId: number, verb: "updated" | "destroyed") {
  const state = (await advanceState(tx, accountId, 0)) ?? 0;
  await appendChange(tx, accountId, { state, type: "Email", objectId, change: verb });
}

eachStore("the changes of an account", (open) => {
  it("tell what was created, updated and destroyed, in order, after any state", async () => {
    const store = await withAccounts(await open());
    await store.write(async (tx) => {
      const first = await create(tx, 1);
      const second = await create(tx, 1);
      await change(tx, 1, first, "updated");
      await create(tx, 1);
      await change(tx, 1, second, "destroyed");
      await create(tx, 2);
    });
    const told = async (since: number, limit = 100) =>
      (await listChanges(store.read, 1, since, limit)).map((one) => [one.state, one.objectId, one.change]);
    expect(await told(2)).toEqual([
      [3, 1, "updated"],
      [4, 4, "created"],
      [5, 2, "destroyed"],
    ]);
    for (const since of [3, 4, 5]) expect(await told(since)).toEqual((await told(2)).slice(since - 2));
    expect(await told(2, 2)).toEqual((await told(2)).slice(0, 2));
    expect(await listChanges(store.read, 2, 0, 100)).toHaveLength(1);
    expect(await listChanges(store.read, 3, 0, 100)).toEqual([]);
  });

  it("tell of what has come since a state that it came, and not what was done with it until it went", async () => {
    const store = await withAccounts(await open());
    await store.write(async (tx) => {
      const first = await create(tx, 1);
      const second = await create(tx, 1);
      await change(tx, 1, first, "updated");
      await change(tx, 1, second, "updated");
      await deleteObject(tx, 1, second);
      await change(tx, 1, second, "destroyed");
      const third = await create(tx, 1);
      await markGone(tx, 1, third);
      await change(tx, 1, third, "destroyed");
    });
    const told = async (since: number) =>
      (await listChanges(store.read, 1, since, 100)).map(({ objectId, change }) => [objectId, change]);
    expect(await told(0)).toEqual([[1, "created"]]);
    expect(await told(1)).toEqual([[1, "updated"]]);
    expect(await told(2)).toEqual([
      [1, "updated"],
      [2, "updated"],
      [2, "destroyed"],
    ]);
    expect(await told(5)).toEqual([]);
    expect(await told(6)).toEqual([[6, "destroyed"]]);
  });

  it("tell which threads messages have come to or gone from, and which had them before", async () => {
    const store = await withAccounts(await open());
    await store.write(async (tx) => {
      const first = await create(tx, 1, "c1");
      await create(tx, 1, "c2");
      await destroy(tx, 1, first, "c1");
      const passing = await create(tx, 1, "c3");
      await destroy(tx, 1, passing, "c3");
      await create(tx, 1, "c1");
      await create(tx, 2, "c9");
    });
    const told = async (since: number, limit = 9) =>
      (await listThreadChanges(store.read, 1, since, limit)).map(({ state, conversation }) => [
        state,
        conversation,
      ]);
    expect(await told(0)).toEqual([
      [2, "c2"],
      [6, "c1"],
    ]);
    expect(await told(2)).toEqual([
      [3, "c1"],
      [6, "c1"],
    ]);
    expect(await told(2, 1)).toEqual([[3, "c1"]]);
    expect(await told(4)).toEqual([
      [5, "c3"],
      [6, "c1"],
    ]);
    expect(await listLessened(store.read, 1, ["c1", "c3"], 0)).toEqual(new Set());
    expect(await listLessened(store.read, 1, ["c1", "c2", "c3"], 1)).toEqual(new Set(["c1"]));
    expect(await listLessened(store.read, 1, ["c2", "c3"], 2)).toEqual(new Set());
  });

  it("are those of one type, and tell the thread of what is gone", async () => {
    const store = await withAccounts(await open());
    await store.write(async (tx) => {
      const id = await create(tx, 1);
      for (const [type, verb] of [
        ["Identity", "created"],
        ["EmailSubmission", "updated"],
        ["Email", "destroyed"],
      ] as const) {
        const state = (await advanceState(tx, 1, 0)) ?? 0;
        await appendChange(tx, 1, { type, state, objectId: id, change: verb, conversation: "c1" });
      }
    });
    expect(await listChangesOf(store.read, 1, "Identity", 0, 9)).toMatchObject([
      { state: 2, change: "created" },
    ]);
    expect(await listChangesOf(store.read, 1, "EmailSubmission", 0, 9)).toMatchObject([{ state: 3 }]);
    expect(await listChanges(store.read, 1, 1, 9)).toMatchObject([
      { change: "destroyed", conversation: "c1" },
    ]);
    const types = async (since: number) => [...(await typesChangedSince(store.read, 1, since))].toSorted();
    expect(await types(0)).toEqual(["Email", "EmailDelivery", "EmailSubmission", "Identity", "Thread"]);
    expect(await types(2)).toEqual(["Email", "EmailSubmission", "Thread"]);
    expect(await types(3)).toEqual(["Email", "Thread"]);
    expect(await types(4)).toEqual([]);
  });

  it("tell of the inbox when something was sent there that nobody has read", async () => {
    const store = await withAccounts(await open());
    const inbox = {
      id: 1,
      name: "Inbox",
      role: "inbox",
      parentId: undefined,
      sortOrder: 1,
      isSubscribed: true,
    };
    const put = (over: Partial<StoredObject>) =>
      store.write(async (tx) => {
        const id = (await advanceState(tx, 1, 0)) ?? 0;
        await insertObject(
          tx,
          { ...object, ...over, accountId: 1, id, changedState: id },
          new Uint8Array([1]),
        );
        const placed = { accountId: 1, id, receivedAt: object.receivedAt, conversation: object.conversation };
        for (const mailboxId of over.mailboxes ?? object.mailboxes)
          await addToMailbox(tx, placed, mailboxId, false, id);
        return id;
      });
    const isTold = async (since: number) =>
      (await typesChangedSince(store.read, 1, since)).has("InboxDelivery");
    await store.write((tx) => insertMailbox(tx, 1, inbox, 0));
    await put({ mailboxes: [8] });
    await put({ mailboxes: [3], keywords: ["$seen"] });
    await put({ keywords: ["$flagged", "$seen"] });
    await put({ format: "rfc5322" });
    await put({ summary: '{"sealed":true,"imported":true}' });
    expect(await isTold(0)).toBe(false);
    const id = await put({ mailboxes: [17, 1], keywords: ["$flagged"] });
    expect(await isTold(0)).toBe(true);
    expect(await isTold(id)).toBe(false);
  });

  it("miss no state and have none twice, whoever writes at once, and nothing of who failed", async () => {
    const store = await withAccounts(await open());
    await store.write((tx) => create(tx, 1));
    const writes = Array.from({ length: 40 }, (_, index) =>
      store.write(async (tx) => {
        if (index % 3 === 1) await change(tx, 1, 1, "updated");
        else await create(tx, 1);
        if (index % 8 === 5) throw new Error("changed my mind");
      }),
    );
    await Promise.allSettled(writes);
    const states = (await listChanges(store.read, 1, 1, 100)).map(({ state }) => state);
    expect(states).toEqual(Array.from({ length: 35 }, (_, index) => index + 2));
  });

  it("are never seen beyond a state that is still to come: who has read up to one has seen all before it", async () => {
    const store = await withAccounts(await open());
    let isWriting = true;
    const writing = Promise.all(Array.from({ length: 60 }, () => store.write((tx) => create(tx, 1)))).finally(
      () => {
        isWriting = false;
      },
    );
    const seen: number[] = [];
    while (isWriting || seen.length < 60) {
      for (const { state } of await listChanges(store.read, 1, seen.at(-1) ?? 0, 7)) seen.push(state);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await writing;
    expect(seen).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
  });
});
