import { expect, it } from "vitest";
import { openAccount } from "../../objects/trial-mail.ts";
import { eachStore } from "../../store/each-store.ts";
import { identityMethods } from "./identity-methods.ts";
import { callerOf, trialJmap } from "./trial-jmap.ts";

const own = {
  id: "i1",
  name: "",
  email: "bob@a.test",
  replyTo: null,
  bcc: null,
  textSignature: "",
  htmlSignature: "",
  mayDelete: false,
};

eachStore("identities over JMAP", (open) => {
  async function withBob(scopes?: Parameters<typeof callerOf>[1]) {
    const store = await open();
    const accountId = await openAccount(store, "bob");
    return trialJmap(identityMethods({ store, host: "a.test" }), callerOf(accountId, scopes));
  }

  it("begin with the account's own address, which stays", async () => {
    const bob = await withBob();
    expect((await bob.call("Identity/get")).list).toEqual([own]);
    const { notDestroyed } = await bob.call("Identity/set", { destroy: ["i1"] });
    expect(notDestroyed.i1).toMatchObject({ type: "forbidden" });
    expect((await bob.call("Identity/get", { ids: ["i1", "i9", "f1"] })).notFound).toEqual(["i9", "f1"]);
  });

  it("are told of as changed, the first one too", async () => {
    const bob = await withBob();
    const { state } = await bob.call("Identity/get");
    const { updated } = await bob.call("Identity/set", {
      update: { i1: { name: "Bob", textSignature: "Bob" } },
    });
    expect(updated).toEqual({ i1: null });
    const changed = await bob.call("Identity/changes", { sinceState: state });
    expect(changed).toMatchObject({ created: [], updated: ["i1"], destroyed: [] });
    expect((await bob.call("Identity/get")).list).toEqual([{ ...own, name: "Bob", textSignature: "Bob" }]);
  });

  it("are made for the address with a tag, changed and destroyed", async () => {
    const bob = await withBob();
    const { state } = await bob.call("Identity/get");
    const replyTo = [{ name: "Shop", email: "shop@b.test" }];
    const { created } = await bob.call("Identity/set", {
      create: { k: { email: "Bob+Shop@a.test", name: "Bob's shop", replyTo } },
    });
    const { id } = created.k;
    expect(created.k).toMatchObject({
      email: "bob+shop@a.test",
      mayDelete: true,
      bcc: null,
      textSignature: "",
    });
    expect(created.k).not.toHaveProperty("name");
    expect((await bob.call("Identity/get", { ids: [id] })).list).toEqual([
      { ...own, id, email: "bob+shop@a.test", name: "Bob's shop", replyTo, mayDelete: true },
    ]);
    await bob.call("Identity/set", { update: { [id]: { replyTo: null, name: null } } });
    expect((await bob.call("Identity/get", { ids: [id] })).list).toMatchObject([{ replyTo: null, name: "" }]);
    const between = await bob.call("Identity/changes", { sinceState: state });
    expect(between).toMatchObject({ created: [id], updated: [] });
    expect((await bob.call("Identity/set", { destroy: [id] })).destroyed).toEqual([id]);
    expect((await bob.call("Identity/get")).list).toEqual([own]);
    const after = await bob.call("Identity/changes", { sinceState: between.newState });
    expect(after).toMatchObject({ destroyed: [id] });
  });

  it.each(["carol@a.test", "bob@b.test", "bob.shop@a.test", "bobby@a.test", "*@a.test", "bob"])(
    "are not made for what is not the account's own: %s",
    async (email) => {
      const bob = await withBob();
      const { notCreated } = await bob.call("Identity/set", { create: { k: { email } } });
      expect(notCreated.k.type).toBe("forbiddenFrom");
      expect(notCreated.k.description).toContain("bob@a.test");
    },
  );

  it("keep the address they were made for", async () => {
    const bob = await withBob();
    const { notUpdated } = await bob.call("Identity/set", { update: { i1: { email: "bob+x@a.test" } } });
    expect(notUpdated.i1).toMatchObject({ type: "invalidProperties", properties: ["email"] });
    expect((await bob.call("Identity/set", { update: { i1: { email: "bob@a.test" } } })).updated).toEqual({
      i1: null,
    });
  });

  it("are a hundred at most", async () => {
    const bob = await withBob();
    const make = (from: number, count: number) =>
      bob.call("Identity/set", {
        create: Object.fromEntries(
          Array.from({ length: count }, (_, at) => [`k${at}`, { email: `bob+${from + at}@a.test` }]),
        ),
      });
    expect(Object.keys((await make(0, 100)).created)).toHaveLength(100);
    expect((await make(100, 1)).notCreated.k0.type).toBe("overQuota");
  });

  it("of another account are not there", async () => {
    const store = await open();
    const methods = identityMethods({ store, host: "a.test" });
    const carol = trialJmap(methods, callerOf(await openAccount(store, "carol")));
    const bob = trialJmap(methods, callerOf(await openAccount(store, "bob")));
    const { created } = await bob.call("Identity/set", { create: { k: { email: "bob+x@a.test" } } });
    expect((await carol.call("Identity/get", { ids: [created.k.id] })).notFound).toEqual([created.k.id]);
    expect((await carol.call("Identity/set", { destroy: [created.k.id] })).notDestroyed).toMatchObject({
      [created.k.id]: { type: "notFound" },
    });
  });

  it("are read with a token to read, and written with none less than to write", async () => {
    const bob = await withBob(["read"]);
    expect((await bob.call("Identity/get")).list).toHaveLength(1);
    const [answer] = await bob.ask([["Identity/set", { accountId: bob.id }, "0"]]);
    expect(answer).toMatchObject(["error", { type: "forbidden" }, "0"]);
  });
});
