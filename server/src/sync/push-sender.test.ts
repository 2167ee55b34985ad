import { describe, expect, it, vi } from "vitest";
import { openEgress } from "../env/egress.ts";
import { HandClock } from "../env/hand-clock.ts";
import { deleteApiToken, endSession } from "../store/auth-store.ts";
import { eachStore, onPostgres } from "../store/each-store.ts";
import { findPushSubscription, setVerified } from "../store/push-store.ts";
import type { OpenStore } from "../store/sql.ts";
import { PushSender } from "./push-sender.ts";
import { change, now, withAccounts } from "./trial-changes.ts";
import { openTrialPush, subscribe, type TrialPush, trialDevice } from "./trial-push.ts";
import { vapidKeyOf } from "./web-push.ts";

const hourMs = 3_600_000;

function textOf({ received }: TrialPush, index: number): string {
  return Buffer.from(received[index]?.body ?? []).toString();
}

/** What each message has told of account 1. */
function told(push: TrialPush): Readonly<Record<string, string>>[] {
  return push.received.map((_, index) => JSON.parse(textOf(push, index)).changed?.a1 ?? {});
}

/** Whether a message tells of this state. */
function isOf(state: string): (types: Readonly<Record<string, string>>) => boolean {
  return (types) => Object.values(types).includes(state);
}

async function until(holds: () => boolean): Promise<void> {
  await vi.waitFor(() => expect(holds()).toBe(true), { timeout: 20_000, interval: 1 });
}

