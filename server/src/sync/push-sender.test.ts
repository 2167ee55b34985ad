/** What a push subscription is told, and when. */
import { describe, expect, it } from "vitest";
import { HandClock } from "../env/hand-clock.ts";
import { eachStore, onPostgres } from "../store/each-store.ts";
import { setVerified } from "../store/push-store.ts";
import { change, now, withAccounts } from "./trial-changes.ts";
import { openTrialPush, subscribe, trialDevice } from "./trial-push.ts";
import {
  beginPush,
  hourMs,
  inTime,
  isGone,
  isOf,
  settled,
  started,
  textOf,
  told,
  until,
} from "./trial-push-told.ts";

eachStore("a push subscription", (open) => {
  const begin = () => beginPush(open());

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

  it("is told though another account has more of them than a server calls at once, at a service that never answers", async () => {
    const { store, push } = await begin();
    const url = (at: number) => `https://tar.test/p/${at}`;
    for (let at = 0; at < 300; at++) await subscribe(store, { id: `x${at}`, url: url(at) });
    await subscribe(store, { id: "w2", accountId: 2, credentialId: "s2" });
    push.gate = new Promise(() => undefined);
    await started(store, push);
    await change(store, 1, "Mailbox");
    await until(() => push.received.length > 0);
    await settled(store);
    await change(store, 2, "Mailbox");
    await until(() => push.received.some((one) => one.url === "https://push.test/p/1"));
    expect(push.received.filter((one) => one.url.startsWith("https://tar.test"))).toHaveLength(8);
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
