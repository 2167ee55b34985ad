import { formatSenderId } from "@posthorn/protocol";
import { expect, it } from "vitest";
import { openAccount } from "../../objects/trial-mail.ts";
import { eachStore, type OpenTestStore } from "../../store/each-store.ts";
import { saveSender, setScreens } from "../../store/sender-store.ts";
import { type Answer, callerOf, methodsOn, trialJmap } from "./trial-jmap.ts";

const [everybody, amy, eve, zoe] = ["*@*", "amy@b.test", "eve@c.test", "zoe@b.test"].map(
  (address) => formatSenderId(address) ?? "",
);

async function withBob(open: OpenTestStore) {
  const store = await open();
  const accountId = await openAccount(store, "bob", 10_000_000);
  await store.write(async (tx) => {
    await setScreens(tx, accountId, true);
    const known = { askedAt: undefined, decidedAt: undefined };
    await saveSender(tx, accountId, {
      ...known,
      address: "zoe@b.test",
      host: "b.test",
      state: "undecided",
      askedAt: 3,
    });
    await saveSender(tx, accountId, {
      ...known,
      address: "amy@b.test",
      host: "b.test",
      state: "undecided",
      askedAt: 1,
    });
    await saveSender(tx, accountId, {
      ...known,
      address: "eve@c.test",
      host: "c.test",
      state: "blocked",
      decidedAt: 2,
    });
    await saveSender(tx, accountId, { ...known, address: "pal@c.test", host: "c.test", state: "written" });
  });
  return trialJmap(methodsOn(store), callerOf(accountId));
}

eachStore("looking for those who write, over JMAP", (open) => {
  it.each([
    [{}, [everybody, amy, eve, zoe]],
    [{ filter: { state: "undecided", hasAsked: true } }, [amy, zoe]],
    [{ filter: { operator: "NOT", conditions: [{ state: "blocked" }] } }, [everybody, amy, zoe]],
    [{ filter: { address: "B.Test" }, sort: [{ property: "askedAt", isAscending: false }] }, [zoe, amy]],
    [
      { sort: [{ property: "decidedAt", isAscending: false }, { property: "address" }] },
      [eve, everybody, amy, zoe],
    ],
    [{ position: 1, limit: 2 }, [amy, eve]],
    [{ anchor: zoe, anchorOffset: -1 }, [eve, zoe]],
  ])("finds %j", async (args, ids) => {
    const bob = await withBob(open);
    expect((await bob.call("Sender/query", args)).ids).toEqual(ids);
  });

  it("tells what has changed of it since", async () => {
    const bob = await withBob(open);
    const waiting = { filter: { state: "undecided", hasAsked: true } };
    const { queryState, total } = await bob.call("Sender/query", { ...waiting, calculateTotal: true });
    expect(total).toBe(2);
    await bob.call("Sender/set", { update: { [amy ?? ""]: { state: "accepted" } } });
    const changes: Answer = await bob.call("Sender/queryChanges", {
      ...waiting,
      sinceQueryState: queryState,
      calculateTotal: true,
    });
    expect(changes).toMatchObject({ total: 1, removed: [amy], added: [] });
    const again = { ...waiting, sinceQueryState: changes.newQueryState };
    await bob.call("Sender/set", { update: { [amy ?? ""]: { state: null } } });
    expect(await bob.call("Sender/queryChanges", again)).toMatchObject({
      removed: [amy],
      added: [{ id: amy, index: 0 }],
    });
    const [refused] = await bob.ask([
      ["Sender/queryChanges", { accountId: bob.id, ...waiting, sinceQueryState: "999" }, "0"],
    ]);
    expect(refused[1].type).toBe("cannotCalculateChanges");
  });
});
