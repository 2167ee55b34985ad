import { afterEach, describe, expect, test } from "vitest";
import { readBody } from "./edge.ts";
import type { HttpHandler, HttpRequest, HttpResponse } from "./http.ts";
import type { ListenLimits } from "./limits.ts";
import { getRequest, openTrial, postHead, type TrialListener, textAnswer, until } from "./trial-listener.ts";

/** What arrives, and how slowly. Time is the test's where it is ours, and short where it is the platform's. */

let trial: TrialListener;

afterEach(() => trial.end());

async function serve(handler: HttpHandler, limits: Partial<ListenLimits> = {}): Promise<void> {
  trial = await openTrial(handler, limits);
}

async function echoSize(request: HttpRequest): Promise<HttpResponse> {
  return textAnswer(`${(await readBody(request, 10_000_000)).length} bytes`);
}

describe("a sender that is slow on purpose", () => {
  test("a header that never ends is answered with 408 and cut", async () => {
    await serve(echoSize, { headerMs: 50 });
    const socket = await trial.dial();
    socket.say("GET /a HTTP/1.1\r\nhost: a.test\r\nx-a: ");
    expect(await socket.closed).toMatch(/^HTTP\/1\.1 408 .*"code":"timeout"/s);
  });

  test("a connection on which nothing is ever said does not stay", async () => {
    await serve(echoSize, { headerMs: 50 });
    expect(await (await trial.dial()).closed).toMatch(/^HTTP\/1\.1 408 /);
  });

  test("a request that takes longer than any may is cut, however it trickles", async () => {
    await serve(echoSize, { headerMs: 50, requestMs: 100 });
    const socket = await trial.dial();
    socket.say(`${postHead(100_000)}x`);
    expect(await socket.closed).toMatch(/^HTTP\/1\.1 408 .*"code":"timeout"/s);
    await until(() => trial.listener.requestsInFlight === 0);
  });

  test("a connection that has had its answer and says nothing more is closed", async () => {
    await serve(echoSize, { keepAliveMs: 20 });
    const socket = await trial.dial();
    socket.say(getRequest);
    expect(await socket.closed).toMatch(/^HTTP\/1\.1 200 .*0 bytes$/s);
  });

  test("a body of one byte now and then is given up after one window (CVE-2023-36461)", async () => {
    await serve(echoSize);
    const socket = await trial.dial();
    socket.say(postHead(100_000));
    for (let second = 0; second < 19; second++) {
      socket.say("x");
      await trial.clock.advance(1_000);
    }
    expect(trial.listener.requestsInFlight).toBe(1);
    expect(socket.heard).toBe("");
    await trial.clock.advance(3_000);
    expect(await socket.hear("The body came too slowly")).toMatch(/^HTTP\/1\.1 408 .*connection: close/s);
    await trial.clock.advance(3_000);
    await socket.closed;
    expect(trial.listener.requestsInFlight).toBe(0);
  });

  test("a slow line that keeps the least pace may go on for many windows", async () => {
    await serve(echoSize);
    const socket = await trial.dial();
    socket.say(postHead(60_000));
    for (let window = 0; window < 6; window++) {
      socket.say("x".repeat(10_000));
      await trial.clock.advance(19_000);
    }
    expect(await socket.hear("60000 bytes")).toMatch(/^HTTP\/1\.1 200 /);
  });

  test("the server's own pauses do not count against the sender", async () => {
    let isPausing = false;
    await serve(async (request) => {
      let size = 0;
      for await (const piece of request.body) {
        size += piece.length;
        if (size > 1) break;
        isPausing = true;
        await trial.clock.sleep(300_000);
      }
      return textAnswer(`${size} bytes`);
    });
    const socket = await trial.dial();
    socket.say(`${postHead(2)}x`);
    await until(() => isPausing);
    await trial.clock.advance(305_000);
    socket.say("y");
    expect(await socket.hear("2 bytes")).toMatch(/^HTTP\/1\.1 200 /);
  });

  test("a body that breaks off is told to whoever reads it, and nothing stays in flight", async () => {
    let told: unknown;
    await serve(async (request) => {
      await readBody(request, 1_000).catch((error) => {
        told = error;
      });
      return textAnswer("never read");
    });
    const socket = await trial.dial();
    socket.say(`${postHead(100)}half`);
    await until(() => trial.listener.requestsInFlight === 1);
    socket.destroy();
    await until(() => trial.listener.requestsInFlight === 0);
    expect(String(told)).toContain("The connection broke off");
  });
});

