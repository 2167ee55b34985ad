import { type ErrorCode, problem } from "@posthorn/protocol";
import { expect, it } from "vitest";
import { type DeliveryResult, type HostResult, type RecipientResult, untold } from "../deliver/result.ts";
import { letter } from "../deliver/trial-peer.ts";
import { countWaiting, summariseQueue } from "../store/delivery-store.ts";
import { eachStore } from "../store/each-store.ts";
import { findBackoff, saveBackoff } from "../store/host-backoff-store.ts";
import { findPeer, saveDiscovery } from "../store/peer-store.ts";
import type { Store } from "../store/sql.ts";
import { expiryMs } from "./backoff.ts";
import { type Claim, claim } from "./claim.ts";
import { type RetireContext, retire, retireApart } from "./retire.ts";
import { middling, openTrialQueue, type TrialQueue } from "./trial-queue.ts";

const host = "b.test";
const hour = 3_600_000;
const limits = { messages: 100, bytes: 3_500_000, leaseMs: 30_000 };

interface Room extends TrialQueue {
  claim(messages?: number): Promise<Claim>;
  retire(claimed: Claim, result: DeliveryResult): Promise<void>;
  retireApart(claimed: Claim, result: DeliveryResult, store?: Store): Promise<void>;
  ctx(): RetireContext;
}

async function openRoom(store: Store): Promise<Room> {
  const queue = await openTrialQueue(store);
  const ctx = () => ({ host: "a.test", random: middling, now: queue.clock.now() });
  return {
    ...queue,
    ctx,
    claim: (messages = 100) =>
      store.write((tx) => claim(tx, host, queue.clock.now(), { ...limits, messages })),
    retire: (claimed, result) => store.write((tx) => retire(ctx(), tx, host, claimed, result)),
    retireApart: (claimed, result, through = store) =>
      retireApart(
        { ...ctx(), store: through, log: (_, event) => queue.logged.push(event) },
        host,
        claimed,
        result,
      ),
  };
}

const answered: HostResult = { kind: "answered" };
const silent = (retryAfterS?: number) => ({
  problem: problem("unavailable", "b.test did not answer."),
  retryAfterS,
});
const unreachable = (retryAfterS?: number): HostResult => ({ kind: "unreachable", ...silent(retryAfterS) });
const failed = (code: ErrorCode = "recipientUnknown"): RecipientResult => ({
  state: "failed",
  problem: problem(code, "b.test has no user “bob”."),
});
const deferred: RecipientResult = { state: "deferred", problem: problem("mailboxFull", "Full.") };

function told(claimed: Claim, result: RecipientResult, said: HostResult = answered): DeliveryResult {
  const deliveries = claimed.messages.flatMap((message) => message.deliveries);
  return { results: new Map(deliveries.map(({ id }) => [id, result])), lacking: [], host: said };
}

const said = (result: HostResult): DeliveryResult => ({ ...untold, host: result });

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
    expect(await countWaiting(room.store.read)).toBe(0);
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

