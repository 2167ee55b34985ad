import { createServer } from "node:https";
import type { TLSSocket } from "node:tls";
import { describe, expect, test } from "vitest";
import { openEgress } from "./egress.ts";
import { HandClock } from "./hand-clock.ts";
import { failureOf, listen, openTrialEgress } from "./trial-egress.ts";

const trial = await openTrialEgress();
const { serve, serveRaw, get } = trial;

describe("time", () => {
  test("an answer that never comes ends at the deadline", async () => {
    const { promise: isAsked, resolve: asked } = Promise.withResolvers<void>();
    const port = await serve(() => asked());
    const result = get(port, { timeoutMs: 10_000 });
    await isAsked;
    await trial.clock.advance(9_900);
    let isOver = false;
    void result.then(() => {
      isOver = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isOver).toBe(false);
    await trial.clock.advance(300);
    expect(failureOf(await result)).toBe("timeout");
  });

  test("an answer of one byte now and then ends long before the deadline (CVE-2023-36461)", async () => {
    let drip: () => void = () => undefined;
    const port = await serveRaw((socket) => {
      socket.once("data", () => {
        socket.write("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n");
        drip();
      });
      drip = () => void socket.write("a");
    });
    const result = get(port, { timeoutMs: 3_600_000 });
    let isOver = false;
    void result.then(() => {
      isOver = true;
    });
    for (let second = 0; second < 60 && !isOver; second++) {
      await new Promise((resolve) => setTimeout(resolve, 2));
      drip();
      await trial.clock.advance(1_000);
    }
    expect(await result).toMatchObject({ failure: "timeout", detail: expect.stringContaining("fewer than") });
    expect(trial.clock.now() - new HandClock().now()).toBeLessThan(60_000);
  });

  test("a peer that stops reading our body ends the exchange", async () => {
    const { promise: isConnected, resolve: connected } = Promise.withResolvers<void>();
    const port = await serveRaw((socket) => {
      socket.pause();
      connected();
    });
    const body = new Uint8Array(64 * 1024 * 1024);
    const result = get(port, { method: "POST", body, timeoutMs: 3_600_000 });
    await isConnected;
    for (let count = 0; count < 5; count++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      await trial.clock.advance(21_000);
    }
    expect(failureOf(await result)).toBe("timeout");
  });

  test("an aborted request ends at once", async () => {
    const stop = new AbortController();
    const port = await serve(() => stop.abort());
    expect(failureOf(await get(port, { signal: stop.signal }))).toBe("cut");
    expect(failureOf(await get(port, { signal: stop.signal }))).toBe("cut");
  });

  test("closing ends what is under way and what comes later", async () => {
    const port = await serve(() => void trial.egress.close());
    expect(failureOf(await get(port))).toBe("cut");
    expect(failureOf(await get(port))).toBe("cut");
  });
});

describe("a kept connection that died unnoticed", () => {
  /** Answers the first request of each connection and hangs up, without a word, on the second. */
  async function serveOnce(
    onSecond: (socket: TLSSocket) => void,
  ): Promise<{ port: number; requests: () => number }> {
    let requests = 0;
    const port = await serveRaw((socket) => {
      let isFirst = true;
      socket.on("data", () => {
        requests++;
        if (isFirst) socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
        else onSecond(socket);
        isFirst = false;
      });
    });
    return { port, requests: () => requests };
  }

  test("is replaced once, and the request goes out again", async () => {
    const { port, requests } = await serveOnce((socket) => socket.destroy());
    expect((await get(port)).ok).toBe(true);
    expect((await get(port, { method: "POST", body: new Uint8Array(10) })).ok).toBe(true);
    expect(requests()).toBe(3);
  });

  test("is not replaced once a byte of the answer has come", async () => {
    const { port, requests } = await serveOnce((socket) => socket.end("HTTP/1.1 2"));
    expect((await get(port)).ok).toBe(true);
    expect(failureOf(await get(port))).toBe("cut");
    expect(requests()).toBe(2);
  });

  test("does not make a streamed body go out twice", async () => {
    const { port } = await serveOnce((socket) => socket.destroy());
    async function* body(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(3);
    }
    expect((await get(port)).ok).toBe(true);
    const result = await get(port, { method: "PUT", body: body(), headers: { "content-length": "3" } });
    expect(failureOf(result)).toBe("cut");
  });

  test("a fresh connection that dies is not tried again", async () => {
    let count = 0;
    const port = await serveRaw((socket) => {
      count++;
      socket.once("data", () => socket.destroy());
    });
    expect(failureOf(await get(port))).toBe("cut");
    expect(count).toBe(1);
  });
});

test("the connections of a destination that has long not been used make room for another (CVE-2026-69132)", async () => {
  const opened = new Set<TLSSocket>();
  const names = Array.from({ length: 6 }, (_, index) => `h${index}.localhost`);
  const certificate = await trial.ca.issue(names);
  const server = createServer({ cert: certificate.certPem, key: certificate.keyPem }, (_, response) =>
    response.end("ok"),
  );
  server.on("secureConnection", (socket) => {
    opened.add(socket);
    socket.on("close", () => opened.delete(socket));
  });
  trial.whenOver(() => server.close());
  const port = await listen(server);
  trial.egress = openEgress({
    clock: trial.clock,
    resolver: { resolve: async () => ["127.0.0.1"] },
    effect: () => undefined,
    local: { ca: trial.ca.caPem, allowLoopback: true, allowPorts: true },
    maxPools: 2,
  });
  for (const name of names) {
    expect((await get(port, { url: new URL(`https://${name}:${port}/`) })).ok).toBe(true);
  }
  await expect.poll(() => opened.size).toBe(2);
});
