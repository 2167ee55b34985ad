import { generateSigningKey, importVerifyKey } from "@posthorn/crypto";
import { expect, test } from "vitest";
import { HandClock } from "../env/hand-clock.ts";
import { Budgets } from "../http/budgets.ts";
import { admitting, findingKeys } from "./admit.ts";

const { publicKey } = await generateSigningKey(new Uint8Array(32).fill(1));
const key = await importVerifyKey(publicKey);

test("a blocked host is told that it is blocked, and any other comes in", async () => {
  const admit = admitting(async (host) => (host === "b.test" ? "block" : "allow"));
  await expect(admit("b.test")).rejects.toMatchObject({ problem: { code: "peerBlocked", status: 403 } });
  await admit("sub.b.test");
  await admit("c.test");
});

test("strangers are looked up on the account of who names them, acquaintances for nothing (CVE-2026-69132, B1)", async () => {
  const clock = new HandClock();
  const lookUps = new Budgets(clock, { capacity: 2, refillPerS: 1 / 10, maxKeys: 10 });
  const asked: string[] = [];
  const find = findingKeys(
    {
      isKnown: async (host) => host === "known.test",
      async findKey(host, keyId, doubt) {
        if (doubt?.mayAsk?.() === false) return undefined;
        asked.push(`${host}/${keyId}`);
        return host === "known.test" ? key : undefined;
      },
    },
    (address) => lookUps.take(address),
  );
  expect(await find("one.test", "k", "192.0.2.1")).toBeUndefined();
  expect(await find("two.test", "k", "192.0.2.1")).toBeUndefined();
  await expect(find("three.test", "k", "192.0.2.1")).rejects.toMatchObject({
    problem: { code: "rateLimited", retryAfterS: 10 },
  });
  expect(await find("known.test", "k", "192.0.2.1")).toBe(key);
  expect(await find("three.test", "k", "192.0.2.2")).toBeUndefined();
  expect(asked).toEqual(["one.test/k", "two.test/k", "known.test/k", "three.test/k"]);
  // Also acquaintances are asked again, for a key that did not fit, on the account of who used it.
  expect(await find("known.test", "k", "192.0.2.2", key)).toBe(key);
  expect(await find("known.test", "k", "192.0.2.2", key)).toBeUndefined();
  expect(asked.slice(4)).toEqual(["known.test/k"]);
  await clock.advance(10_000);
  await find("four.test", "k", "192.0.2.1");
  expect(asked).toContain("four.test/k");
});
