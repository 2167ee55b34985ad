import { formatSenderId } from "@posthorn/protocol";
import { expect, it } from "vitest";
import { forgetStrangers, mostDecided } from "../../objects/senders.ts";
import { letter, letterId, openAccount } from "../../objects/trial-mail.ts";
import { trialReceive } from "../../receive/trial-receive.ts";
import { eachStore, type OpenTestStore } from "../../store/each-store.ts";
import { saveSender, setScreens } from "../../store/sender-store.ts";
import { callerOf, methodsOn, trialJmap } from "./trial-jmap.ts";

function idOf(address: string): string {
  return formatSenderId(address) ?? "";
}

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
      now: () => room.clock.now(),
      async from(address: string, number: number) {
        const [id = "", host = ""] = address.split("@");
        await room.post(letter({ id: letterId(number), from: { id, host }, subject: `${number}` }), host);
      },
      async subjects(mailbox: string) {
        const { ids } = await jmap.call("Email/query", { filter: { inMailbox: mailbox } });
        const { list } = await jmap.call("Email/get", { ids, properties: ["subject"] });
        return list.map(({ subject }: { subject: string }) => subject).toSorted();
      },
      decide: (address: string, state: string | null) =>
        jmap.call("Sender/set", { update: { [idOf(address)]: { state } } }),
    };
  }

  it("are listed who ask, and of whom something was said, with everybody else first", async () => {
    const bob = await withBob();
    await bob.from("eve+news@b.test", 1);
    await bob.decide("*@c.test", "blocked");
    await bob.decide("zoe@d.test", "accepted");
    const at = "2026-11-24T00:00:00Z";
    const { list } = await bob.call("Sender/get");
    expect(list).toEqual([
      { id: "wKkAq", address: "*@*", state: "undecided", askedAt: null, decidedAt: null },
      { id: idOf("*@c.test"), address: "*@c.test", state: "blocked", askedAt: null, decidedAt: at },
      { id: idOf("eve@b.test"), address: "eve@b.test", state: "undecided", askedAt: at, decidedAt: null },
      { id: idOf("zoe@d.test"), address: "zoe@d.test", state: "accepted", askedAt: null, decidedAt: at },
    ]);
    for (const { id } of list) expect(id).toMatch(/^[A-Za-z0-9_-]{1,255}$/);
  });

  it("are decided of so many and no more, and who was decided of before can be decided of otherwise", async () => {
    const bob = await withBob();
    await bob.store.write(async (tx) => {
      for (let at = 1; at <= mostDecided; at++) {
        const friend = { host: "b.test", state: "accepted", askedAt: undefined, decidedAt: at } as const;
        await saveSender(tx, bob.accountId, { ...friend, address: `f${at}@b.test` });
      }
    });
    expect(await bob.decide("amy@b.test", "blocked")).toMatchObject({
      notUpdated: { [idOf("amy@b.test")]: { type: "overQuota" } },
    });
    expect(await bob.decide("f7@b.test", "blocked")).toMatchObject({ updated: { [idOf("f7@b.test")]: {} } });
    await bob.decide("f8@b.test", null);
    expect(await bob.decide("amy@b.test", "blocked")).toMatchObject({
      updated: { [idOf("amy@b.test")]: {} },
    });
  });

  it("are listed as far as one answer goes, those who asked last, and the others are found by their ids", async () => {
    const bob = await withBob();
    await bob.store.write(async (tx) => {
      for (let at = 1; at <= 500; at++) {
        const stranger = { host: "b.test", state: "undecided", decidedAt: undefined } as const;
        await saveSender(tx, bob.accountId, { ...stranger, address: `s${at}@b.test`, askedAt: at });
      }
    });
    await bob.decide("amy@b.test", "blocked");
    const { list } = await bob.call("Sender/get", { ids: null });
    const ids = list.map(({ address }: { address: string }) => address);
    expect([ids.length, ids[0]]).toEqual([500, "*@*"]);
    expect(["s500@b.test", "s2@b.test"].every((id) => ids.includes(id))).toBe(true);
    expect(["s1@b.test", "amy@b.test"].some((id) => ids.includes(id))).toBe(false);
    expect((await bob.call("Sender/get", { ids: [idOf("amy@b.test")] })).list).toMatchObject([
      { state: "blocked" },
    ]);
  });

  it("can be asked for by any address, by the one id that it has, and what is none is not there", async () => {
    const bob = await withBob();
    const none = ["eve@b.test", idOf("eve"), idOf("Eve@b.test"), idOf("eve+x@b.test"), `${idOf("*@")}=`, "w"];
    const { list, notFound } = await bob.call("Sender/get", { ids: [idOf("new@b.test"), ...none] });
    expect(list).toEqual([
      { id: idOf("new@b.test"), address: "new@b.test", state: "undecided", askedAt: null, decidedAt: null },
    ]);
    expect(notFound).toEqual(none);
    const { notUpdated } = await bob.call("Sender/set", { update: { [idOf("eve")]: { state: "accepted" } } });
    expect(notUpdated[idOf("eve")].type).toBe("notFound");
  });

  it("have an id that any client takes, however long their host is", async () => {
    const bob = await withBob();
    const host = `${Array(6).fill("a".repeat(38)).join(".")}.test`;
    await bob.from(`eve@${host}`, 1);
    const [, { id }] = (await bob.call("Sender/get")).list;
    expect(id).toMatch(/^x[A-Za-z0-9_-]{43}$/);
    await bob.call("Sender/set", { update: { [id]: { state: "accepted" } } });
    expect((await bob.call("Sender/get", { ids: [id] })).list).toMatchObject([
      { id, address: `eve@${host}`, state: "accepted" },
    ]);
    expect(await bob.subjects("f1")).toEqual(["1"]);
  });

  it("are told of as they ask, are decided of, are written to and are forgotten", async () => {
    const bob = await withBob();
    let state: string = (await bob.call("Sender/get", { ids: [] })).state;
    const changed = async () => {
      const { created, updated, destroyed, newState } = await bob.call("Sender/changes", {
        sinceState: state,
      });
      state = newState;
      return { created, updated, destroyed };
    };
    const [eve, zoe] = [idOf("eve@b.test"), idOf("zoe@d.test")];
    await bob.from("eve@b.test", 1);
    expect(await changed()).toEqual({ created: [eve], updated: [], destroyed: [] });
    await bob.decide("eve@b.test", "accepted");
    await bob.decide("zoe@d.test", "blocked");
    await bob.decide("*@*", "accepted");
    expect(await changed()).toEqual({ created: [zoe], updated: [eve, "wKkAq"], destroyed: [] });
    await bob.decide("zoe@d.test", null);
    expect(await changed()).toEqual({ created: [], updated: [], destroyed: [zoe] });
    expect(await changed()).toEqual({ created: [], updated: [], destroyed: [] });
  });

  it("are forgotten a month after they asked, once nothing of them waits and nobody has decided", async () => {
    const bob = await withBob();
    for (const [at, name] of ["gone+x", "waiting+x", "accepted", "blocked"].entries()) {
      await bob.from(`${name}@b${at}.test`, at);
    }
    await bob.decide("accepted@b2.test", "accepted");
    await bob.decide("blocked@b3.test", "blocked");
    const { ids } = await bob.call("Email/query", { filter: { subject: "0" } });
    await bob.call("Email/set", { destroy: ids });
    const { state } = await bob.call("Sender/get", { ids: [] });
    const forget = (before: number) =>
      bob.store.write((tx) =>
        forgetStrangers(tx, { after: { accountId: 0, address: "" }, before, limit: 100 }),
      );
    await forget(bob.now());
    expect((await bob.call("Sender/changes", { sinceState: state })).destroyed).toEqual([]);
    await forget(bob.now() + 1);
    expect((await bob.call("Sender/changes", { sinceState: state })).destroyed).toEqual([
      idOf("gone@b0.test"),
    ]);
    const left = (await bob.call("Sender/get")).list.map(({ address }: { address: string }) => address);
    expect(left).toEqual(["*@*", "accepted@b2.test", "blocked@b3.test", "waiting@b1.test"]);
  });

  it("come in once they are accepted, with what waits; clients hear of it", async () => {
    const bob = await withBob();
    await bob.from("eve@b.test", 1);
    expect([await bob.subjects("f1"), await bob.subjects("f8")]).toEqual([[], ["1"]]);
    const heard: string[][] = [];
    bob.store.onChanged((_, types) => heard.push([...types].toSorted()));
    const { state } = await bob.call("Sender/get", { ids: [] });
    expect((await bob.decide("eve@b.test", "accepted")).updated).toEqual({
      [idOf("eve@b.test")]: { decidedAt: "2026-11-24T00:00:00Z" },
    });
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
    expect((await bob.call("Sender/get", { ids: [idOf("eve@b.test")] })).list).toMatchObject([
      { state: "undecided" },
    ]);
  });

  it("wait or do not, as the account wants it", async () => {
    const bob = await withBob();
    await bob.from("eve@b.test", 1);
    await bob.decide("*@*", "accepted");
    await bob.from("zoe@c.test", 2);
    expect(await bob.subjects("f1")).toEqual(["1", "2"]);
    expect((await bob.call("Sender/get", { ids: ["wKkAq"] })).list).toMatchObject([{ state: "accepted" }]);
    await bob.decide("*@*", "undecided");
    await bob.from("amy@c.test", 3);
    expect(await bob.subjects("f8")).toEqual(["3"]);
    const { notUpdated } = await bob.decide("*@*", "blocked");
    expect(notUpdated.wKkAq).toMatchObject({ type: "invalidProperties", properties: ["state"] });
  });

  it("are neither made nor deleted", async () => {
    const bob = await withBob();
    const { notCreated, notDestroyed } = await bob.call("Sender/set", {
      create: { k: { state: "accepted" } },
      destroy: [idOf("eve@b.test")],
    });
    expect([notCreated.k.type, notDestroyed[idOf("eve@b.test")].type]).toEqual(["forbidden", "forbidden"]);
  });

  it("are those of another account there", async () => {
    const store = await open();
    const bob = await withBob(async () => store);
    const carol = trialJmap(methodsOn(store), callerOf(await openAccount(store, "carol")));
    await bob.from("eve@b.test", 1);
    await carol.call("Sender/set", { update: { [idOf("eve@b.test")]: { state: "accepted" } } });
    expect(await bob.subjects("f8")).toEqual(["1"]);
  });
});
