/** How a push subscription fares with services that fail, servers that stop, and its end. */
import { expect, it, vi } from "vitest";
import { openEgress } from "../env/egress.ts";
import { HandClock } from "../env/hand-clock.ts";
import { deleteApiToken, endSession } from "../store/auth-store.ts";
import { eachStore } from "../store/each-store.ts";
import { findPushSubscription } from "../store/push-store.ts";
import { PushSender } from "./push-sender.ts";
import { change, now } from "./trial-changes.ts";
import { openTrialPush, subscribe } from "./trial-push.ts";
import { beginPush, hourMs, inTime, isGone, isOf, settled, started, told, until } from "./trial-push-told.ts";
import { vapidKeyOf } from "./web-push.ts";

eachStore("a push subscription in trouble", (open) => {
  const begin = () => beginPush(open());

  it.each([
    ["429", { status: 429 } as const],
    ["503", { status: 503 } as const],
    ["nothing", "silence" as const],
    ["a redirect", { status: 307 } as const],
  ])(
    "is told again, ever more rarely, when the service answers %s, and then of all at once",
    async (_, answer) => {
      const { store, push } = await begin();
      await subscribe(store);
      push.answer = answer;
      await started(store, push);
      await change(store, 1, "Mailbox");
      await until(() => push.received.length === 1);
      await settled(store);
      for (let minute = 0; minute < 60; minute++) {
        await push.clock.advance(60_000);
        await settled(store);
      }
      const inFirstHour = push.received.length;
      expect(inFirstHour).toBeGreaterThan(4);
      expect(inFirstHour).toBeLessThan(15);
      await change(store, 1, "Rule");
      push.answer = { status: 201 };
      await inTime({ store, push, withinMs: 2 * hourMs }, () => told(push).some(isOf("2")));
      const since = told(push).slice(inFirstHour);
      expect(new Set(since.flatMap((types) => Object.keys(types)))).toEqual(new Set(["Mailbox", "Rule"]));
      expect(since.length).toBeLessThan(3);
      await push.sender.close();
    },
  );

  it("is let alone for as long as the service asks", async () => {
    const { store, push } = await begin();
    await subscribe(store);
    push.answer = { status: 429, retryAfter: "1800" };
    await started(store, push);
    await change(store, 1, "Mailbox");
    await until(() => push.received.length === 1);
    await vi.waitFor(async () =>
      expect(await findPushSubscription(store.read, "w1")).toMatchObject({ failures: 1 }),
    );
    await change(store, 1, "Rule");
    await push.clock.advance(1_790_000);
    await settled(store);
    expect(push.received).toHaveLength(1);
    await inTime({ store, push, withinMs: 300_000 }, () => push.received.length === 2);
    await push.sender.close();
  });

  it.each([404, 410])("is gone when the service answers %i", async (status) => {
    const { store, push } = await begin();
    await subscribe(store);
    push.answer = { status };
    await started(store, push);
    await change(store, 1, "Mailbox");
    await until(() => push.received.length === 1);
    await vi.waitFor(async () => expect(await isGone(store, "w1")).toBe(true), 20_000);
    await change(store, 1, "Mailbox");
    await push.clock.advance(hourMs);
    expect(push.received).toHaveLength(1);
    await push.sender.close();
  });

  it("is told after a restart what it was not told before, also when it was to wait for it", async () => {
    const { store, push } = await begin();
    await subscribe(store);
    await subscribe(store, { id: "w2", url: "https://push.test/p/2" });
    push.answer = { status: 503 };
    await started(store, push);
    await change(store, 1, "Mailbox");
    await until(() => push.received.length === 2);
    await settled(store);
    await push.sender.close();
    await change(store, 1, "Rule");
    const after = openTrialPush(store, push.clock);
    await started(store, after);
    await inTime({ store, push: after, withinMs: 60_000 }, () => after.received.length === 2);
    expect(told(after)).toEqual([
      { Mailbox: "2", Rule: "2" },
      { Mailbox: "2", Rule: "2" },
    ]);
    await after.sender.close();
    const third = openTrialPush(store, push.clock);
    await started(store, third);
    await third.clock.advance(hourMs);
    expect(third.received).toEqual([]);
    await third.sender.close();
  });

  it("is told once more, and not forgotten, when the server died while it was told", async () => {
    const { store, push } = await begin();
    await subscribe(store);
    push.gate = new Promise(() => undefined);
    await started(store, push);
    await change(store, 1, "Mailbox");
    await until(() => push.received.length === 1);
    await push.sender.close();
    const after = openTrialPush(store, push.clock);
    await started(store, after);
    await inTime({ store, push: after, withinMs: 5 * 60_000 }, () => after.received.length === 1);
    await after.sender.close();
  });

  it("hears nothing after its time, and is removed", async () => {
    const { store, push } = await begin();
    await subscribe(store, { expiresAt: now + hourMs });
    await started(store, push);
    await push.clock.advance(hourMs + 1_000);
    await change(store, 1, "Mailbox");
    await inTime({ store, push, withinMs: 2 * hourMs }, () => isGone(store, "w1"));
    expect(push.received).toEqual([]);
    await push.sender.close();
  });

  it("goes with the sign-in or token it was made by, before anything more is told", async () => {
    const { store, push } = await begin();
    await subscribe(store);
    await subscribe(store, { id: "w2", credentialId: "t1", url: "https://push.test/p/2" });
    await started(store, push);
    await store.write((tx) => endSession(tx, 1, "s1", "revoked"));
    await change(store, 1, "Mailbox");
    await until(() => push.received.length === 1);
    await vi.waitFor(async () => expect(await isGone(store, "w1")).toBe(true), 20_000);
    expect(push.received[0]?.url).toBe("https://push.test/p/2");
    await store.write((tx) => deleteApiToken(tx, 1, "t1"));
    await inTime({ store, push, withinMs: 2 * hourMs }, () => isGone(store, "w2"));
    expect(push.received).toHaveLength(1);
    await push.sender.close();
  });

  it.each(["127.0.0.1", "169.254.169.254", "10.0.0.1", "::1", "::ffff:192.168.0.1"])(
    "makes this server reach nothing inside, as Synapse did (CVE-2021-21273): a name that leads to %s",
    async (address) => {
      const { store } = await begin();
      const clock = new HandClock(now);
      const resolved: string[] = [];
      const egress = openEgress({
        clock,
        resolver: {
          async resolve(host) {
            resolved.push(host);
            return [address];
          },
        },
        effect: () => undefined,
      });
      const results: unknown[] = [];
      const sender = new PushSender({
        store,
        clock,
        random: { bytes: (length) => new Uint8Array(length).fill(1), fraction: () => 0 },
        egress: {
          async request(request) {
            const result = await egress.request(request);
            results.push(result);
            return result;
          },
        },
        log: () => undefined,
        vapid: vapidKeyOf(Buffer.alloc(32, 5)),
        subject: () => "mailto:operator@a.test",
      });
      await subscribe(store, { verifiedAt: undefined, url: "https://inside.test/latest/meta-data" });
      sender.start();
      await until(() => results.length === 1);
      expect(resolved).toEqual(["inside.test"]);
      expect(results[0]).toMatchObject({ ok: false, failure: "refused" });
      await sender.close();
      await egress.close();
    },
  );
});
