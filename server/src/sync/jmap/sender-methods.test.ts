import { expect, it } from "vitest";
import { letter, letterId, openAccount } from "../../objects/trial-mail.ts";
import { trialReceive } from "../../receive/trial-receive.ts";
import { eachStore, type OpenTestStore } from "../../store/each-store.ts";
import { saveSender, setScreens } from "../../store/sender-store.ts";
import { callerOf, methodsOn, trialJmap } from "./trial-jmap.ts";

eachStore("those who write, over JMAP", (open) => {
  async function withBob(openStore: OpenTestStore = open) {
    const store = await openStore();
    const accountId = await openAccount(store, "bob", 10_000_000);
    await store.write((tx) => setScreens(tx, accountId, true));
    const room = trialReceive(store);
    const jmap = trialJmap(methodsOn(store, { clock: room.clock }), callerOf(accountId));
    return {
      store,
      accountId,
      ...jmap,
      async from(address: string, number: number) {
        const [id = "", host = ""] = address.split("@");
        await room.post(letter({ id: letterId(number), from: { id, host }, subject: `${number}` }), host);
      },
      async subjects(mailbox: string) {
        const { ids } = await jmap.call("Email/query", { filter: { inMailbox: mailbox } });
        const { list } = await jmap.call("Email/get", { ids, properties: ["subject"] });
        return list.map(({ subject }: { subject: string }) => subject).toSorted();
      },
      decide: (id: string, state: string | null) => jmap.call("Sender/set", { update: { [id]: { state } } }),
    };
  }

  it("are listed who ask, and of whom something was said, with everybody else first", async () => {
    const bob = await withBob();
    await bob.from("eve+news@b.test", 1);
    await bob.decide("*@c.test", "blocked");
    await bob.decide("Zoe@D.test", "accepted");
    expect((await bob.call("Sender/get")).list).toEqual([
      { id: "*@*", state: "undecided", askedAt: null },
      { id: "*@c.test", state: "blocked", askedAt: null },
      { id: "eve@b.test", state: "undecided", askedAt: "2026-11-24T00:00:00Z" },
      { id: "zoe@d.test", state: "accepted", askedAt: null },
    ]);
  });

  it("are listed as far as one answer goes, those who asked last, and the others are found by their ids", async () => {
    const bob = await withBob();
    await bob.store.write(async (tx) => {
      for (let at = 1; at <= 500; at++) {
        const sender = { address: `s${at}@b.test`, host: "b.test", state: "undecided", askedAt: at } as const;
        await saveSender(tx, bob.accountId, sender);
      }
    });
    await bob.decide("amy@b.test", "blocked");
    const { list } = await bob.call("Sender/get", { ids: null });
    const ids = list.map(({ id }: { id: string }) => id);
    expect([ids.length, ids[0]]).toEqual([500, "*@*"]);
    expect(["s500@b.test", "s2@b.test"].every((id) => ids.includes(id))).toBe(true);
    expect(["s1@b.test", "amy@b.test"].some((id) => ids.includes(id))).toBe(false);
    expect((await bob.call("Sender/get", { ids: ["amy@b.test"] })).list).toMatchObject([
      { state: "blocked" },
    ]);
  });

  it("can be asked for by any address, and what is none is not there", async () => {
    const bob = await withBob();
    const { list, notFound } = await bob.call("Sender/get", {
      ids: ["new@b.test", "Eve@b.test", "eve", "*@", "*"],
    });
    expect(list).toEqual([
      { id: "new@b.test", state: "undecided", askedAt: null },
      { id: "Eve@b.test", state: "undecided", askedAt: null },
    ]);
    expect(notFound).toEqual(["eve", "*@", "*"]);
    const { notUpdated } = await bob.decide("eve", "accepted");
    expect(notUpdated.eve.type).toBe("notFound");
  });

  it("come in once they are accepted, with what waits; clients hear of it", async () => {
    const bob = await withBob();
    await bob.from("eve@b.test", 1);
    expect([await bob.subjects("f1"), await bob.subjects("f8")]).toEqual([[], ["1"]]);
    const heard: string[][] = [];
    bob.store.onChanged((_, types) => heard.push([...types].toSorted()));
    const { state } = await bob.call("Sender/get", { ids: [] });
    expect((await bob.decide("eve@b.test", "accepted")).updated).toEqual({ "eve@b.test": null });
    expect(heard).toEqual([["Email", "Mailbox", "Sender"]]);
    expect([await bob.subjects("f1"), await bob.subjects("f8")]).toEqual([["1"], []]);
    const [late] = await bob.ask([["Sender/set", { accountId: bob.id, ifInState: state, update: {} }, "0"]]);
    expect(late).toMatchObject(["error", { type: "stateMismatch" }, "0"]);
  });

  it("are kept from sight once they are blocked, and wait again when that is taken back", async () => {
    const bob = await withBob();
    await bob.from("eve@b.test", 1);
    await bob.decide("eve@b.test", "blocked");
    expect(await bob.subjects("f5")).toEqual(["1"]);
    await bob.decide("eve@b.test", null);
    expect((await bob.call("Sender/get", { ids: ["eve@b.test"] })).list).toMatchObject([
      { state: "undecided" },
    ]);
  });

  it("wait or do not, as the account wants it", async () => {
    const bob = await withBob();
    await bob.from("eve@b.test", 1);
    await bob.decide("*@*", "accepted");
    await bob.from("zoe@c.test", 2);
    expect(await bob.subjects("f1")).toEqual(["1", "2"]);
    expect((await bob.call("Sender/get", { ids: ["*@*"] })).list).toMatchObject([{ state: "accepted" }]);
    await bob.decide("*@*", "undecided");
    await bob.from("amy@c.test", 3);
    expect(await bob.subjects("f8")).toEqual(["3"]);
    const { notUpdated } = await bob.decide("*@*", "blocked");
    expect(notUpdated["*@*"]).toMatchObject({ type: "invalidProperties", properties: ["state"] });
  });

  it("are neither made nor deleted", async () => {
    const bob = await withBob();
    const { notCreated, notDestroyed } = await bob.call("Sender/set", {
      create: { k: { state: "accepted" } },
      destroy: ["eve@b.test"],
    });
    expect([notCreated.k.type, notDestroyed["eve@b.test"].type]).toEqual(["forbidden", "forbidden"]);
  });

  it("are those of another account there", async () => {
    const store = await open();
    const bob = await withBob(async () => store);
    const carol = trialJmap(methodsOn(store), callerOf(await openAccount(store, "carol")));
    await bob.from("eve@b.test", 1);
    await carol.call("Sender/set", { update: { "eve@b.test": { state: "accepted" } } });
    expect(await bob.subjects("f8")).toEqual(["1"]);
  });
});
