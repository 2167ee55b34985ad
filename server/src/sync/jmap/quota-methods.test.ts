import { expect, it } from "vitest";
import { letter, openAccount, putIn } from "../../objects/trial-mail.ts";
import { setQuota } from "../../store/account-store.ts";
import { eachStore } from "../../store/each-store.ts";
import { callerOf, methodsOn, trialJmap } from "./trial-jmap.ts";

eachStore("the room of an account over JMAP", (open) => {
  async function withBob() {
    const store = await open();
    const accountId = await openAccount(store, "bob", 1_000_000);
    return { store, accountId, ...trialJmap(methodsOn(store), callerOf(accountId)) };
  }

  it("is one quota, of what is used and what there is (RFC 9425 §4, §5.1)", async () => {
    const bob = await withBob();
    const { bytes } = letter();
    await putIn(bob.store, bob.accountId, letter());
    const { list, notFound } = await bob.call("Quota/get", { ids: ["octets", "count"] });
    expect(list).toEqual([
      {
        id: "octets",
        resourceType: "octets",
        scope: "account",
        name: "Storage",
        types: ["Email", "Record"],
        used: bytes.length,
        hardLimit: 1_000_000,
        description: expect.any(String),
      },
    ]);
    expect(notFound).toEqual(["count"]);
  });

  it("has changed in what is used when a message came, and in anything when the operator gave it more", async () => {
    const bob = await withBob();
    const { state } = await bob.call("Quota/get");
    expect(await bob.call("Quota/changes", { sinceState: state })).toMatchObject({ updated: [] });
    await putIn(bob.store, bob.accountId, letter());
    const first = await bob.call("Quota/changes", { sinceState: state });
    expect(first).toMatchObject({ updated: ["octets"], updatedProperties: ["used"], created: [] });
    await bob.store.write((tx) => setQuota(tx, "bob", 2_000_000));
    const second = await bob.call("Quota/changes", { sinceState: first.newState });
    expect(second).toMatchObject({ updated: ["octets"], updatedProperties: null });
    expect((await bob.call("Quota/get")).list).toMatchObject([{ hardLimit: 2_000_000 }]);
  });

  it("is asked for what has changed of it, in one request (RFC 9425 §5.2)", async () => {
    const bob = await withBob();
    const all = await bob.call("Quota/get", { ids: null });
    expect(all).toMatchObject({ accountId: bob.id, list: [{ id: "octets", used: 0 }], notFound: [] });
    await putIn(bob.store, bob.accountId, letter());
    const ref = (path: string) => ({ resultOf: "0", name: "Quota/changes", path });
    const [changes, got] = await bob.ask([
      ["Quota/changes", { accountId: bob.id, sinceState: all.state, maxChanges: 20 }, "0"],
      [
        "Quota/get",
        { accountId: bob.id, "#ids": ref("/updated"), "#properties": ref("/updatedProperties") },
        "1",
      ],
    ]);
    expect(changes[1]).toMatchObject({
      oldState: all.state,
      hasMoreChanges: false,
      updatedProperties: ["used"],
      created: [],
      updated: ["octets"],
      destroyed: [],
    });
    expect(got[1].list).toEqual([{ id: "octets", used: letter().bytes.length }]);
  });

  it("is heard of when the operator has changed it", async () => {
    const bob = await withBob();
    const heard: string[] = [];
    bob.store.onChanged((_, types) => heard.push(...types));
    expect(await bob.store.write((tx) => setQuota(tx, "bob", 2_000_000))).toBe(true);
    expect(await bob.store.write((tx) => setQuota(tx, "nobody", 2_000_000))).toBe(false);
    expect(heard).toEqual(["Quota"]);
  });

  it("is found by what RFC 9425 §4.4 has", async () => {
    const bob = await withBob();
    const ids = async (filter: object) => (await bob.call("Quota/query", { filter })).ids;
    for (const filter of [
      {},
      { name: "Stor" },
      { scope: "account" },
      { resourceType: "octets" },
      { type: "Email" },
    ]) {
      expect(await ids(filter)).toEqual(["octets"]);
    }
    for (const filter of [
      { name: "x" },
      { scope: "global" },
      { resourceType: "count" },
      { type: "Mailbox" },
    ]) {
      expect(await ids(filter)).toEqual([]);
    }
    const { queryState } = await bob.call("Quota/query", { sort: [{ property: "used" }] });
    const changed = await bob.call("Quota/queryChanges", {
      sinceQueryState: queryState,
      calculateTotal: true,
    });
    expect(changed).toMatchObject({ added: [], removed: [], total: 1 });
  });
});
