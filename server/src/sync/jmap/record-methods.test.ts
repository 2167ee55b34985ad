import { expect, it } from "vitest";
import { letter, openAccount, putIn } from "../../objects/trial-mail.ts";
import { findAccount, setQuota } from "../../store/account-store.ts";
import { eachStore } from "../../store/each-store.ts";
import { recordMethods } from "./record-methods.ts";
import { callerOf, trialJmap } from "./trial-jmap.ts";

const collection = "drafts";

eachStore("records over JMAP", (open) => {
  async function withBob() {
    const store = await open();
    const accountId = await openAccount(store, "bob", 10_000_000);
    const jmap = trialJmap(recordMethods({ store }), callerOf(accountId));
    const call = (name: string, args: object = {}) => jmap.call(name, { collection, ...args });
    return { store, accountId, jmap, call };
  }

  it("are made under the ids their clients give, got back, written anew and destroyed", async () => {
    const { call } = await withBob();
    const made = await call("Record/set", { create: { k: { id: "aB_-1", sealed: "AAAA" } } });
    expect(made.created).toEqual({ k: { id: "aB_-1", revision: 1, size: 4 } });
    expect((await call("Record/get", { ids: ["aB_-1", "none"] })).list).toEqual([
      { id: "aB_-1", revision: 1, size: 4, sealed: "AAAA" },
    ]);
    const changed = await call("Record/set", { update: { "aB_-1": { revision: 2, sealed: "BBBBBB" } } });
    expect(changed.updated).toEqual({ "aB_-1": { size: 6 } });
    const heads = await call("Record/get", { ids: null, properties: ["revision", "size"] });
    expect(heads.list).toEqual([{ id: "aB_-1", revision: 2, size: 6 }]);
    expect((await call("Record/set", { destroy: ["aB_-1"] })).destroyed).toEqual(["aB_-1"]);
    expect(await call("Record/get", { ids: ["aB_-1"] })).toMatchObject({ list: [], notFound: ["aB_-1"] });
    const again = await call("Record/set", { create: { k: { id: "aB_-1", sealed: "CC" } } });
    expect(again.created).toEqual({ k: { id: "aB_-1", revision: 1, size: 2 } });
  });

  it("are written by the device that knows the newest only; the same again does no harm", async () => {
    const { call } = await withBob();
    const create = { k: { id: "a", sealed: "AAAA" } };
    await call("Record/set", { create });
    expect((await call("Record/set", { create })).created).toHaveProperty("k");
    const other = await call("Record/set", { create: { k: { id: "a", sealed: "OTHER" } } });
    expect(other.notCreated.k).toMatchObject({ type: "changedMeanwhile" });
    const update = { a: { revision: 2, sealed: "BBBB" } };
    await call("Record/set", { update });
    expect((await call("Record/set", { update })).updated).toEqual({ a: null });
    for (const revision of [1, 2, 4]) {
      const late = await call("Record/set", { update: { a: { revision, sealed: "LATE" } } });
      expect(late.notUpdated.a.type).toBe("changedMeanwhile");
    }
    expect((await call("Record/get", { ids: ["a"] })).list).toMatchObject([{ revision: 2, sealed: "BBBB" }]);
  });

  it("tell what of a collection has changed, and nothing of another or of mail", async () => {
    const { call, store, accountId } = await withBob();
    const { newState: start } = await call("Record/set", {
      create: { a: { id: "a", sealed: "A" }, b: { id: "b", sealed: "B" } },
    });
    await call("Record/set", { collection: "settings", create: { c: { id: "c", sealed: "C" } } });
    await putIn(store, accountId, letter());
    expect(await call("Record/changes", { sinceState: "0" })).toMatchObject({
      created: ["a", "b"],
      updated: [],
    });
    const none = await call("Record/changes", { sinceState: start });
    expect(none).toMatchObject({ created: [], updated: [], destroyed: [], hasMoreChanges: false });
    await call("Record/set", {
      create: { d: { id: "d", sealed: "D" } },
      update: { a: { revision: 2, sealed: "AA" } },
      destroy: ["b"],
    });
    const changes = await call("Record/changes", { sinceState: start });
    expect(changes).toMatchObject({ created: ["d"], updated: ["a"], destroyed: ["b"] });
    const first = await call("Record/changes", { sinceState: start, maxChanges: 1 });
    expect(first).toMatchObject({ hasMoreChanges: true });
    const rest = await call("Record/changes", { sinceState: first.newState });
    const both = [first, rest].flatMap(({ created, updated, destroyed }) => [
      ...created,
      ...updated,
      ...destroyed,
    ]);
    expect(both.toSorted()).toEqual(["a", "b", "d"]);
    expect(await call("Record/set", { ifInState: none.newState, destroy: ["a"] }).catch(String)).toContain(
      "stateMismatch",
    );
  });

  it("of a collection that keeps pins are for sign-ins alone, and no names but those of collections are taken", async () => {
    const { accountId, store } = await withBob();
    const program = trialJmap(recordMethods({ store }), { ...callerOf(accountId), isSignIn: false });
    for (const name of ["pins", "head"]) {
      await expect(program.call("Record/get", { collection: name, ids: null })).rejects.toThrow("forbidden");
      const set = program.call("Record/set", { collection: name, destroy: ["a"] });
      await expect(set).rejects.toThrow("forbidden");
    }
    for (const name of ["", "Pins", "a b", "x".repeat(33)]) {
      await expect(program.call("Record/get", { collection: name, ids: null })).rejects.toThrow(
        "invalidArguments",
      );
    }
  });

  it("of others are not there, and what is too large or no base64url is refused by itself", async () => {
    const { call, store } = await withBob();
    await call("Record/set", { create: { k: { id: "a", sealed: "AAAA" } } });
    const carol = trialJmap(recordMethods({ store }), callerOf(await openAccount(store, "carol")));
    expect(await carol.call("Record/get", { collection, ids: ["a"] })).toMatchObject({ notFound: ["a"] });
    const set = await call("Record/set", {
      create: {
        good: { id: "b", sealed: "BBBB" },
        large: { id: "c", sealed: "A".repeat(240_001) },
        odd: { id: "d", sealed: "not base64!" },
        name: { id: "a/b", sealed: "AAAA" },
      },
    });
    expect(Object.keys(set.created)).toEqual(["good"]);
    expect(Object.keys(set.notCreated).toSorted()).toEqual(["large", "name", "odd"]);
  });

  it("take of the account's room, which they give back", async () => {
    const { call, store, accountId } = await withBob();
    const used = async () => (await findAccount(store.read, accountId))?.usedBytes;
    await call("Record/set", { create: { k: { id: "a", sealed: "A".repeat(1_000) } } });
    expect(await used()).toBe(collection.length + 1 + 1_000);
    await call("Record/set", { update: { a: { revision: 2, sealed: "A".repeat(10) } } });
    expect(await used()).toBe(collection.length + 1 + 10);
    await call("Record/set", { destroy: ["a"] });
    expect(await used()).toBe(0);
    await store.write((tx) => setQuota(tx, "bob", 5_000));
    const set = await call("Record/set", {
      create: { fits: { id: "b", sealed: "A".repeat(4_000) }, not: { id: "c", sealed: "A".repeat(4_000) } },
    });
    expect(set).toMatchObject({ created: { fits: {} }, notCreated: { not: { type: "overQuota" } } });
  });

  it("are got by so many characters at once, and their sizes before them", async () => {
    const { call } = await withBob();
    const large = "A".repeat(240_000);
    for (let round = 0; round < 3; round++) {
      const create = Object.fromEntries(
        Array.from({ length: 10 }, (_, at) => [`k${at}`, { id: `r${round}-${at}`, sealed: large }]),
      );
      await call("Record/set", { create });
    }
    await expect(call("Record/get", { ids: null })).rejects.toThrow("requestTooLarge");
    const { list } = await call("Record/get", { ids: null, properties: ["size"] });
    expect(list).toHaveLength(30);
    const some = list.slice(0, 20).map(({ id }: { id: string }) => id);
    expect((await call("Record/get", { ids: some })).list).toHaveLength(20);
  });
});
