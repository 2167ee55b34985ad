import { expect, it } from "vitest";
import { openAccount } from "../../objects/trial-mail.ts";
import { eachStore } from "../../store/each-store.ts";
import { callerOf, methodsOn, trialJmap } from "./trial-jmap.ts";

const nothing = {
  id: "singleton",
  isEnabled: false,
  fromDate: null,
  toDate: null,
  subject: null,
  textBody: null,
  htmlBody: null,
};

eachStore("the answer in an owner's absence, over JMAP", (open) => {
  async function withBob(scopes?: Parameters<typeof callerOf>[1]) {
    const store = await open();
    const accountId = await openAccount(store, "bob");
    return { store, ...trialJmap(methodsOn(store), callerOf(accountId, scopes)) };
  }

  it("is there from the beginning, and switched off", async () => {
    const bob = await withBob();
    expect((await bob.call("VacationResponse/get")).list).toEqual([nothing]);
    const { list, notFound } = await bob.call("VacationResponse/get", { ids: ["singleton", "other"] });
    expect([list, notFound]).toEqual([[nothing], ["other"]]);
  });

  it("is what its owner makes it, and clients hear of it", async () => {
    const bob = await withBob();
    const heard: string[] = [];
    bob.store.onChanged((_, types) => heard.push(...types));
    const change = {
      isEnabled: true,
      fromDate: "2026-12-01T00:00:00Z",
      toDate: "2027-01-01T00:00:00+01:00",
      textBody: "Away.",
    };
    const { updated } = await bob.call("VacationResponse/set", { update: { singleton: change } });
    expect(updated).toEqual({ singleton: null });
    expect(heard).toEqual(["VacationResponse"]);
    expect((await bob.call("VacationResponse/get")).list).toEqual([
      { ...nothing, ...change, toDate: "2026-12-31T23:00:00Z" },
    ]);
    await bob.call("VacationResponse/set", { update: { singleton: { isEnabled: null, fromDate: null } } });
    expect((await bob.call("VacationResponse/get")).list).toMatchObject([
      { isEnabled: false, fromDate: null },
    ]);
  });

  it("is refused with what is no date, and is neither made nor destroyed", async () => {
    const bob = await withBob();
    const { notUpdated, notCreated, notDestroyed } = await bob.call("VacationResponse/set", {
      create: { k: { isEnabled: true } },
      update: { singleton: { toDate: "next week" } },
      destroy: ["other"],
    });
    expect(notUpdated.singleton).toMatchObject({ type: "invalidProperties", properties: ["toDate"] });
    expect([notCreated.k.type, notDestroyed.other.type]).toEqual(["singleton", "singleton"]);
  });

  it("is changed by a token that may send, because that is what it does", async () => {
    const bob = await withBob(["read", "draft"]);
    const args = { accountId: bob.id, update: { singleton: { isEnabled: true } } };
    const [answer] = await bob.ask([["VacationResponse/set", args, "0"]]);
    expect(answer).toMatchObject(["error", { type: "forbidden" }, "0"]);
  });
});
