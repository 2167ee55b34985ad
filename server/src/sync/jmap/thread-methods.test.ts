import { expect, it } from "vitest";
import { letter, letterId, openAccount, putIn } from "../../objects/trial-mail.ts";
import { eachStore } from "../../store/each-store.ts";
import type { Store } from "../../store/sql.ts";
import { callerOf, methodsOn, trialJmap } from "./trial-jmap.ts";

async function bobOn(store: Store) {
  const accountId = await openAccount(store, "bob");
  const put = (number: number, thread?: number) => {
    const answering = thread === undefined ? {} : { thread: letterId(thread), inReplyTo: letterId(thread) };
    return putIn(store, accountId, letter({ id: letterId(number), ...answering }));
  };
  return { store, put, ...trialJmap(methodsOn(store), callerOf(accountId)) };
}

const thread = (number: number) => `t${letterId(number)}`;

eachStore("Thread", (open) => {
  it("has its messages in the order they came, and is not found when it has none (RFC 8621 §3.3)", async () => {
    const { call, put } = await bobOn(await open());
    await put(1);
    await put(2);
    await put(3, 1);
    const ids = [thread(1), thread(2), thread(9), "m1", "t"];
    expect(await call("Thread/get", { ids })).toMatchObject({
      state: "3",
      list: [
        { id: thread(1), emailIds: ["m1", "m3"] },
        { id: thread(2), emailIds: ["m2"] },
      ],
      notFound: [thread(9), "m1", "t"],
    });
    expect((await call("Thread/get", { ids: null })).list).toHaveLength(2);
  });

  it("has changed when messages came to it or went, and not when they were marked or moved", async () => {
    const { call, put } = await bobOn(await open());
    await put(1);
    await put(2);
    const changes = async (sinceState: string) => {
      const { created, updated, destroyed } = await call("Thread/changes", { sinceState });
      return { created, updated, destroyed };
    };
    const none = { created: [], updated: [], destroyed: [] };
    expect(await changes("0")).toEqual({ ...none, created: [thread(1), thread(2)] });
    await call("Email/set", { update: { m1: { "keywords/$seen": true, mailboxIds: { f4: true } } } });
    expect(await changes("2")).toEqual(none);
    await put(4, 1);
    await put(5, 5);
    expect(await changes("3")).toEqual({ ...none, created: [thread(5)], updated: [thread(1)] });
    await call("Email/set", { destroy: ["m1", "m2", "m5"] });
    expect(await changes("5")).toEqual({
      ...none,
      updated: [thread(1)],
      destroyed: [thread(2), thread(5)],
    });
    expect(await changes("0")).toEqual({ ...none, created: [thread(1)] });
    expect(await changes("8")).toEqual(none);
  });

  it("that was gone and began anew has changed", async () => {
    const { call, put } = await bobOn(await open());
    await put(1);
    await call("Email/set", { destroy: ["m1"] });
    await put(2, 1);
    expect(await call("Thread/changes", { sinceState: "1" })).toMatchObject({
      created: [],
      updated: [thread(1)],
      destroyed: [],
    });
  });

  it("is told of in steps", async () => {
    const { call, put } = await bobOn(await open());
    for (const number of [1, 2, 3]) await put(number);
    const first = await call("Thread/changes", { sinceState: "0", maxChanges: 2 });
    expect(first).toMatchObject({ created: [thread(1), thread(2)], newState: "2", hasMoreChanges: true });
    expect(await call("Thread/changes", { sinceState: "2", maxChanges: 2 })).toMatchObject({
      created: [thread(3)],
      newState: "3",
      hasMoreChanges: false,
    });
  });
});