eachStore("the sender hears", (open) => {
  it("once that a delivery is late, four hours after it could first be sent", async () => {
    const room = await openRoom(await open());
    await room.send(letter(1));
    await room.retire(await room.claim(), said(unreachable()));
    await room.clock.advance(4 * hour - 1);
    const early = await room.claim();
    await room.retire(early, told(early, deferred));
    expect(await room.reports()).toEqual([]);
    await room.clock.advance(hour);
    for (let time = 0; time < 3; time++) {
      const claimed = await room.claim();
      expect(claimed.messages).toHaveLength(1);
      await room.retire(claimed, told(claimed, deferred));
      await room.clock.advance(hour);
    }
    const reports = await room.reports();
    expect(reports).toMatchObject([
      { subject: "Not delivered yet: bob@b.test", status: "retrying", problem: { code: "mailboxFull" } },
    ]);
    expect(reports[0]?.body).toContain(
      "Full.\n\nWe keep trying until 2026-11-29T00:00:00.000Z; next try 2026-11-24T0",
    );
  });

  it("at the end that it expired, with what was the matter last, and that it is given up without a try", async () => {
    const room = await openRoom(await open());
    const sent = await room.send(letter(1));
    const first = await room.claim();
    await room.retire(first, told(first, deferred));
    await room.clock.advance(expiryMs);
    const claimed = await room.claim();
    expect(claimed).toMatchObject({ messages: [], expired: [{ attemptCount: 1 }] });
    await room.retire(claimed, untold);
    await room.retire(claimed, untold);
    expect(await room.deliveries(sent)).toMatchObject([{ state: "expired", attemptCount: 1 }]);
    expect(await room.reports()).toMatchObject([
      { subject: "Not delivered: bob@b.test", status: "expired", problem: { code: "mailboxFull" } },
    ]);
  });

  it("never later than that: the last try is put off to the end and not beyond", async () => {
    const room = await openRoom(await open());
    const sent = await room.send(letter(1));
    await room.clock.advance(expiryMs - 60_000);
    const claimed = await room.claim();
    await room.retire(claimed, said(unreachable(3_600)));
    const [delivery] = await room.deliveries(sent);
    expect(delivery?.nextAttemptAt).toBe(delivery?.expiresAt);
  });

  it("of what waits behind a claim for a host that cannot be reached: late after four hours, and the end", async () => {
    const room = await openRoom(await open());
    const tried = await room.send(letter(1));
    const behind = [await room.send(letter(2)), await room.send(letter(3))];
    const inLane = await room.send(letter(4, { edits: letter(1).messageId }));
    await room.clock.advance(4 * hour);
    const fresh = await room.send(letter(5));
    await room.retire(await room.claim(1), said(unreachable()));
    const heard = (status: string) =>
      room.reports().then((all) =>
        all
          .filter((one) => one.status === status)
          .map((one) => one.inReplyTo)
          .sort(),
      );
    const old = [1, 2, 3, 4].map((number) => letter(number).messageId);
    expect(await heard("retrying")).toEqual(old);
    await room.clock.advance(expiryMs - 4 * hour);
    // One that was never tried is tried once, and given up with the next claim.
    await room.retire(await room.claim(1), said(unreachable()));
    await room.clock.advance(hour);
    await room.retire(await room.claim(1), said(unreachable()));
    for (const id of [tried, ...behind, inLane]) expect(await room.state(id)).toBe("expired");
    expect(await room.state(fresh)).toBe("retrying");
    expect(await heard("expired")).toEqual(old);
    expect(await heard("retrying")).toEqual([...old, letter(5).messageId]);
  });

  it("once, also when two processes find at the same time that a host cannot be reached", async () => {
    const [one, two] = [await open(), await open()];
    const room = await openRoom(one);
    for (let number = 1; number <= 3; number++) await room.send(letter(number, { to: ["bob", "carol"] }));
    await room.clock.advance(5 * hour);
    const [mine, other] = await Promise.all(
      [one, two].map((store) =>
        store.write((tx) => claim(tx, host, room.clock.now(), { ...limits, messages: 1 })),
      ),
    );
    await Promise.all(
      [
        { store: one, claimed: mine },
        { store: two, claimed: other },
      ].map(({ store, claimed }) =>
        store.write((tx) =>
          retire(
            room.ctx(),
            tx,
            host,
            claimed ?? { messages: [], expired: [], nextDueAt: undefined },
            said(unreachable()),
          ),
        ),
      ),
    );
    const reports = (await room.reports()).map(({ inReplyTo, recipient }) => `${inReplyTo} ${recipient}`);
    expect(new Set(reports).size).toBe(reports.length);
    expect(reports).toHaveLength(6);
  });

  it("nothing more of it when the mailbox has no room for a report: the state of the delivery tells (I6)", async () => {
    const room = await openRoom(await open());
    const sent = await room.send(letter(1));
    const claimed = await room.claim();
    await room.store.write((tx) =>
      tx.run({ strings: ["UPDATE account SET quota_bytes = used_bytes"], values: [] }),
    );
    await room.retire(claimed, told(claimed, failed()));
    expect(await room.state(sent)).toBe("failed");
    expect(await room.reports()).toEqual([]);
  });

  it("by a message in the mailbox that is never a delivery, so there is no report of a report (A13)", async () => {
    const room = await openRoom(await open());
    await room.send(letter(1));
    const claimed = await room.claim();
    await room.retire(claimed, told(claimed, failed()));
    expect(await room.reports()).toHaveLength(1);
    expect(await summariseQueue(room.store.read)).toEqual([]);
  });

  it("in the same words whatever the message was called", async () => {
    const room = await openRoom(await open());
    const bare = letter(1, { edits: letter(7).messageId });
    await room.send(bare);
    const claimed = await room.claim();
    await room.retire(claimed, told(claimed, failed()));
    expect((await room.reports())[0]?.body).toContain("Your message did not reach bob@b.test.");
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