/** Until nothing more is going on that time does not wait for. */
async function settled(store: OpenStore): Promise<void> {
  for (let turn = 0; turn < 5; turn++) {
    await store.read.get({ strings: ["SELECT 1"], values: [] });
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Lets time pass until it holds, in steps between which all that is ready is done. */
async function inTime(
  { store, push, withinMs }: { store: OpenStore; push: TrialPush; withinMs: number },
  holds: () => boolean | Promise<boolean>,
): Promise<void> {
  for (let step = 0; step < 40 && !(await holds()); step++) {
    await push.clock.advance(withinMs / 40);
    await settled(store);
  }
  expect(await holds()).toBe(true);
}

async function isGone(store: OpenStore, id: string): Promise<boolean> {
  return (await findPushSubscription(store.read, id)) === undefined;
}

eachStore("a push subscription", (open) => {
  async function begin(): Promise<{ store: OpenStore; push: TrialPush }> {
    const store = await withAccounts(await open());
    return { store, push: openTrialPush(store) };
  }

  async function started(store: OpenStore, push: TrialPush): Promise<void> {
    push.sender.start();
    await settled(store);
  }

  it("is told of a change as plain JSON when it has given no keys", async () => {
    const { store, push } = await begin();
    await subscribe(store);
    await started(store, push);
    await change(store, 1, "Mailbox", "Rule");
    await until(() => push.received.length === 1);
    expect(JSON.parse(textOf(push, 0))).toEqual({
      "@type": "StateChange",
      changed: { a1: { Mailbox: "2", Rule: "2" } },
    });
    expect(push.received[0]).toMatchObject({
      url: "https://push.test/p/1",
      headers: { "content-type": "application/json", ttl: "604800", urgency: "low" },
    });
    expect(push.received[0]?.headers["content-encoding"]).toBeUndefined();
    await push.sender.close();
  });

  it("is told encrypted to its device when it has given keys, always in as many bytes", async () => {
    const { store, push } = await begin();
    const device = trialDevice();
    await subscribe(store, { keys: device.keys });
    await started(store, push);
    await change(store, 1, "Mailbox");
    await until(() => push.received.length === 1);
    await push.clock.advance(2_000);
    await change(store, 1, "Mailbox", "Rule", "Sender", "Identity", "Record", "VacationResponse");
    await until(() => push.received.length === 2);
    const [first, second] = push.received;
    expect(JSON.parse(device.read(first?.body ?? new Uint8Array())).changed).toEqual({
      a1: { Mailbox: "1" },
    });
    expect(first?.headers["content-encoding"]).toBe("aes128gcm");
    expect(first?.body.length).toBe(second?.body.length);
    expect(first?.headers.topic).not.toBe(second?.headers.topic);
    await push.sender.close();
  });

  it("says to the push service whose messages these are, by one token for its origin", async () => {
    const { store, push } = await begin();
    await subscribe(store);
    await subscribe(store, { id: "w2", url: "https://push.test/p/2" });
    await subscribe(store, { id: "w3", url: "https://other.test/p/3" });
    await started(store, push);
    await change(store, 1, "Rule");
    await until(() => push.received.length === 3);
    const tokens = new Map(push.received.map(({ url, headers }) => [url, headers.authorization ?? ""]));
    const claims = (url: string) =>
      JSON.parse(Buffer.from(tokens.get(url)?.split(".")[1] ?? "", "base64url").toString());
    expect(claims("https://push.test/p/1")).toEqual({
      aud: "https://push.test",
      exp: Math.floor(now / 1_000) + 24 * 3_600 - 60,
      sub: "mailto:operator@a.test",
    });
    expect(tokens.get("https://push.test/p/2")).toBe(tokens.get("https://push.test/p/1"));
    expect(claims("https://other.test/p/3").aud).toBe("https://other.test");
    await push.sender.close();
  });

  it("hears of the types it wants alone", async () => {
    const { store, push } = await begin();
    await subscribe(store, { types: ["Rule", "CalendarEvent"] });
    await started(store, push);
    await change(store, 1, "Mailbox");
    await settled(store);
    await change(store, 1, "Rule", "Mailbox");
    await inTime({ store, push, withinMs: 10_000 }, () => told(push).some(isOf("3")));
    expect(told(push).at(-1)).toEqual({ Rule: "3" });
    expect(told(push).flatMap((types) => Object.keys(types))).not.toContain("Mailbox");
    await push.sender.close();
  });

  it("is told in one message what has changed while another was under way, and a moment later", async () => {
    const { store, push } = await begin();
    await subscribe(store);
    await started(store, push);
    const gate = Promise.withResolvers<void>();
    push.gate = gate.promise;
    await change(store, 1, "Mailbox");
    await until(() => push.received.length === 1);
    for (let count = 0; count < 5; count++) await change(store, 1, "Rule");
    await change(store, 1, "Sender");
    await settled(store);
    expect(push.received).toHaveLength(1);
    gate.resolve();
    await settled(store);
    expect(push.received).toHaveLength(1);
    await inTime({ store, push, withinMs: 2_000 }, () => push.received.length === 2);
    expect(told(push)).toEqual([{ Mailbox: "1" }, { Rule: "7", Sender: "7" }]);
    await push.clock.advance(hourMs / 4);
    expect(push.received).toHaveLength(2);
    await push.sender.close();
  });

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

  describe("whose code has not come back", () => {
    const unverified = { verifiedAt: undefined };

    it("hears its code at once and nothing else, whatever happens (RFC 8620 §8.6)", async () => {
      const { store, push } = await begin();
      await started(store, push);
      await subscribe(store, unverified);
      push.sender.wake(1, "w1");
      await until(() => push.received.length === 1);
      expect(JSON.parse(textOf(push, 0))).toEqual({
        "@type": "PushVerification",
        pushSubscriptionId: "w1",
        verificationCode: "the code",
      });
      await settled(store);
      await change(store, 1, "Mailbox");
      push.sender.wake(1, "w1");
      await push.clock.advance(2 * hourMs);
      expect(push.received).toHaveLength(1);
      await push.sender.close();
      const after = openTrialPush(store, push.clock);
      await started(store, after);
      await after.clock.advance(2 * hourMs);
      expect(after.received).toEqual([]);
      await after.sender.close();
    });

    it("hears what has changed since it was made once its code is back", async () => {
      const { store, push } = await begin();
      await started(store, push);
      await subscribe(store, unverified);
      push.sender.wake(1, "w1");
      await until(() => push.received.length === 1);
      await settled(store);
      await change(store, 1, "Mailbox");
      await store.write((tx) => setVerified(tx, "w1", push.clock.now()));
      push.sender.wake(1, "w1");
      await until(() => push.received.length === 2);
      expect(told(push)[1]).toEqual({ Mailbox: "1" });
      await push.sender.close();
    });

    it("hears on also when its code is back before the service has answered", async () => {
      const { store, push } = await begin();
      await started(store, push);
      await subscribe(store, unverified);
      const gate = Promise.withResolvers<void>();
      push.gate = gate.promise;
      push.sender.wake(1, "w1");
      await until(() => push.received.length === 1);
      await store.write((tx) => setVerified(tx, "w1", push.clock.now()));
      push.sender.wake(1, "w1");
      await change(store, 1, "Mailbox");
      push.answer = "silence";
      gate.resolve();
      await settled(store);
      push.answer = { status: 201 };
      await inTime({ store, push, withinMs: 60_000 }, () => push.received.length === 2);
      expect(told(push)[1]).toEqual({ Mailbox: "1" });
      await push.sender.close();
    });

    it("makes this server call no more than three times at somebody who never asked for it", async () => {
      const { store, push } = await begin();
      push.answer = { status: 500 };
      await started(store, push);
      await subscribe(store, unverified);
      push.sender.wake(1, "w1");
      await until(() => push.received.length === 1);
      for (let step = 0; step < 20; step++) {
        await settled(store);
        await change(store, 1, "Mailbox");
        await push.clock.advance(60_000);
      }
      await settled(store);
      expect(push.received).toHaveLength(3);
      await inTime({ store, push, withinMs: 40 * hourMs }, () => isGone(store, "w1"));
      expect(push.received).toHaveLength(3);
      await push.sender.close();
    });
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
        subject: "mailto:operator@a.test",
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

describe("a push subscription of a server in two processes", () => {
  const open = onPostgres();

  it("is told once of each change, whichever process it was made in, and on when one of them dies", async () => {
    const [here, there] = [await withAccounts(await open()), await open()];
    await subscribe(here);
    const clock = new HandClock(now);
    const [one, two] = [openTrialPush(here, clock), openTrialPush(there, clock)];
    one.sender.start();
    two.sender.start();
    await settled(here);
    for (const [store, type] of [
      [here, "Mailbox"],
      [there, "Rule"],
      [here, "Sender"],
    ] as const) {
      const before = one.received.length + two.received.length;
      await change(store, 1, type);
      await until(() => one.received.length + two.received.length > before);
      await settled(here);
      await clock.advance(90_000);
      await settled(here);
    }
    expect([...told(one), ...told(two)].length).toBe(3);
    await one.sender.close();
    await change(here, 1, "Identity");
    await inTime({ store: there, push: two, withinMs: 5 * 60_000 }, () =>
      told(two).some((types) => JSON.stringify(types).includes("Identity")),
    );
    await two.sender.close();
  });
});
