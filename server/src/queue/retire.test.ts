import { problem } from "@posthorn/protocol";
import { expect, it } from "vitest";
import { type DeliveryResult, type RecipientResult, untold } from "../deliver/result.ts";
import { letter } from "../deliver/trial-peer.ts";
import { countWaiting } from "../store/delivery-store.ts";
import { eachStore } from "../store/each-store.ts";
import { findBackoff, saveBackoff } from "../store/host-backoff-store.ts";
import { findPeer, saveDiscovery } from "../store/peer-store.ts";
import type { Store } from "../store/sql.ts";
import { expiryMs } from "./backoff.ts";
import { retire } from "./retire.ts";
import {
  answered,
  deferred,
  failed,
  host,
  hour,
  openRoom,
  said,
  silent,
  told,
  unreachable,
} from "./trial-retire.ts";

/** The host as one whose document is known. */
async function meet(store: Store): Promise<void> {
  const peer = { host, discovery: "{}", fetchedAt: 0, rootKey: "", rootChangedAt: undefined };
  await store.write((tx) => saveDiscovery(tx, peer));
}

eachStore("what an attempt brought", (open) => {
  it.each(["delivered", "held"] as const)("settles the delivery: %s", async (state) => {
    const room = await openRoom(await open());
    const sent = await room.send(letter(1));
    const claimed = await room.claim();
    await room.clock.advance(50);
    await room.retire(claimed, told(claimed, { state }));
    expect(await room.deliveries(sent)).toMatchObject([
      { state, settledAt: room.clock.now(), problem: undefined },
    ]);
    expect(await room.reports()).toEqual([]);
  });

  it("fails the delivery for good, and tells the sender why in the same transaction (I6)", async () => {
    const room = await openRoom(await open());
    const sent = await room.send(letter(1));
    const claimed = await room.claim();
    await room.retire(claimed, told(claimed, failed()));
    const [delivery] = await room.deliveries(sent);
    expect(delivery).toMatchObject({ state: "failed", settledAt: room.clock.now() });
    expect(JSON.parse(delivery?.problem ?? "")).toMatchObject({ code: "recipientUnknown", status: 404 });
    expect(await room.reports()).toMatchObject([
      {
        subject: "Not delivered: bob@b.test",
        inReplyTo: letter(1).messageId,
        recipient: "bob@b.test",
        status: "failed",
        problem: { code: "recipientUnknown" },
      },
    ]);
    const [report] = await room.reports();
    expect(report?.body).toBe(
      "Your message “Letter 1” did not reach bob@b.test.\n\nb.test has no user “bob”.\n\n(recipientUnknown)",
    );
  });

  it("is undone with its report when the transaction is, so neither is ever without the other (I6)", async () => {
    const room = await openRoom(await open());
    const sent = await room.send(letter(1));
    const claimed = await room.claim();
    const pulled = new Error("the plug was pulled");
    const retiring = room.store.write(async (tx) => {
      await retire(room.ctx(), tx, host, claimed, told(claimed, failed()));
      throw pulled;
    });
    await expect(retiring).rejects.toBe(pulled);
    expect(await room.state(sent)).toBe("sending");
    expect(await room.reports()).toEqual([]);
  });

  it("puts a deferred delivery back by its own count of tries, with the reason", async () => {
    const room = await openRoom(await open());
    const sent = await room.send(letter(1));
    for (const waitMs of [3_000, 5_500, 10_500]) {
      const claimed = await room.claim();
      await room.retire(claimed, told(claimed, deferred));
      const [delivery] = await room.deliveries(sent);
      expect(delivery).toMatchObject({ state: "retrying", nextAttemptAt: room.clock.now() + waitMs });
      expect(JSON.parse(delivery?.problem ?? "")).toMatchObject({ code: "mailboxFull" });
      await room.clock.advance(waitMs);
    }
    expect(await findBackoff(room.store.read, host)).toBeUndefined();
  });

  it.each([
    ["that asks for less than its own time", 1, 3_000],
    ["that asks for two minutes", 120, 120_000],
    ["that asks for a week", 604_800, 6 * hour],
  ])(
    "puts a delivery with a problem %s back no sooner than both, within bounds (§70.2)",
    async (_, retryAfterS, waitMs) => {
      const room = await openRoom(await open());
      const [one, other] = [await room.send(letter(1)), await room.send(letter(2))];
      const claimed = await room.claim();
      const [first, second] = claimed.messages.flatMap(({ deliveries }) => deliveries.map(({ id }) => id));
      const results = new Map<number, RecipientResult>([
        [first ?? 0, { state: "deferred", problem: problem("rateLimited", "Too many.", { retryAfterS }) }],
        [second ?? 0, deferred],
      ]);
      await room.retire(claimed, { results, lacking: [], host: answered });
      const now = room.clock.now();
      expect(await room.deliveries(one)).toMatchObject([{ nextAttemptAt: now + waitMs }]);
      expect(await room.deliveries(other)).toMatchObject([{ nextAttemptAt: now + 3_000 }]);
    },
  );

  it("puts back what got no answer, and keeps what was the reason before", async () => {
    const room = await openRoom(await open());
    const sent = await room.send(letter(1));
    const first = await room.claim();
    await room.retire(first, told(first, deferred));
    await room.clock.advance(3_000);
    await room.retire(await room.claim(), said(answered));
    const [delivery] = await room.deliveries(sent);
    expect(delivery).toMatchObject({ state: "retrying", attemptCount: 2 });
    expect(JSON.parse(delivery?.problem ?? "")).toMatchObject({ code: "mailboxFull" });
  });

  it("settles each recipient apart", async () => {
    const room = await openRoom(await open());
    const sent = await room.send(letter(1, { to: ["bob", "carol", "dave", "erin"] }));
    const claimed = await room.claim();
    const [bob, carol, dave] = claimed.messages.flatMap(({ deliveries }) => deliveries.map(({ id }) => id));
    const results = new Map<number, RecipientResult>([
      [bob ?? 0, { state: "delivered" }],
      [carol ?? 0, failed()],
      [dave ?? 0, deferred],
    ]);
    await room.retire(claimed, { results, lacking: [], host: answered });
    expect((await room.deliveries(sent)).map(({ state }) => state)).toEqual([
      "delivered",
      "failed",
      "retrying",
      "retrying",
    ]);
    expect((await room.reports()).map(({ recipient }) => recipient)).toEqual(["carol@b.test"]);
  });
});

