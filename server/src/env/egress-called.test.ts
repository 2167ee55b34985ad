import { createServer as createTcpServer } from "node:net";
import { describe, expect, test } from "vitest";
import { HandClock } from "./hand-clock.ts";
import { failureOf, listen, makeCa, openTrialEgress, textOf } from "./trial-egress.ts";

const dayMs = 86_400_000;
const trial = await openTrialEgress();
const { open, serve, get } = trial;

describe("who is called", () => {
  test("a certificate of an unknown authority is refused", async () => {
    const port = await serve((_, response) => response.end("ok"));
    const other = await makeCa(new HandClock(Date.now()));
    trial.egress = open(true, other.caPem);
    expect(failureOf(await get(port))).toBe("tls");
  });

  test("a certificate for another name is refused", async () => {
    const port = await serve((_, response) => response.end("ok"), await trial.ca.issue(["b.localhost"]));
    expect(await get(port)).toMatchObject({
      failure: "tls",
      detail: expect.stringContaining("for another name"),
    });
  });

  test("a certificate that has expired is refused", async () => {
    const oldCa = await makeCa(new HandClock(Date.now() - 200 * dayMs));
    const port = await serve((_, response) => response.end("ok"), await oldCa.issue(["a.localhost"]));
    trial.egress = open(true, oldCa.caPem);
    expect(await get(port)).toMatchObject({ failure: "tls", detail: expect.stringContaining("has expired") });
  });

  test("a server that speaks no TLS, or hangs up in the handshake, is a failure of TLS", async () => {
    const plain = createTcpServer((socket) =>
      socket.on("error", () => undefined).end("HTTP/1.1 200 OK\r\n\r\n"),
    );
    trial.whenOver(() => plain.close());
    expect(failureOf(await get(await listen(plain)))).toBe("tls");
    const mute = createTcpServer((socket) => socket.destroy());
    trial.whenOver(() => mute.close());
    expect(failureOf(await get(await listen(mute)))).toBe("tls");
  });

  test("a handshake that stalls ends after five seconds", async () => {
    const { promise: isConnected, resolve: connected } = Promise.withResolvers<void>();
    const stalled = createTcpServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", connected);
    });
    trial.whenOver(() => stalled.close());
    const result = get(await listen(stalled));
    await isConnected;
    await trial.clock.advance(5_200);
    expect(await result).toMatchObject({ failure: "tls", detail: expect.stringContaining("within 5 s") });
  });

  test("a port nobody listens on is a failure to connect, for everyone who waits", async () => {
    const gone = createTcpServer();
    const port = await listen(gone);
    await new Promise((resolve) => gone.close(resolve));
    const results = await Promise.all(Array.from({ length: 40 }, () => get(port)));
    expect(new Set(results.map(failureOf))).toEqual(new Set(["connect"]));
  });

  test("the next address of a name is tried when one does not answer", async () => {
    const port = await serve((_, response) => response.end("ok"));
    trial.addresses = () => ["127.0.0.77", "127.0.0.1"];
    expect((await get(port)).ok).toBe(true);
  });

  test("a name without address, or one that cannot be looked up, is a failure of DNS", async () => {
    trial.addresses = () => [];
    expect(failureOf(await get(443))).toBe("dns");
    trial.addresses = () => {
      throw new Error("SERVFAIL");
    };
    expect(failureOf(await get(443))).toBe("dns");
  });

  test("a name that leads inside is never connected to (CVE-2026-50131, CVE-2026-62857)", async () => {
    let isReached = false;
    const port = await serve(() => {
      isReached = true;
    });
    trial.egress = open(false);
    const url = new URL("https://intranet.example/");
    for (const inside of [
      ["127.0.0.1"],
      ["::1"],
      ["10.0.0.1"],
      ["93.184.216.34", "127.0.0.1"],
      ["64:ff9b::7f00:1"],
    ]) {
      trial.addresses = () => inside;
      expect(failureOf(await get(port, { url }))).toBe("refused");
    }
    expect(isReached).toBe(false);
  });

  test("a name server that changes its answer gains nothing: looked up once, vetted each time (rebinding)", async () => {
    const port = await serve((request, response) => {
      response.end(request.socket.localAddress);
    });
    const answers = [["127.0.0.1"], ["169.254.169.254"]];
    trial.addresses = () => answers.shift() ?? [];
    const first = await get(port);
    expect(first.ok && textOf(first.answer.body)).toBe("127.0.0.1");
    expect(trial.lookups.length).toBe(1);
    await trial.clock.advance(60_000);
    expect(failureOf(await get(port))).toBe("refused");
    expect(trial.lookups.length).toBe(2);
  });

  test("without the operator's switch no other port and no loopback is called", async () => {
    const port = await serve((_, response) => response.end("ok"));
    trial.egress = open(false);
    expect(await get(port)).toMatchObject({
      failure: "refused",
      detail: expect.stringContaining("port 443"),
    });
    expect(trial.lookups).toEqual([]);
  });

  test("proxies and certificate switches of the environment change nothing", async () => {
    const port = await serve((_, response) => response.end("ok"), await trial.ca.issue(["b.localhost"]));
    const names = ["HTTPS_PROXY", "https_proxy", "NODE_USE_ENV_PROXY", "NODE_TLS_REJECT_UNAUTHORIZED"];
    for (const name of names)
      process.env[name] = name.startsWith("NODE_USE")
        ? "1"
        : name.startsWith("NODE_TLS")
          ? "0"
          : "http://127.0.0.1:1";
    try {
      trial.egress = open(true);
      expect(await get(port)).toMatchObject({
        failure: "tls",
        detail: expect.stringContaining("for another name"),
      });
    } finally {
      for (const name of names) delete process.env[name];
    }
  });

  test("a header field with a line end in it never leaves", async () => {
    const port = await serve((_, response) => response.end("ok"));
    expect(failureOf(await get(port, { headers: { "x-a": "b\r\nx-evil: 1" } }))).toBe("refused");
    expect(trial.lookups).toEqual([]);
  });
});
