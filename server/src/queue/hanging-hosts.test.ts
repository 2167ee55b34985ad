/** A host that hangs delays no other (reliability I7), and none keeps the queue from stopping. */
import { describe, expect, it } from "vitest";
import { type Answer, hang, takeAll } from "../deliver/trial-peer.ts";
import { eachStore, onSqlite } from "../store/each-store.ts";
import { listBackoffs } from "../store/host-backoff-store.ts";
import { findPeer, saveDiscovery } from "../store/peer-store.ts";
import type { Store } from "../store/sql.ts";
import { openTrialQueue, stop, submit, submitToEach, type TrialQueue, until } from "./trial-queue.ts";

const hosts = (count: number) => Array.from({ length: count }, (_, index) => `gone${index}.test`);

async function joinHanging(queue: TrialQueue, count: number) {
  const hanging: Answer = (request) => hang(queue.clock, request);
  const gone = await Promise.all(hosts(count).map((host) => queue.wire.join(host, hanging)));
  return { gone, hanging, asked: () => gone.reduce((sum, peer) => sum + peer.requests.length, 0) };
}

describe("hosts that hang", () => {
  const open = onSqlite();

  async function openWithHanging(count: number) {
    const queue = await openTrialQueue(await open());
    await queue.wire.join("well.test");
    return { queue, ...(await joinHanging(queue, count)) };
  }

  it("three hundred of them, never called before, delay no host that is well, nor one that is new", async () => {
    const { queue, asked } = await openWithHanging(300);
    const known = await submit(queue, 1_000, { host: "well.test" });
    await queue.settle();
    await submitToEach(queue, hosts(300));
    await until(() => asked() === 300);
    const again = await submit(queue, 1_001, { host: "well.test" });
    await queue.wire.join("new.test");
    const first = await submit(queue, 1_002, { host: "new.test" });
    for (const sent of [known, again, first]) {
      await until(async () => (await queue.state(sent)) === "delivered");
    }
    await stop(queue);
  });

  it("two thousand of them delay no host that is known to be well", async () => {
    const { queue, asked } = await openWithHanging(2_000);
    await submit(queue, 5_000, { host: "well.test" });
    await queue.settle();
    await submitToEach(queue, hosts(2_000));
    await until(() => asked() >= 512);
    const again = await submit(queue, 5_001, { host: "well.test" });
    await until(async () => (await queue.state(again)) === "delivered");
    expect(asked()).toBe(512);
    await stop(queue);
  });

  it("three hundred that have just failed take 32 turns among themselves, and who is back waits for none", async () => {
    const { queue, gone, hanging, asked } = await openWithHanging(300);
    for (const peer of gone) peer.answer = () => "cut";
    await submitToEach(queue, hosts(300));
    await queue.settle();
    for (const peer of gone) peer.answer = hanging;
    await queue.clock.advance(3_000);
    await until(() => asked() === 300 + 32);
    const sent = await submit(queue, 1_000, { host: "well.test" });
    await until(async () => (await queue.state(sent)) === "delivered");
    expect(asked()).toBe(300 + 32);
    const back = gone.find((peer) => peer.requests.length === 1);
    if (back === undefined) throw new Error("everybody was called");
    back.answer = takeAll;
    await queue.worker.hostIsBack(back.host);
    await until(() => back.requests.length === 2);
    await stop(queue);
  });
});

eachStore("when the queue is stopped", (open) => {
  async function meet(store: Store): Promise<void> {
    const peer = { host: "b.test", discovery: "{}", fetchedAt: 0, rootKey: "", rootChangedAt: undefined };
    await store.write((tx) => saveDiscovery(tx, peer));
  }

  it("what is on its way has its time of grace and is written down; nothing more is begun", async () => {
    const queue = await openTrialQueue(await open());
    let answer: (() => void) | undefined;
    await queue.wire.join("b.test", async (request, peer) => {
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return takeAll(request, peer);
    });
    const sent = await submit(queue, 1);
    await until(() => answer !== undefined);
    const next = await submit(queue, 2);
    const stopping = queue.worker.stop(10_000);
    queue.worker.wake(["b.test", "c.test"]);
    answer?.();
    await stopping;
    expect([await queue.state(sent), await queue.state(next)]).toEqual(["delivered", "queued"]);
    expect(queue.worker.busy).toBe(false);
  });

  it("what hangs is cut after that and waits for its next try, without a mark for or against the host", async () => {
    const queue = await openTrialQueue(await open());
    await meet(queue.store);
    const peer = await queue.wire.join("b.test", (request) => hang(queue.clock, request));
    const sent = await submit(queue, 1);
    await until(() => peer.requests.length === 1);
    const stopping = queue.worker.stop(10_000);
    await queue.clock.advance(9_999);
    expect(queue.worker.busy).toBe(true);
    await queue.clock.advance(1);
    await stopping;
    expect(await queue.deliveries(sent)).toMatchObject([
      { state: "retrying", attemptCount: 1, problem: undefined, nextAttemptAt: queue.clock.now() + 3_000 },
    ]);
    expect(await listBackoffs(queue.store.read)).toEqual([]);
    expect((await findPeer(queue.store.read, "b.test"))?.lastSuccessAt).toBeUndefined();
    expect(queue.worker.busy).toBe(false);
    await queue.clock.advance(3_600_000);
    expect(peer.requests).toHaveLength(1);
  });

  it("whoever only waits for a turn is not begun with", async () => {
    const queue = await openTrialQueue(await open());
    const { gone, hanging, asked } = await joinHanging(queue, 40);
    for (const peer of gone) peer.answer = () => "cut";
    const sent = await submitToEach(queue, hosts(40));
    await queue.settle();
    for (const peer of gone) peer.answer = hanging;
    await queue.clock.advance(3_000);
    await until(() => asked() === 40 + 32);
    await stop(queue);
    expect(asked()).toBe(40 + 32);
    const tries = (await Promise.all(sent.map(queue.deliveries))).map(([one]) => one?.attemptCount);
    expect(tries.filter((count) => count === 1)).toHaveLength(8);
  });

  it("it can be stopped before it has done anything, and does nothing afterwards", async () => {
    const queue = await openTrialQueue(await open());
    await queue.wire.join("b.test");
    await queue.worker.start();
    await stop(queue);
    const sent = await submit(queue, 1);
    await queue.clock.advance(3_600_000);
    expect(await queue.state(sent)).toBe("queued");
  });
});