describe("a body", () => {
  test("longer than it was announced ends with what was announced, and the rest ends the connection", async () => {
    const bodies: string[] = [];
    await serve(async (request) => {
      bodies.push(new TextDecoder().decode(await readBody(request, 1_000)));
      return textAnswer("taken");
    });
    const socket = await trial.dial();
    socket.say(`${postHead(3)}abcdef ghi\r\n\r\n`);
    await socket.closed;
    expect(bodies).toEqual(["abc"]);
  });

  test("in chunks arrives whole, however it is cut", async () => {
    const bodies: string[] = [];
    await serve(async (request) => {
      bodies.push(new TextDecoder().decode(await readBody(request, 1_000)));
      return textAnswer("taken");
    });
    const socket = await trial.dial();
    const bytes =
      "POST /a HTTP/1.1\r\nhost: a.test\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n1\r\n \r\n6\r\nworld!\r\n0\r\n\r\n";
    for (const byte of bytes) {
      socket.say(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await socket.hear("taken");
    expect(bodies).toEqual(["hello world!"]);
  });

  test("in chunks beyond the limit is refused as soon as it is beyond it", async () => {
    await serve(async (request) => textAnswer(`${(await readBody(request, 1_000)).length}`));
    const socket = await trial.dial();
    socket.say("POST /a HTTP/1.1\r\nhost: a.test\r\ntransfer-encoding: chunked\r\n\r\n");
    socket.say(`400\r\n${"x".repeat(0x400)}\r\n`);
    expect(await socket.hear("tooLarge")).toMatch(/^HTTP\/1\.1 413 .*connection: close/s);
    await trial.clock.advance(3_000);
    await socket.closed;
  });

  test("is asked for by 100 Continue only once somebody wants it", async () => {
    let goOn: () => void = () => undefined;
    await serve(async (request) => {
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      return echoSize(request);
    });
    const socket = await trial.dial();
    socket.say(postHead(5, "expect: 100-continue\r\n"));
    await until(() => trial.listener.requestsInFlight === 1);
    await trial.clock.advance(1_000);
    expect(socket.heard).toBe("");
    goOn();
    expect(await socket.hear("100 Continue\r\n\r\n")).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\n$/);
    socket.say("hello");
    expect(await socket.hear("5 bytes")).toContain("HTTP/1.1 200 ");
  });

  test("nobody wants is not asked for: the refusal comes instead of 100 Continue", async () => {
    await serve(async (request) => textAnswer(`${(await readBody(request, 1_000)).length}`));
    const socket = await trial.dial();
    socket.say(postHead(5_000, "expect: 100-continue\r\n"));
    expect(await socket.hear("tooLarge")).toMatch(/^HTTP\/1\.1 413 /);
    expect(socket.heard).not.toContain("100 Continue");
  });

  test("refused early is read on a little, so that the client can read why instead of a reset", async () => {
    await serve(async () => textAnswer("no", 403));
    const socket = await trial.dial();
    socket.say(postHead(900_000));
    const piece = "x".repeat(100_000);
    for (let sent = 0; sent < 9; sent++) {
      socket.say(piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await socket.closed).toMatch(/^HTTP\/1\.1 403 .*connection: close.*no$/s);
    expect(socket.wasReset).toBe(false);
  });

  test("refused early that never comes is waited for briefly", async () => {
    await serve(async () => textAnswer("no", 403));
    const socket = await trial.dial();
    socket.say(postHead(900_000));
    await socket.hear("\r\n\r\nno");
    expect(trial.listener.requestsInFlight).toBe(1);
    await trial.clock.advance(2_500);
    await socket.closed;
    expect(trial.listener.requestsInFlight).toBe(0);
  });

  test("refused early that never ends is cut", async () => {
    await serve(async () => textAnswer("no", 403), { lingerBytes: 50_000 });
    const socket = await trial.dial();
    socket.say(postHead(100_000_000));
    socket.say("x".repeat(10_000_000));
    await socket.closed;
    expect(trial.listener.requestsInFlight).toBe(0);
  });
});
