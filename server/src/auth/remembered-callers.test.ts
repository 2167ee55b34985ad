import { describe, expect, test } from "vitest";
import { HandClock } from "../env/hand-clock.ts";
import type { Caller } from "./caller.ts";
import { RememberedCallers } from "./remembered-callers.ts";

const alice: Caller = { accountId: 1, name: "alice", scopes: new Set(["read"]), sessionId: "phone" };
const script: Caller = { accountId: 1, name: "alice", scopes: new Set(["read"]), tokenId: "script" };
const bob: Caller = { accountId: 2, name: "bob", scopes: new Set(["read"]), sessionId: "laptop" };

function remembering(options?: { capacity?: number; maxMs?: number }) {
  const clock = new HandClock();
  const remembered = new RememberedCallers(clock, options);
  for (const [key, caller] of Object.entries({ alice, script, bob })) {
    remembered.remember(key, caller, 30_000, remembered.epoch);
  }
  const known = () => ["alice", "script", "bob"].filter((key) => remembered.find(key) !== undefined);
  return { clock, remembered, known };
}

describe("what is remembered", () => {
  test("lasts as long as the credential does", async () => {
    const { clock, remembered, known } = remembering();
    await clock.advance(29_999);
    expect(known()).toEqual(["alice", "script", "bob"]);
    await clock.advance(1);
    expect(known()).toEqual([]);
    expect(remembered.size).toBe(0);
  });

  test("lasts a minute at most, however long the credential does", async () => {
    const { clock, remembered } = remembering();
    remembered.remember("long", bob, 365 * 86_400_000, remembered.epoch);
    await clock.advance(59_999);
    expect(remembered.find("long")).toBe(bob);
    await clock.advance(1);
    expect(remembered.find("long")).toBeUndefined();
  });

  test("of a credential that has just ended is nothing", () => {
    const { remembered } = remembering();
    remembered.remember("over", bob, 0, remembered.epoch);
    remembered.remember("long over", bob, -1_000, remembered.epoch);
    expect([remembered.find("over"), remembered.find("long over")]).toEqual([undefined, undefined]);
  });

  test("ends with the session, and only that session", () => {
    const { remembered, known } = remembering();
    remembered.forgetSession("phone");
    expect(known()).toEqual(["script", "bob"]);
  });

  test("ends with the API token, and only that token", () => {
    const { remembered, known } = remembering();
    remembered.forgetApiToken("script");
    expect(known()).toEqual(["alice", "bob"]);
  });

  test("ends with the account, in whatever way it was used", () => {
    const { remembered, known } = remembering();
    remembered.forgetAccount(1);
    expect(known()).toEqual(["bob"]);
  });

  test("is not what was read from the store before something was revoked there", () => {
    const { remembered, known } = remembering();
    const before = remembered.epoch;
    remembered.forgetSession("laptop");
    remembered.remember("bob", bob, 30_000, before);
    expect(known()).toEqual(["alice", "script"]);
    remembered.remember("bob", bob, 30_000, remembered.epoch);
    expect(known()).toEqual(["alice", "script", "bob"]);
  });

  test("is no more than fits: a hundred thousand credentials leave room for the newest ones", () => {
    const { remembered } = remembering({ capacity: 100 });
    for (let count = 0; count < 100_000; count++) {
      remembered.remember(`key ${count}`, bob, 30_000, remembered.epoch);
    }
    expect(remembered.size).toBe(100);
    expect(remembered.find("key 99900")).toBe(bob);
    expect(remembered.find("key 99899")).toBeUndefined();
  });

  test("twice is remembered once, and drops nobody else", () => {
    const { remembered, known } = remembering({ capacity: 3 });
    remembered.remember("bob", bob, 30_000, remembered.epoch);
    expect(known()).toEqual(["alice", "script", "bob"]);
  });
});