eachStore("a late attempt, whose lease another has taken,", (open) => {
  const results: [string, RecipientResult][] = [
    ["delivered", { state: "delivered" }],
    ["failed", failed()],
  ];
  it.each(results)(
    "settles the delivery once with its %s, and the other then changes nothing",
    async (_, late) => {
      const room = await openRoom(await open());
      const sent = await room.send(letter(1));
      const first = await room.claim();
      await room.clock.advance(30_000);
      const second = await room.claim();
      await room.retire(first, told(first, late));
      await room.retire(second, told(second, failed()));
      expect(await room.state(sent)).toBe(late.state);
      expect(await room.reports()).toHaveLength(late.state === "failed" ? 1 : 0);
    },
  );

  it.each<[string, DeliveryResult]>([
    ["a reason to wait", said(answered)],
    ["silence", said(unreachable())],
  ])("changes nothing with %s, while the other is on its way", async (_, late) => {
    const room = await openRoom(await open());
    const sent = await room.send(letter(1));
    const first = await room.claim();
    await room.clock.advance(30_000);
    await room.claim();
    const before = await room.deliveries(sent);
    await room.retire(first, late);
    expect(await room.deliveries(sent)).toEqual(before);
    expect(before).toMatchObject([{ state: "sending", attemptCount: 2 }]);
  });

  it("does not bring back what was settled meanwhile", async () => {
    const room = await openRoom(await open());
    const sent = await room.send(letter(1));
    const first = await room.claim();
    await room.clock.advance(30_000);
    const second = await room.claim();
    await room.retire(second, told(second, { state: "delivered" }));
    await room.retire(first, told(first, deferred));
    await room.retire(first, said(unreachable()));
    expect(await room.state(sent)).toBe("delivered");
    expect(await countWaiting(room.store.read, room.clock.now())).toBe(0);
  });
});

