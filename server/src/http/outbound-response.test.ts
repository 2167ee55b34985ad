import { afterEach, describe, expect, test } from "vitest";
import type { HttpHandler, HttpResponse } from "./http.ts";
import type { ListenLimits } from "./limits.ts";
import { getRequest, openTrial, type TrialListener, textAnswer, until } from "./trial-listener.ts";

let trial: TrialListener;

afterEach(() => trial.end());

async function serve(handler: HttpHandler, limits: Partial<ListenLimits> = {}): Promise<void> {
  trial = await openTrial(handler, limits);
}

describe("an answer", () => {
  test("to HEAD has the head and no body, and the connection goes on", async () => {
    let closed = 0;
    const body = {
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: true as const, value: undefined }),
        return: async () => {
          closed++;
          return { done: true as const, value: undefined };
        },
      }),
    };
    await serve(async () => ({ status: 200, headers: { "content-length": "1000" }, body }));
    const socket = await trial.dial();
    socket.say("HEAD /a HTTP/1.1\r\nhost: a.test\r\n\r\n");
    const head = await socket.hear("\r\n\r\n");
    expect(head).toMatch(/content-length: 1000\r\n/);
    expect(head.endsWith("\r\n\r\n")).toBe(true);
    expect(closed).toBe(1);
    socket.say("HEAD /a HTTP/1.1\r\nhost: a.test\r\n\r\n");
    await socket.hear("HTTP/1.1 200 ", 2);
  });

  test("is over for a client that has all of it, which may ask again while the source is still being closed", async () => {
    const closing = Promise.withResolvers<void>();
    async function* body() {
      yield new TextEncoder().encode("hel");
      yield new TextEncoder().encode("lo");
      await closing.promise;
    }
    await serve(async () => ({ status: 200, headers: { "content-length": "5" }, body: body() }));
    const socket = await trial.dial();
    socket.say(getRequest);
    await socket.hear("hello");
    socket.say(getRequest);
    for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
    closing.resolve();
    await socket.hear("hello", 2);
  });

  test("that is large is over as soon as a client has all of it, and the next goes out on the same connection", async () => {
    const large = new TextEncoder().encode(`${"x".repeat(1_000_000)}END`);
    await serve(async () => ({ status: 200, headers: {}, body: large }));
    const socket = await trial.dial();
    for (let count = 1; count <= 20; count++) {
      socket.say(getRequest);
      await socket.hear("END", count);
    }
  });

  test("of status 204 has no body and no length", async () => {
    await serve(async () => ({ status: 204, headers: {}, body: new Uint8Array() }));
    const socket = await trial.dial();
    socket.say(getRequest);
    expect(await socket.hear("\r\n\r\n")).not.toContain("content-length");
  });

  /** `count` pieces of 64 KiB, and how many of them were asked for. */
  function source(count: number) {
    const seen = { pulled: 0, ended: false };
    async function* body() {
      try {
        for (; seen.pulled < count; seen.pulled++) yield new Uint8Array(65_536);
      } finally {
        seen.ended = true;
      }
    }
    return { seen, body };
  }

  test("is made no faster than the client takes it", async () => {
    const { seen, body } = source(600);
    await serve(async () => ({ status: 200, headers: {}, body: body() }));
    const socket = await trial.dial();
    socket.say("GET /a HTTP/1.1\r\nhost: a.test\r\nconnection: close\r\n\r\n");
    await socket.hear("HTTP/1.1 200 ");
    socket.pause();
    const settled = async () => {
      for (let before = -1; before !== seen.pulled; ) {
        before = seen.pulled;
        for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await settled();
    expect(seen.pulled).toBeLessThan(300);
    socket.resume();
    const heard = await socket.closed;
    expect(seen).toEqual({ pulled: 600, ended: true });
    expect(heard.endsWith("\r\n0\r\n\r\n")).toBe(true);
    expect(heard.length).toBeGreaterThan(600 * 65_536);
  });

  const stuck: [string, () => HttpResponse["body"]][] = [
    ["a stream", () => source(2_000).body()],
    ["a whole answer", () => new Uint8Array(100_000_000)],
  ];
  test.each(stuck)("that the client does not take is cut after a minute: %s", async (_, body) => {
    await serve(async () => ({ status: 200, headers: {}, body: body() }));
    const socket = await trial.dial();
    socket.say(getRequest);
    await socket.hear("HTTP/1.1 200 ");
    socket.pause();
    await trial.clock.advance(1_000);
    expect(trial.listener.requestsInFlight).toBe(1);
    await trial.clock.advance(120_000);
    await until(() => trial.listener.requestsInFlight === 0);
    socket.resume();
    await socket.closed;
  });

  test("whose client goes away tells its source to stop", async () => {
    const { seen, body } = source(1_000_000);
    await serve(async () => ({ status: 200, headers: {}, body: body() }));
    const socket = await trial.dial();
    socket.say(getRequest);
    await socket.hear("HTTP/1.1 200 ");
    socket.destroy();
    await until(() => trial.listener.requestsInFlight === 0);
    expect(seen.ended).toBe(true);
  });

  test("whose client goes away before it is made is told of to whoever makes it", async () => {
    const seen: { gone?: AbortSignal | undefined } = {};
    const { promise, resolve } = Promise.withResolvers<HttpResponse>();
    await serve(async ({ gone }) => {
      seen.gone = gone;
      return promise;
    });
    const socket = await trial.dial();
    socket.say(getRequest);
    await until(() => seen.gone !== undefined);
    expect(seen.gone?.aborted).toBe(false);
    socket.destroy();
    await until(() => seen.gone?.aborted === true);
    resolve(textAnswer("nobody hears this"));
    await until(() => trial.listener.requestsInFlight === 0);
  });

  async function* pieces(...texts: string[]) {
    for (const piece of texts) yield new TextEncoder().encode(piece);
  }

  async function* broken() {
    yield* pieces("first ");
    throw new Error("the disk is gone");
  }

  const faulty: [string, () => HttpResponse][] = [
    ["its source fails", () => ({ status: 200, headers: {}, body: broken() })],
    [
      "it is shorter than it said",
      () => ({ status: 200, headers: { "content-length": "50" }, body: pieces("first ") }),
    ],
    [
      "it is longer than it said",
      () => ({ status: 200, headers: { "content-length": "6" }, body: pieces("first ", "HTTP/1.1 200 ") }),
    ],
    [
      "a field of it cannot be sent",
      () => ({ status: 200, headers: { "x-a": "b\r\nc: d" }, body: pieces() }),
    ],
  ];
  test.each(faulty)("is cut, never ended as if it were whole, when %s", async (_, made) => {
    await serve(async () => made());
    const socket = await trial.dial();
    socket.say(getRequest);
    const heard = await socket.closed;
    expect(heard).not.toContain("\r\n0\r\n\r\n");
    expect(heard.split("HTTP/1.1 ").length).toBeLessThanOrEqual(2);
    expect(trial.logged).toEqual(["answer cut off"]);
    expect(trial.listener.requestsInFlight).toBe(0);
  });

  test("carries the security headers, also to what is no HTTP at all", async () => {
    await serve(async () => textAnswer("fine"));
    const [one, two] = [await trial.dial(), await trial.dial()];
    one.say(getRequest);
    two.say("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03");
    for (const heard of [await one.hear("fine"), await two.closed]) {
      expect(heard).toContain("cache-control: no-store\r\n");
      expect(heard).toContain(
        "content-security-policy: default-src 'none'; sandbox; frame-ancestors 'none'\r\n",
      );
      expect(heard).toContain("x-content-type-options: nosniff\r\n");
    }
    expect(two.heard).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n.*"code":"badRequest"/s);
  });

  test("of a handler that throws says 500 with an instance and nothing of the fault", async () => {
    await serve(() => Promise.reject(new Error("password=hunter2")));
    const socket = await trial.dial();
    socket.say(getRequest);
    const heard = await socket.hear("}");
    expect(heard).toMatch(/^HTTP\/1\.1 500 .*"instance":"0000000000000000"/s);
    expect(heard).not.toContain("hunter2");
    socket.say(getRequest);
    await socket.hear("HTTP/1.1 500 ", 2);
  });
});
