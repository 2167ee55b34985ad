import { expect, it } from "vitest";
import { type Answer, hang, openTrialWire } from "../deliver/trial-peer.ts";
import { HandClock } from "../env/hand-clock.ts";
import { eachStore } from "../store/each-store.ts";
import { markPeerSeen, markPeerSuccess, saveDiscovery } from "../store/peer-store.ts";
import type { Store } from "../store/sql.ts";
import { helloToPeers } from "./hello.ts";
import { until } from "./trial-queue.ts";

const day = 24 * 3_600_000;
const never = new AbortController().signal;
const hear: Answer = () => ({ status: 200, body: '{"host":"b.test"}' });

type When = { seenAt?: number; deliveredAt?: number };

async function openRoom(store: Store, answer: Answer = hear) {
  const clock = new HandClock();
  const wire = await openTrialWire(clock);
  const asked: string[] = [];
  const logged: string[] = [];
  return {
    clock,
    wire,
    asked,
    logged,
    ctx: { store, clock, log: (_: string, event: string) => logged.push(event), remote: wire.remote },
    async know(host: string, { seenAt, deliveredAt }: When): Promise<void> {
      await wire.join(host, (request, peer) => {
        asked.push(`${request.method} ${request.url.href}`);
        return answer(request, peer);
      });
      await store.write(async (tx) => {
        const known = { host, discovery: "{}", fetchedAt: 0, rootKey: "", rootChangedAt: undefined };
        await saveDiscovery(tx, known);
        if (seenAt !== undefined) await markPeerSeen(tx, host, seenAt);
        if (deliveredAt !== undefined) await markPeerSuccess(tx, host, deliveredAt);
      });
    },
  };
}

eachStore("a server that starts", (open) => {
  it("says hello to whom it heard from or delivered to in the last thirty days, and to nobody else", async () => {
    const room = await openRoom(await open());
    const now = room.clock.now();
    await room.know("heard.test", { seenAt: now - 30 * day });
    await room.know("reached.test", { deliveredAt: now - day });
    await room.know("both.test", { seenAt: now - 90 * day, deliveredAt: now });
    await room.know("long-ago.test", { seenAt: now - 30 * day - 1, deliveredAt: now - 31 * day });
    await room.know("only-looked-up.test", {});
    await helloToPeers(room.ctx, never);
    expect(room.asked.sort()).toEqual(
      ["both", "heard", "reached"].map((name) => `POST https://${name}.test/email/hello`),
    );
  });

  it("has eight of them on the line at once, and goes on as they answer or not", async () => {
    const room = await openRoom(await open(), (request) => hang(room.clock, request));
    for (let number = 0; number < 20; number++) {
      await room.know(`peer${number}.test`, { seenAt: room.clock.now() });
    }
    const saying = helloToPeers(room.ctx, never);
    for (const count of [8, 16, 20]) {
      await until(() => room.asked.length === count);
      await new Promise((resolve) => setImmediate(resolve));
      expect(room.asked).toHaveLength(count);
      await room.clock.advance(60_000);
    }
    await saying;
  });

  it("stops with its signal, in the middle of what hangs, and begins with nobody more", async () => {
    const room = await openRoom(await open(), (request) => hang(room.clock, request));
    for (let number = 0; number < 20; number++) {
      await room.know(`peer${number}.test`, { seenAt: room.clock.now() });
    }
    const stopping = new AbortController();
    const saying = helloToPeers(room.ctx, stopping.signal);
    await until(() => room.asked.length === 8);
    stopping.abort();
    await saying;
    expect(room.asked).toHaveLength(8);
  });

  it("goes on when it cannot find out about one of them", async () => {
    const room = await openRoom(await open());
    for (const name of ["one", "two", "three"]) {
      await room.know(`${name}.test`, { seenAt: room.clock.now() });
    }
    const { findPeer } = room.wire.remote;
    room.wire.remote.findPeer = (host) =>
      host === "two.test" ? Promise.reject(new Error("the database is away")) : findPeer(host);
    await helloToPeers(room.ctx, never);
    expect(room.asked).toHaveLength(2);
    expect(room.logged).toEqual(["hello not said"]);
  });
});