eachStore("a host that gives no word", (open) => {
  it("is left alone a while longer each time in a row, and so is all that was claimed for it", async () => {
    const room = await openRoom(await open());
    const sent = [await room.send(letter(1)), await room.send(letter(2))];
    for (const [index, waitMs] of [3_000, 5_500, 10_500, 20_500].entries()) {
      const claimed = await room.claim();
      expect(claimed.messages).toHaveLength(2);
      await room.retire(claimed, said(unreachable()));
      const notBefore = room.clock.now() + waitMs;
      expect(await findBackoff(room.store.read, host)).toMatchObject({
        failureCount: index + 1,
        notBefore,
        problem: "b.test did not answer.",
      });
      for (const id of sent) {
        expect(await room.deliveries(id)).toMatchObject([{ state: "retrying", nextAttemptAt: notBefore }]);
      }
      await room.clock.advance(waitMs);
    }
  });

  it.each([
    [0, 1_000],
    [120, 120_000],
    [1e9, 6 * hour],
  ])("and asks for %d s is left alone for %i ms", async (seconds, waitMs) => {
    const room = await openRoom(await open());
    await room.send(letter(1));
    await room.retire(await room.claim(), said(unreachable(seconds)));
    const backoff = await findBackoff(room.store.read, host);
    expect(backoff?.notBefore).toBe(room.clock.now() + waitMs);
  });

  it("is forgiven by any signed answer, which is when it was last well", async () => {
    const room = await openRoom(await open());
    await meet(room.store);
    await room.send(letter(1));
    await room.retire(await room.claim(), said(unreachable()));
    await room.clock.advance(3_000);
    const claimed = await room.claim();
    await room.retire(claimed, told(claimed, deferred));
    expect(await findBackoff(room.store.read, host)).toBeUndefined();
    expect((await findPeer(room.store.read, host))?.lastSuccessAt).toBe(room.clock.now());
  });

  it("after it gave some is left alone from the first time anew; what it said counts", async () => {
    const room = await openRoom(await open());
    const [first, second] = [await room.send(letter(1)), await room.send(letter(2))];
    const breaker = { host, failureCount: 7, notBefore: 0, since: 0, problem: "" };
    await room.store.write((tx) => saveBackoff(tx, breaker));
    const claimed = await room.claim();
    const [delivery] = claimed.messages.flatMap(({ deliveries }) => deliveries);
    await room.retire(claimed, {
      results: new Map([[delivery?.id ?? 0, { state: "delivered" }]]),
      lacking: [],
      host: { kind: "fellSilent", ...silent(60) },
    });
    expect(await room.state(first)).toBe("delivered");
    const notBefore = room.clock.now() + 60_000;
    expect(await room.deliveries(second)).toMatchObject([{ state: "retrying", nextAttemptAt: notBefore }]);
    expect(await findBackoff(room.store.read, host)).toMatchObject({ failureCount: 1, notBefore });
  });

  it("because we cut the attempt ourselves has no mark for or against it", async () => {
    const room = await openRoom(await open());
    await meet(room.store);
    const sent = await room.send(letter(1));
    const breaker = { host, failureCount: 7, notBefore: 0, since: 0, problem: "It was down." };
    await room.store.write((tx) => saveBackoff(tx, breaker));
    await room.retire(await room.claim(), untold);
    expect(await findBackoff(room.store.read, host)).toEqual(breaker);
    expect((await findPeer(room.store.read, host))?.lastSuccessAt).toBeUndefined();
    expect(await room.deliveries(sent)).toMatchObject([
      { state: "retrying", nextAttemptAt: room.clock.now() + 3_000 },
    ]);
  });
});

eachStore("a claim that cannot be written down as one", (open) => {
  it("is written down delivery by delivery, and the one nothing can be done with fails alone (CVE-2025-30355)", async () => {
    const room = await openRoom(await open());
    const sent = [await room.send(letter(1)), await room.send(letter(2)), await room.send(letter(3))];
    const first = await room.claim();
    await room.retire(first, told(first, deferred));
    await room.clock.advance(expiryMs);
    const claimed = await room.claim();
    const [, broken] = claimed.expired;
    if (broken !== undefined) broken.problem = "{ no JSON";
    await expect(room.retire(claimed, untold)).rejects.toThrow(SyntaxError);
    expect(await Promise.all(sent.map(room.state))).toEqual(["retrying", "retrying", "retrying"]);
    await room.retireApart(claimed, untold);
    expect(await Promise.all(sent.map(room.state))).toEqual(["expired", "failed", "expired"]);
    expect((await room.reports()).map(({ status }) => status).sort()).toEqual([
      "expired",
      "expired",
      "failed",
    ]);
    expect(room.logged).toEqual(["delivery not retired"]);
  });

  it("marks the host once, however many deliveries there are", async () => {
    const room = await openRoom(await open());
    for (const number of [1, 2, 3]) await room.send(letter(number));
    await room.retireApart(await room.claim(), said(unreachable()));
    expect(await findBackoff(room.store.read, host)).toMatchObject({ failureCount: 1 });
  });

  it("gives nobody's message up for a disk or a database that fails, and writes down what it can", async () => {
    const room = await openRoom(await open());
    const sent = [await room.send(letter(1)), await room.send(letter(2)), await room.send(letter(3))];
    const claimed = await room.claim();
    const lost = new Error("Connection terminated unexpectedly");
    let writes = 0;
    const failing: Store = {
      dialect: room.store.dialect,
      read: room.store.read,
      close: () => room.store.close(),
      write: (work) => (++writes === 3 ? Promise.reject(lost) : room.store.write(work)),
    };
    await expect(room.retireApart(claimed, told(claimed, failed()), failing)).rejects.toBe(lost);
    expect(await Promise.all(sent.map(room.state))).toEqual(["failed", "sending", "failed"]);
    expect(await room.reports()).toHaveLength(2);
  });
});
