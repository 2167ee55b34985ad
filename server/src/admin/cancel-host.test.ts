import { expect, it } from "vitest";
import { letter as outgoing } from "../deliver/trial-peer.ts";
import { claim } from "../queue/claim.ts";
import { retire } from "../queue/retire.ts";
import { eachStore } from "../store/each-store.ts";
import { cancelHost, readQueue } from "./admin.ts";
import { openTrialAdmin } from "./trial-admin.ts";

const hour = 3_600_000;
const limitsOfClaim = { messages: 100, bytes: 3_500_000, leaseMs: 30_000 };
const notFound = { problem: { code: "notFound" } };

eachStore("the operator who gives up a host", (open) => {
  it("stops what waits there, and each sender hears of it once; what has its own hour goes at its hour", async () => {
    const { ctx, queue } = await openTrialAdmin(await open());
    await queue.worker.start();
    const tried = await queue.send(outgoing(1));
    const later = await queue.send(outgoing(2), { at: queue.clock.now() + hour });
    queue.worker.wake(["b.test"]);
    await queue.settle();
    const stopped = await Promise.all([
      cancelHost(ctx, { host: "b.test" }),
      cancelHost(ctx, { host: "b.test" }).catch(() => ({ cancelled: 0 })),
    ]);
    expect(stopped).toMatchObject([{ host: "b.test", cancelled: 1, underWay: 0 }, { cancelled: 0 }]);
    expect(await queue.state(tried)).toBe("failed");
    const reports = await queue.reports();
    expect(reports).toMatchObject([
      { subject: "Not delivered: bob@b.test", status: "failed", problem: { code: "givenUp" } },
    ]);
    expect(reports[0]?.body).toContain("The operator of your server stopped trying.");
    await expect(cancelHost(ctx, { host: "b.test" })).rejects.toMatchObject(notFound);
    await queue.wire.join("b.test");
    await queue.advance(hour);
    queue.worker.wake(["b.test"]);
    await queue.settle();
    expect(await queue.state(later)).toBe("delivered");
    expect(await queue.state(tried)).toBe("failed");
    expect(await queue.reports()).toHaveLength(1);
    await queue.worker.stop(0);
  });

  it("leaves what is just being tried, which may arrive, and stops three hundred that wait", async () => {
    const store = await open();
    const { ctx, queue } = await openTrialAdmin(store);
    const underWay = await queue.send(outgoing(0));
    const claimed = await store.write((tx) => claim(tx, "b.test", queue.clock.now(), limitsOfClaim));
    const waiting: number[] = [];
    for (let number = 1; number <= 300; number++) waiting.push(await queue.send(outgoing(number)));
    expect(await cancelHost(ctx, { host: "b.test" })).toEqual({
      host: "b.test",
      cancelled: 300,
      underWay: 1,
    });
    expect(await queue.state(underWay)).toBe("sending");
    const delivered = { results: new Map(), lacking: [], host: { kind: "answered" } } as const;
    const results = new Map(
      claimed.messages.flatMap(({ deliveries }) =>
        deliveries.map(({ id }) => [id, { state: "delivered" }] as const),
      ),
    );
    await store.write((tx) =>
      retire({ ...ctx, now: queue.clock.now() }, tx, "b.test", claimed, { ...delivered, results }),
    );
    expect(await queue.state(underWay)).toBe("delivered");
    for (const id of waiting.slice(0, 3)) expect(await queue.state(id)).toBe("failed");
    expect(await readQueue(ctx)).toEqual({ hosts: [], waiting: 0, scheduled: 0 });
    expect(await queue.reports()).toHaveLength(300);
  });

  it("gives up all the same one whose report cannot be written, and reports the others", async () => {
    const { ctx, queue } = await openTrialAdmin(await open());
    const sent = [
      await queue.send(outgoing(1)),
      await queue.send(outgoing(2)),
      await queue.send(outgoing(3)),
    ];
    let reports = 0;
    const events: string[] = [];
    const bytes = (length: number) => {
      // Of the second one, with the others and alone.
      if ([2, 4].includes(++reports)) throw new TypeError("Damaged");
      return ctx.random.bytes(length);
    };
    const log = (_: unknown, event: string) => void events.push(event);
    expect(
      await cancelHost({ ...ctx, log, random: { ...ctx.random, bytes } }, { host: "b.test" }),
    ).toMatchObject({ cancelled: 3 });
    expect(await Promise.all(sent.map(queue.state))).toEqual(["failed", "failed", "failed"]);
    expect(await queue.reports()).toHaveLength(2);
    expect(events).toEqual(["delivery given up without a report", "delivery given up by the operator"]);
  });
});
