import { afterEach, describe, expect, test } from "vitest";
import { bareSocket } from "../env/bare-socket.ts";
import { readBody } from "./edge.ts";
import type { HttpHandler, HttpRequest, HttpResponse } from "./http.ts";
import type { ListenLimits } from "./limits.ts";
import { getRequest, openTrial, type TrialListener, textAnswer, until } from "./trial-listener.ts";

let trial: TrialListener;

afterEach(() => trial.end());

async function serve(handler: HttpHandler, limits: Partial<ListenLimits> = {}): Promise<void> {
  trial = await openTrial(handler, limits);
}

async function echoSize(request: HttpRequest): Promise<HttpResponse> {
  return textAnswer(`${(await readBody(request, 10_000_000)).length} bytes`);
}

describe("too much at once", () => {
  /** A handler that answers when it is told to. */
  function gate() {
    const waiting: (() => void)[] = [];
    const handler: HttpHandler = () =>
      new Promise((resolve) => waiting.push(() => resolve(textAnswer("done"))));
    return { handler, waiting };
  }

  test("a request beyond the limit is sent away with 503 and the time to come back", async () => {
    const { handler, waiting } = gate();
    await serve(handler, { requestsInFlight: 2 });
    const [one, two, three] = [await trial.dial(), await trial.dial(), await trial.dial()];
    one.say(getRequest);
    two.say(getRequest);
    await until(() => waiting.length === 2);
    three.say(getRequest);
    expect(await three.hear("}")).toMatch(/^HTTP\/1\.1 503 .*retry-after: 5\r\n.*"code":"unavailable"/s);
    for (const answer of waiting) answer();
    await one.hear("done");
    three.say(getRequest);
    await until(() => waiting.length === 3);
    waiting[2]?.();
    await three.hear("done");
  });

  test("one network cannot take all the room; another is still served", async () => {
    const { handler, waiting } = gate();
    await serve(handler, { requestsPerNetwork: 1 });
    const from = (address: string) =>
      `GET /a HTTP/1.1\r\nhost: a.test\r\nx-forwarded-for: ${address}\r\n\r\n`;
    const [one, two, three] = [await trial.dial(), await trial.dial(), await trial.dial()];
    one.say(from("2001:db8:1:2::1"));
    await until(() => waiting.length === 1);
    two.say(from("2001:db8:1:2:ffff::9"));
    expect(await two.hear("}")).toMatch(/^HTTP\/1\.1 503 /);
    three.say(from("2001:db8:1:3::1"));
    await until(() => waiting.length === 2);
    for (const answer of waiting) answer();
    await Promise.all([one.hear("done"), three.hear("done")]);
    two.say(from("2001:db8:1:2:ffff::9"));
    await until(() => waiting.length === 3);
    waiting[2]?.();
    await two.hear("done");
  });

  test("connections beyond the limit are closed unanswered", async () => {
    await serve(echoSize, { connections: 2 });
    await trial.dial();
    await trial.dial();
    expect(await (await trial.dial()).closed).toBe("");
  });

  test("a client that sends on and on without waiting for answers is cut (CVE-2024-41671)", async () => {
    const { handler, waiting } = gate();
    await serve(handler);
    const socket = await trial.dial();
    socket.say(getRequest.repeat(20));
    expect(await socket.closed).toBe("");
    expect(waiting.length).toBe(1);
  });

  test("header fields of more than 8,192 bytes are taken, and more than 16 KiB are refused in our own form", async () => {
    await serve(echoSize);
    const socket = await trial.dial();
    socket.say(`GET /a HTTP/1.1\r\nhost: a.test\r\nx-a: ${"b".repeat(9_000)}\r\n\r\n`);
    await socket.hear("0 bytes");
    socket.say(`GET /a HTTP/1.1\r\nhost: a.test\r\nx-a: ${"b".repeat(200_000)}\r\n\r\n`);
    const heard = await socket.closed;
    expect(heard).toMatch(/HTTP\/1\.1 431 .*application\/problem\+json.*"code":"badHeader"/s);
    expect(socket.wasReset).toBe(false);
  });
});

describe("closing", () => {
  test("lets what is in flight finish, says so, and takes nothing new", async () => {
    let answer: () => void = () => undefined;
    await serve(
      () =>
        new Promise((resolve) => {
          answer = () => resolve(textAnswer("done"));
        }),
    );
    const [busy, idle] = [await trial.dial(), await trial.dial()];
    busy.say(getRequest);
    await until(() => trial.listener.requestsInFlight === 1);
    const { port } = trial.listener;
    const closed = trial.listener.close(60_000);
    expect(await idle.closed).toBe("");
    await expect(bareSocket(port)).rejects.toThrow("ECONNREFUSED");
    answer();
    expect(await busy.closed).toMatch(/^HTTP\/1\.1 200 .*connection: close.*done$/s);
    await closed;
  });

  test("ends a connection whose answer had begun as soon as that answer is out", async () => {
    let goOn: () => void = () => undefined;
    async function* body() {
      yield new TextEncoder().encode("first");
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      yield new TextEncoder().encode("last");
    }
    await serve(async () => ({ status: 200, headers: {}, body: body() }));
    const socket = await trial.dial();
    socket.say(getRequest);
    await socket.hear("first");
    const closed = trial.listener.close(60_000);
    goOn();
    expect(await socket.closed).toMatch(/last\r\n0\r\n\r\n$/);
    await closed;
  });

  test("cuts what is still there when the grace is over", async () => {
    await serve(() => new Promise(() => undefined));
    const socket = await trial.dial();
    socket.say(getRequest);
    await until(() => trial.listener.requestsInFlight === 1);
    const closed = trial.listener.close(5_000);
    await trial.clock.advance(4_900);
    expect(socket.heard).toBe("");
    await trial.clock.advance(200);
    expect(await socket.closed).toBe("");
    await closed;
  });
});

describe("behind a proxy", () => {
  const seenAs: [string, string, string][] = [
    ["its word is taken", "x-forwarded-for: 203.0.113.7\r\n", "203.0.113.7"],
    ["what the caller says of itself is not", "x-forwarded-for: 10.0.0.1, 203.0.113.7\r\n", "203.0.113.7"],
    ["the last field counts", "x-forwarded-for: 10.0.0.1\r\nx-forwarded-for: 203.0.113.7\r\n", "203.0.113.7"],
    ["an IPv6 address is one", "x-forwarded-for: 2001:db8::7\r\n", "2001:db8::7"],
    ["an IPv4 address in IPv6 clothes is plain", "x-forwarded-for: ::ffff:203.0.113.7\r\n", "203.0.113.7"],
    ["other words are nothing", "x-forwarded-for: 203.0.113.7, unknown\r\n", "127.0.0.1"],
    ["an empty word is nothing", "x-forwarded-for:\r\n", "127.0.0.1"],
    ["other fields are nothing", "forwarded: for=203.0.113.7\r\nx-real-ip: 203.0.113.7\r\n", "127.0.0.1"],
  ];
  test.each(seenAs)("%s", async (_, fields, address) => {
    await serve(async (request) => textAnswer(request.remoteAddress));
    const socket = await trial.dial();
    socket.say(`GET /a HTTP/1.1\r\nhost: a.test\r\n${fields}\r\n`);
    expect((await socket.hear(address)).endsWith(`\r\n\r\n${address}`)).toBe(true);
  });
});
