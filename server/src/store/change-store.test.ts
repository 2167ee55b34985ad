import { expect, it } from "vitest";
import { advanceState, insertAccount } from "./account-store.ts";
import { appendChange, listChanges as listChangesOf, typesChangedSince } from "./change-store.ts";
import { eachStore } from "./each-store.ts";
import { insertObject, type StoredObject } from "./object-store.ts";
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

async function create(tx: Tx, accountId: number): Promise<number> {
  const id = (await advanceState(tx, accountId, 0)) ?? 0;
  await insertObject(tx, { ...object, accountId, id, changedState: id }, new Uint8Array([1]));
  return id;
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
    const all = await listChanges(store.read, 1, 0, 100);
    expect(all.map(({ state, objectId, change }) => [state, objectId, change])).toEqual([
      [1, 1, "created"],
      [2, 2, "created"],
      [3, 1, "updated"],
      [4, 4, "created"],
      [5, 2, "destroyed"],
    ]);
    for (const since of [0, 1, 2, 3, 4, 5]) {
      expect(await listChanges(store.read, 1, since, 100)).toEqual(all.slice(since));
      expect(await listChanges(store.read, 1, since, 2)).toEqual(all.slice(since, since + 2));
    }
    expect(await listChanges(store.read, 2, 0, 100)).toHaveLength(1);
    expect(await listChanges(store.read, 3, 0, 100)).toEqual([]);
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
    expect(await listChanges(store.read, 1, 0, 9)).toMatchObject([
      { change: "created" },
      { change: "destroyed", conversation: "c1" },
    ]);
    const types = async (since: number) => [...(await typesChangedSince(store.read, 1, since))].toSorted();
    expect(await types(0)).toEqual(["Email", "EmailSubmission", "Identity", "Thread"]);
    expect(await types(2)).toEqual(["Email", "EmailSubmission", "Thread"]);
    expect(await types(3)).toEqual(["Email", "Thread"]);
    expect(await types(4)).toEqual([]);
  });

  it("miss no state and have none twice, whoever writes at once, and nothing of who failed", async () => {
    const store = await withAccounts(await open());
    const writes = Array.from({ length: 40 }, (_, index) =>
      store.write(async (tx) => {
        if (index % 3 === 1) await change(tx, 1, 1, "updated");
        else await create(tx, 1);
        if (index % 8 === 5) throw new Error("changed my mind");
      }),
    );
    await Promise.allSettled(writes);
    const states = (await listChanges(store.read, 1, 0, 100)).map(({ state }) => state);
    expect(states).toEqual(Array.from({ length: 35 }, (_, index) => index + 1));
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
