import { expect, it } from "vitest";
import {
  advanceState,
  countAccounts,
  findAccount,
  findAccountByName,
  getAccountState,
  insertAccount,
  listAccounts,
  setQuota,
  setSuspended,
  takeRoom,
} from "./account-store.ts";
import { eachStore } from "./each-store.ts";
import { addToMailbox, insertMailbox } from "./mailbox-store.ts";
import type { Store } from "./sql.ts";

const alice = { id: 2 ** 52, name: "alice", createdAt: 1_700_000_000_000, quotaBytes: 1_000 };

async function withAlice(store: Store): Promise<Store> {
  await store.write((tx) => insertAccount(tx, alice));
  return store;
}

eachStore("an account", (open) => {
  it("is found by its name and by its id, as it was made", async () => {
    const { read } = await withAlice(await open());
    const found = await findAccountByName(read, "alice");
    expect(found).toEqual({
      ...alice,
      usedBytes: 0,
      suspendedAt: undefined,
      isSealed: false,
      keysHidden: false,
      hasSnoozed: false,
      muted: 0,
      screens: false,
      hasRules: false,
      isOperator: false,
    });
    expect(await findAccount(read, alice.id)).toEqual(found);
    expect(await findAccountByName(read, "Alice")).toBeUndefined();
    expect(await findAccount(read, 1)).toBeUndefined();
  });

  it("has its name alone, whoever makes one at the same time", async () => {
    const store = await open();
    const made = [1, 2, 3].map((id) => store.write((tx) => insertAccount(tx, { ...alice, id })));
    const settled = await Promise.allSettled(made);
    expect(settled.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await listAccounts(store.read, "", 10)).toHaveLength(1);
  });

  it("is listed by name, page after page", async () => {
    const store = await open();
    for (const [index, name] of ["dora", "alice", "carol", "bob"].entries()) {
      await store.write((tx) => insertAccount(tx, { ...alice, id: index + 1, name }));
    }
    const names = async (after: string) => (await listAccounts(store.read, after, 2)).map(({ name }) => name);
    expect(await names("")).toEqual(["alice", "bob"]);
    expect(await names("bob")).toEqual(["carol", "dora"]);
    expect(await names("dora")).toEqual([]);
  });

  it("can be suspended and let in again, and given another quota; nobody else is", async () => {
    const store = await withAlice(await open());
    await store.write((tx) => insertAccount(tx, { ...alice, id: 2, name: "bob" }));
    expect(await store.write((tx) => setSuspended(tx, "alice", 5))).toBe(true);
    expect(await store.write((tx) => setQuota(tx, "alice", 7))).toBe(true);
    expect(await findAccountByName(store.read, "alice")).toMatchObject({ suspendedAt: 5, quotaBytes: 7 });
    expect(await findAccountByName(store.read, "bob")).toMatchObject({ quotaBytes: 1_000 });
    expect((await findAccountByName(store.read, "bob"))?.suspendedAt).toBeUndefined();
    await store.write((tx) => setSuspended(tx, "alice", null));
    expect((await findAccountByName(store.read, "alice"))?.suspendedAt).toBeUndefined();
    expect(await store.write((tx) => setSuspended(tx, "nobody", 5))).toBe(false);
    expect(await store.write((tx) => setQuota(tx, "nobody", 5))).toBe(false);
  });

  it("takes what its quota leaves to the last byte and not one more, and changes nothing when it is full", async () => {
    const store = await withAlice(await open());
    const add = (bytes: number) => store.write((tx) => advanceState(tx, alice.id, bytes));
    expect(await add(999)).toBe(1);
    expect(await add(2)).toBeUndefined();
    expect(await add(1)).toBe(2);
    expect(await add(1)).toBeUndefined();
    expect(await findAccount(store.read, alice.id)).toMatchObject({ usedBytes: 1_000 });
    expect(await getAccountState(store.read, alice.id)).toBe(2);
    // What needs no room may still be done, also when there is less room than is used.
    await store.write((tx) => setQuota(tx, "alice", 10));
    const changed = await getAccountState(store.read, alice.id);
    expect(await add(0)).toBe(changed + 1);
    expect(await add(-995)).toBe(changed + 2);
    expect(await add(5)).toBe(changed + 3);
    expect(await findAccount(store.read, alice.id)).toMatchObject({ usedBytes: 10 });
  });

  it("takes room without a state of its own, to the last byte, and gives it back", async () => {
    const store = await withAlice(await open());
    const take = (bytes: number, id = alice.id) => store.write((tx) => takeRoom(tx, id, bytes));
    expect([await take(1_000), await take(1), await take(0)]).toEqual([true, false, true]);
    expect(await findAccount(store.read, alice.id)).toMatchObject({ usedBytes: 1_000 });
    await store.write((tx) => setQuota(tx, "alice", 10));
    const state = await getAccountState(store.read, alice.id);
    expect([await take(-995), await take(5), await take(1)]).toEqual([true, true, false]);
    expect(await findAccount(store.read, alice.id)).toMatchObject({ usedBytes: 10 });
    expect(await getAccountState(store.read, alice.id)).toBe(state);
    expect(await take(0, 17)).toBe(false);
  });

  it("takes more bytes than fit in 32 bits", async () => {
    const store = await open();
    const quotaBytes = 2 ** 45;
    await store.write((tx) => insertAccount(tx, { ...alice, quotaBytes }));
    expect(await store.write((tx) => advanceState(tx, alice.id, quotaBytes - 1))).toBe(1);
    expect(await store.write((tx) => advanceState(tx, alice.id, 2))).toBeUndefined();
    expect(await findAccount(store.read, alice.id)).toMatchObject({ usedBytes: quotaBytes - 1 });
  });

  it("has states without gaps and never two alike, whoever writes at once and however many of them fail", async () => {
    const store = await withAlice(await open());
    const writes = Array.from({ length: 40 }, (_, index) =>
      store.write(async (tx) => {
        const state = await advanceState(tx, alice.id, 10);
        if (index % 4 === 3) throw new Error("changed my mind");
        return state;
      }),
    );
    const settled = await Promise.allSettled(writes);
    const states = settled.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    expect(states.toSorted((a, b) => (a ?? 0) - (b ?? 0))).toEqual(
      Array.from({ length: 30 }, (_, i) => i + 1),
    );
    expect(await getAccountState(store.read, alice.id)).toBe(30);
    expect(await findAccount(store.read, alice.id)).toMatchObject({ usedBytes: 300 });
  });

  it("does not advance for nobody", async () => {
    const store = await open();
    expect(await store.write((tx) => advanceState(tx, 1, 0))).toBeUndefined();
    expect(await getAccountState(store.read, 1)).toBe(0);
  });

  it("is counted with what it holds", async () => {
    const store = await open();
    expect(await countAccounts(store.read)).toEqual({ accounts: 0, messages: 0, storedBytes: 0 });
    await withAlice(store);
    await store.write(async (tx) => {
      const inbox = { name: "Inbox", role: "inbox", sortOrder: 1, parentId: undefined, isSubscribed: true };
      await insertMailbox(tx, alice.id, { ...inbox, id: 1 }, 0);
      const state = (await advanceState(tx, alice.id, 500)) ?? 0;
      const letter = { accountId: alice.id, id: state, conversation: "c1", receivedAt: 1 };
      await addToMailbox(tx, letter, 1, true, state);
    });
    expect(await countAccounts(store.read)).toEqual({ accounts: 1, messages: 1, storedBytes: 500 });
  });
});
