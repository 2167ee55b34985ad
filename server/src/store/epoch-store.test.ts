import { expect, it } from "vitest";
import { advanceState, getAccountState, insertAccount, setQuota, takeStates } from "./account-store.ts";
import { isKnownState } from "./change-store.ts";
import { eachStore } from "./each-store.ts";
import { type Store, sql } from "./sql.ts";
import { forgetChanges } from "./state-mark-store.ts";
import { planning } from "./trial-plan.ts";

const alice = { id: 7, name: "alice", createdAt: 1_700_000_000_000, quotaBytes: 1_000 };
/** Leaves so many states out. */
const leavingOut = (count: number) => ({ fraction: () => (count - 1) / 2 ** 31 });

const advance = (store: Store, bytes = 0) => store.write((tx) => advanceState(tx, alice.id, bytes));

eachStore("an epoch of the data", (open, backup) => {
  const begin = (step: number) => open({ random: leavingOut(step) });

  /** alice's account at state 3, in the first epoch. */
  async function withAlice(): Promise<Store> {
    const store = await begin(100);
    await store.write((tx) => insertAccount(tx, alice));
    for (const state of [1, 2, 3]) expect(await advance(store)).toBe(state);
    return store;
  }

  async function known(store: Store, states: readonly number[]): Promise<number[]> {
    const found: number[] = [];
    for (const state of states) if (await isKnownState(store.read, alice.id, state)) found.push(state);
    return found;
  }

  it("leaves nothing out in new data, and as many states as it takes by chance after each start", async () => {
    await withAlice();
    const second = await begin(100);
    expect(await getAccountState(second.read, alice.id)).toBe(3);
    expect(await advance(second)).toBe(104);
    expect(await advance(second)).toBe(105);
    const third = await begin(2 ** 31);
    expect(await third.write((tx) => takeStates(tx, alice.id, 3))).toBe(105 + 2 ** 31 + 3);
    expect(await advance(third)).toBe(105 + 2 ** 31 + 4);
  });

  it("knows every state that was there, from before a start too, and none that was left out", async () => {
    await withAlice();
    const store = await begin(100);
    expect(await known(store, [0, 3, 4, 103])).toEqual([0, 3]);
    await advance(store);
    await advance(await begin(10));
    expect(await known(store, [0, 1, 3, 4, 50, 102, 103, 104, 105, 113, 114, 115, 116])).toEqual([
      0, 1, 3, 103, 104, 114, 115,
    ]);
  });

  it("gives no state and no id of a life that is lost again", async () => {
    await (await withAlice()).close();
    await backup.take();
    const lost = await begin(40);
    const gone = [await advance(lost), await advance(lost), await advance(lost)];
    await lost.close();
    await backup.restore();
    const store = await begin(100);
    expect(await known(store, [3, 4, 5])).toEqual([3]);
    const here = [await advance(store), await advance(store)];
    expect(gone).toEqual([44, 45, 46]);
    expect(gone.filter((state) => here.includes(state))).toEqual([]);
    expect(await known(store, [0, 3, ...gone.filter((state) => state !== undefined)])).toEqual([0, 3]);
  });

  it("is the newest for all processes that share the data", async () => {
    const first = await withAlice();
    const second = await begin(100);
    expect(await advance(first)).toBe(4);
    expect(await advance(second)).toBe(105);
    expect(await advance(first)).toBe(106);
    expect(await advance(second)).toBe(107);
  });

  it("begins for an account that was made after the first start with its first write", async () => {
    await begin(100);
    const store = await begin(100);
    await store.write((tx) => insertAccount(tx, alice));
    expect(await advance(store)).toBe(101);
    expect(await known(store, [0, 1, 99, 100, 101])).toEqual([0, 100, 101]);
  });

  it("leaves an account that is full as it is, and takes what fits", async () => {
    await withAlice();
    const store = await begin(100);
    expect(await advance(store, alice.quotaBytes + 1)).toBeUndefined();
    expect(await advance(store, alice.quotaBytes)).toBe(104);
    expect(await advance(store, 1)).toBeUndefined();
    expect(await store.write((tx) => setQuota(tx, "alice", 5))).toBe(true);
    expect(await getAccountState(store.read, alice.id)).toBe(105);
    expect(await store.write((tx) => advanceState(tx, 8, 0))).toBeUndefined();
  });

  it("costs statements of its own for the first write, and none after it", async () => {
    await withAlice();
    const store = await begin(100);
    const statements = () =>
      store.write(async (tx) => {
        const planned = planning(tx);
        await advanceState(planned, alice.id, 0);
        return planned.plans.size;
      });
    expect(await statements()).toBe(3);
    expect(await statements()).toBe(1);
  });

  it("forgets what was left out with the changes of that time", async () => {
    await withAlice();
    for (const _ of [1, 2]) await advance(await begin(100));
    const store = await open();
    const gaps = () => store.read.all(sql`SELECT last_before FROM state_gap ORDER BY last_before`);
    expect(await gaps()).toEqual([{ last_before: 3 }, { last_before: 104 }]);
    await store.write((tx) => forgetChanges(tx, alice.id, 104));
    expect(await gaps()).toEqual([{ last_before: 104 }]);
    expect(await known(store, [3, 50, 103, 104, 150, 204, 205])).toEqual([104, 204, 205]);
  });
});
