import { mkdtemp } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import { createServer as createTcpServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer, type TLSSocket } from "node:tls";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openEgress } from "./egress.ts";
import type { Egress, EgressResult, OutboundRequest } from "./env.ts";
import { openFiles } from "./files.ts";
import { HandClock } from "./hand-clock.ts";
import { type LocalCa, type LocalCertificate, openLocalCa } from "./local-ca.ts";
import { openRandom } from "./random.ts";

const dayMs = 86_400_000;
let ca: LocalCa;
let leaf: LocalCertificate;

async function makeCa(clock: HandClock): Promise<LocalCa> {
  const folder = await mkdtemp(join(tmpdir(), "posthorn-egress-"));
  const random = openRandom();
  return openLocalCa(openFiles({ effect: () => undefined, random, clock }), folder, random, clock);
}

beforeAll(async () => {
  ca = await makeCa(new HandClock(Date.now()));
  leaf = await ca.issue(["a.localhost"]);
});

let clock: HandClock;
let egress: Egress;
let effects: string[];
let lookups: string[];
let addresses: (host: string) => readonly string[];
const closers: (() => void)[] = [];

beforeEach(() => {
  clock = new HandClock();
  effects = [];
  lookups = [];
  addresses = () => ["127.0.0.1"];
  egress = open(true);
});

afterEach(async () => {
  await egress.close();
  for (const close of closers.splice(0)) close();
});

function open(isLocal: boolean, caPem = ca.caPem): Egress {
  const opened = openEgress({
    clock,
    resolver: {
      async resolve(host) {
        lookups.push(host);
        return addresses(host);
      },
    },
    effect: (name, when) => effects.push(`${name} ${when}`),
    ...(isLocal && { local: { ca: caPem, allowLoopback: true, allowPorts: true } }),
  });
  closers.push(() => void opened.close());
  return opened;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return address.port;
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return portOf(server);
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

async function serve(answer: Answer, certificate = leaf): Promise<number> {
  const server = createServer({ cert: certificate.certPem, key: certificate.keyPem }, answer);
  closers.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return listen(server);
}

/** A server that speaks TLS and then whatever the test writes. */
async function serveRaw(onSocket: (socket: TLSSocket) => void): Promise<number> {
  const sockets = new Set<TLSSocket>();
  const server = createTlsServer({ cert: leaf.certPem, key: leaf.keyPem }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    onSocket(socket);
  });
  closers.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return listen(server);
}

function get(port: number, more: Partial<OutboundRequest> = {}): Promise<EgressResult> {
  return egress.request({
    method: "GET",
    url: new URL(`https://a.localhost:${port}/x`),
    headers: {},
    timeoutMs: 60_000,
    maxAnswerBytes: 1_000,
    ...more,
  });
}

function failureOf(result: EgressResult): string {
  return result.ok ? "none" : result.failure;
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe("an ordinary exchange", () => {
  test("sends what it was given and returns status, doubled headers and body as they came", async () => {
    const seen: string[] = [];
    const port = await serve((request, response) => {
      seen.push(
        `${request.method} ${request.url}`,
        request.headers.host ?? "",
        request.headers["x-note"]?.toString() ?? "",
      );
      seen.push(
        request.headers["accept-encoding"]?.toString() ?? "",
        request.headers["content-length"] ?? "none",
      );
      response.writeHead(418, ["X-A", "1", "x-a", "2"]);
      response.end("short");
    });
    const url = new URL(`https://a.localhost:${port}/email/send?undo=1`);
    const result = await get(port, { url, headers: { "x-note": "hello" } });
    expect(seen).toEqual(["GET /email/send?undo=1", `a.localhost:${port}`, "hello", "identity", "none"]);
    if (!result.ok) throw new Error(result.detail);
    expect(result.answer.status).toBe(418);
    expect(result.answer.headers.get("x-a")).toEqual(["1", "2"]);
    expect(text(result.answer.body)).toBe("short");
  });

  test("a kept connection serves the next request without another lookup", async () => {
    const ports = new Set<number | undefined>();
    const port = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      response.end("ok");
    });
    for (let count = 0; count < 5; count++) expect((await get(port)).ok).toBe(true);
    expect(ports.size).toBe(1);
    expect(lookups).toEqual(["a.localhost"]);
  });

  test("many requests at once share at most 16 connections", async () => {
    const ports = new Set<number | undefined>();
    const port = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      setImmediate(() => response.end("ok"));
    });
    const results = await Promise.all(Array.from({ length: 100 }, () => get(port)));
    expect(results.every((result) => result.ok)).toBe(true);
    expect(ports.size).toBeLessThanOrEqual(16);
  });

  test("an idle connection is closed after a minute", async () => {
    const { promise: isClosed, resolve: closed } = Promise.withResolvers<void>();
    const port = await serve((request, response) => {
      request.socket.on("close", closed);
      response.end("ok");
    });
    await get(port);
    await clock.advance(60_000);
    await isClosed;
  });

  test("each request is an effect before and after, with one name for all blobs", async () => {
    const port = await serve((request, response) => {
      request.resume().on("end", () => response.end());
    });
    const url = new URL(`https://a.localhost:${port}/email/blob/${"ab".repeat(32)}`);
    await get(port, { method: "PUT", url, body: new Uint8Array(3) });
    expect(effects).toEqual(["egress.PUT /email/blob/:hash before", "egress.PUT /email/blob/:hash after"]);
  });
});

describe("a body", () => {
  const received: Uint8Array[] = [];
  const echoLength: Answer = (request, response) => {
    received.length = 0;
    request.on("data", (chunk) => received.push(chunk));
    request.on("end", () => response.end(request.headers["content-length"] ?? "chunked"));
  };

  async function* pieces(count: number, sizeBytes: number): AsyncGenerator<Uint8Array> {
    for (let index = 0; index < count; index++) yield new Uint8Array(sizeBytes).fill(index);
  }

  test("of bytes goes out whole with its length, large or small or empty", async () => {
    const port = await serve(echoLength);
    for (const length of [0, 1, 4_096, 1_000_000]) {
      const body = new Uint8Array(length).map((_, index) => index % 253);
      const result = await get(port, { method: "POST", body, headers: { "Content-Length": "7" } });
      expect(result.ok && text(result.answer.body)).toBe(String(length));
      expect(Buffer.concat(received).equals(body)).toBe(true);
    }
  });

  test("that is streamed goes out with the length the caller gave", async () => {
    const port = await serve(echoLength);
    const headers = { "content-length": String(8 * 100_000) };
    const result = await get(port, { method: "PUT", body: pieces(8, 100_000), headers });
    expect(result.ok && text(result.answer.body)).toBe("800000");
    expect(Buffer.concat(received).length).toBe(800_000);
  });

  test("that is streamed needs a length, and must keep to it", async () => {
    const port = await serve(echoLength);
    const send = (length: Record<string, string>) =>
      get(port, { method: "PUT", body: pieces(2, 100), headers: length });
    expect(failureOf(await send({}))).toBe("refused");
    expect(failureOf(await send({ "content-length": "1e3" }))).toBe("refused");
    expect(await send({ "content-length": "199" })).toMatchObject({
      failure: "cut",
      detail: expect.stringContaining("longer"),
    });
    expect(await send({ "content-length": "201" })).toMatchObject({
      failure: "cut",
      detail: expect.stringContaining("shorter"),
    });
  });

  test("whose source breaks ends the exchange, and the peer never takes it for whole", async () => {
    let isWhole = false;
    const port = await serve((request, response) => {
      request.on("end", () => {
        isWhole = true;
        response.end();
      });
      request.on("error", () => undefined).resume();
    });
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(10);
      throw new Error("the disk is damaged");
    }
    const result = await get(port, { method: "PUT", body: broken(), headers: { "content-length": "20" } });
    expect(result).toMatchObject({ failure: "cut", detail: expect.stringContaining("damaged") });
    expect(isWhole).toBe(false);
  });

  test("is not sent to its end when the answer comes early, and the source is told to stop", async () => {
    let isStopped = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        while (true) yield new Uint8Array(64 * 1024);
      } finally {
        isStopped = true;
      }
    }
    const port = await serve((request, response) => {
      request.once("data", () => {
        response.writeHead(413, { "content-length": "4" });
        response.write("full");
      });
    });
    const headers = { "content-length": String(2 ** 40) };
    const result = await get(port, { method: "PUT", body: endless(), headers });
    expect(result.ok && [result.answer.status, text(result.answer.body)]).toEqual([413, "full"]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(isStopped).toBe(true);
  });
});

describe("who is called", () => {
  test("a certificate of an unknown authority is refused", async () => {
    const port = await serve((_, response) => response.end("ok"));
    const other = await makeCa(new HandClock(Date.now()));
    egress = open(true, other.caPem);
    expect(failureOf(await get(port))).toBe("tls");
  });

  test("a certificate for another name is refused", async () => {
    const port = await serve((_, response) => response.end("ok"), await ca.issue(["b.localhost"]));
    expect(await get(port)).toMatchObject({
      failure: "tls",
      detail: expect.stringContaining("for another name"),
    });
  });

  test("a certificate that has expired is refused", async () => {
    const oldCa = await makeCa(new HandClock(Date.now() - 200 * dayMs));
    const port = await serve((_, response) => response.end("ok"), await oldCa.issue(["a.localhost"]));
    egress = open(true, oldCa.caPem);
    expect(await get(port)).toMatchObject({ failure: "tls", detail: expect.stringContaining("has expired") });
  });

  test("a server that speaks no TLS, or hangs up in the handshake, is a failure of TLS", async () => {
    const plain = createTcpServer((socket) =>
      socket.on("error", () => undefined).end("HTTP/1.1 200 OK\r\n\r\n"),
    );
    closers.push(() => plain.close());
    expect(failureOf(await get(await listen(plain)))).toBe("tls");
    const mute = createTcpServer((socket) => socket.destroy());
    closers.push(() => mute.close());
    expect(failureOf(await get(await listen(mute)))).toBe("tls");
  });

  test("a handshake that stalls ends after five seconds", async () => {
    const { promise: isConnected, resolve: connected } = Promise.withResolvers<void>();
    const stalled = createTcpServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", connected);
    });
    closers.push(() => stalled.close());
    const result = get(await listen(stalled));
    await isConnected;
    await clock.advance(5_200);
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
    addresses = () => ["127.0.0.77", "127.0.0.1"];
    expect((await get(port)).ok).toBe(true);
  });

  test("a name without address, or one that cannot be looked up, is a failure of DNS", async () => {
    addresses = () => [];
    expect(failureOf(await get(443))).toBe("dns");
    addresses = () => {
      throw new Error("SERVFAIL");
    };
    expect(failureOf(await get(443))).toBe("dns");
  });

  test("a name that leads inside is never connected to (CVE-2026-50131, CVE-2026-62857)", async () => {
    let isReached = false;
    const port = await serve(() => {
      isReached = true;
    });
    egress = open(false);
    const url = new URL("https://intranet.example/");
    for (const inside of [
      ["127.0.0.1"],
      ["::1"],
      ["10.0.0.1"],
      ["93.184.216.34", "127.0.0.1"],
      ["64:ff9b::7f00:1"],
    ]) {
      addresses = () => inside;
      expect(failureOf(await get(port, { url }))).toBe("refused");
    }
    expect(isReached).toBe(false);
  });

  test("a name server that changes its answer gains nothing: looked up once, vetted each time (rebinding)", async () => {
    const port = await serve((request, response) => {
      response.end(request.socket.localAddress);
    });
    const answers = [["127.0.0.1"], ["169.254.169.254"]];
    addresses = () => answers.shift() ?? [];
    const first = await get(port);
    expect(first.ok && text(first.answer.body)).toBe("127.0.0.1");
    expect(lookups.length).toBe(1);
    await clock.advance(60_000);
    expect(failureOf(await get(port))).toBe("refused");
    expect(lookups.length).toBe(2);
  });

  test("without the operator's switch no other port and no loopback is called", async () => {
    const port = await serve((_, response) => response.end("ok"));
    egress = open(false);
    expect(await get(port)).toMatchObject({
      failure: "refused",
      detail: expect.stringContaining("port 443"),
    });
    expect(lookups).toEqual([]);
  });

  test("proxies and certificate switches of the environment change nothing", async () => {
    const port = await serve((_, response) => response.end("ok"), await ca.issue(["b.localhost"]));
    const names = ["HTTPS_PROXY", "https_proxy", "NODE_USE_ENV_PROXY", "NODE_TLS_REJECT_UNAUTHORIZED"];
    for (const name of names)
      process.env[name] = name.startsWith("NODE_USE")
        ? "1"
        : name.startsWith("NODE_TLS")
          ? "0"
          : "http://127.0.0.1:1";
    try {
      egress = open(true);
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
    expect(lookups).toEqual([]);
  });
});

describe("what comes back", () => {
  test("a redirect is an answer and is not followed (CVE-2026-77632, CVE-2025-23221)", async () => {
    let count = 0;
    const port = await serve((_, response) => {
      count++;
      response.writeHead(307, { location: "https://a.localhost/internal" });
      response.end();
    });
    const result = await get(port);
    expect(result.ok && [result.answer.status, result.answer.headers.get("location")]).toEqual([
      307,
      ["https://a.localhost/internal"],
    ]);
    expect(count).toBe(1);
  });

  test("HTML is handed over as what it says it is", async () => {
    const port = await serve((_, response) => {
      response.writeHead(404, { "content-type": "text/html" });
      response.end("<h1>no</h1>");
    });
    const result = await get(port);
    expect(result.ok && result.answer.headers.get("content-type")).toEqual(["text/html"]);
  });

  test.each(["gzip", "br", "deflate", "identity, gzip", "zstd"])(
    "a body compressed with %s is refused",
    async (coding) => {
      const port = await serve((_, response) => {
        response.writeHead(200, { "content-encoding": coding });
        response.end("x");
      });
      expect(await get(port)).toMatchObject({
        failure: "cut",
        detail: expect.stringContaining("compressed"),
      });
    },
  );

  test("an answer over the cap ends at once, announced or not, and one just at the cap is taken", async () => {
    const port = await serve((request, response) => {
      const sizeBytes = Number(request.headers["x-size"]);
      if (request.headers["x-announce"] === "yes") response.setHeader("content-length", sizeBytes);
      response.write(Buffer.alloc(sizeBytes));
      if (sizeBytes <= 1_000) response.end();
    });
    expect(failureOf(await get(port, { headers: { "x-size": "1001", "x-announce": "yes" } }))).toBe(
      "tooLarge",
    );
    expect(failureOf(await get(port, { headers: { "x-size": "1001", "x-announce": "no" } }))).toBe(
      "tooLarge",
    );
    expect((await get(port, { headers: { "x-size": "1000", "x-announce": "no" } })).ok).toBe(true);
  });

  test("an endless header ends at once", async () => {
    const port = await serveRaw((socket) => {
      socket.write("HTTP/1.1 200 OK\r\n");
      const write = () => {
        if (!socket.destroyed) socket.write(`x-a: ${"b".repeat(1_000)}\r\n`, () => setImmediate(write));
      };
      write();
    });
    expect(failureOf(await get(port))).toBe("tooLarge");
  });

  test.each([
    ["in the head", "HTTP/1.1 200 OK\r\ncontent-le"],
    ["in the body", "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf"],
    ["in a chunk", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhal"],
    ["before a byte", ""],
  ])("an answer cut %s is no answer", async (_, sent) => {
    const port = await serveRaw((socket) => socket.once("data", () => socket.end(sent)));
    expect(failureOf(await get(port))).toBe("cut");
  });

  test.each([
    "SSH-2.0-OpenSSH_9\r\n\r\n",
    "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
    "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    "HTTP/1.1 200 OK\ncontent-length: 1\n\na",
    "HTTP/1.1 99999 ?\r\n\r\n",
  ])("bytes that are not exact HTTP are no answer: %j", async (sent) => {
    const port = await serveRaw((socket) => socket.once("data", () => socket.write(sent)));
    expect(failureOf(await get(port))).toBe("cut");
  });

  test("bytes nobody asked for are never taken for the answer to the next request", async () => {
    const { promise: isDropped, resolve: dropped } = Promise.withResolvers<void>();
    let count = 0;
    const good = (body: string) => `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    const port = await serveRaw((socket) => {
      socket.on("close", dropped).on("data", () => {
        count++;
        socket.write(good(`answer ${count}`));
        if (count === 1) setImmediate(() => socket.write(good("forged")));
      });
    });
    expect(await get(port)).toMatchObject({ ok: true });
    await isDropped;
    const second = await get(port);
    expect(second.ok && text(second.answer.body)).toBe("answer 2");
  });
});

describe("time", () => {
  test("an answer that never comes ends at the deadline", async () => {
    const { promise: isAsked, resolve: asked } = Promise.withResolvers<void>();
    const port = await serve(() => asked());
    const result = get(port, { timeoutMs: 10_000 });
    await isAsked;
    await clock.advance(9_900);
    let isOver = false;
    void result.then(() => {
      isOver = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isOver).toBe(false);
    await clock.advance(300);
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
      await clock.advance(1_000);
    }
    expect(await result).toMatchObject({ failure: "timeout", detail: expect.stringContaining("fewer than") });
    expect(clock.now() - new HandClock().now()).toBeLessThan(60_000);
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
      await clock.advance(21_000);
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
    const port = await serve(() => void egress.close());
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
  const certificate = await ca.issue(names);
  const server = createServer({ cert: certificate.certPem, key: certificate.keyPem }, (_, response) =>
    response.end("ok"),
  );
  server.on("secureConnection", (socket) => {
    opened.add(socket);
    socket.on("close", () => opened.delete(socket));
  });
  closers.push(() => server.close());
  const port = await listen(server);
  egress = openEgress({
    clock,
    resolver: { resolve: async () => ["127.0.0.1"] },
    effect: () => undefined,
    local: { ca: ca.caPem, allowLoopback: true, allowPorts: true },
    maxPools: 2,
  });
  for (const name of names) {
    expect((await get(port, { url: new URL(`https://${name}:${port}/`) })).ok).toBe(true);
  }
  await expect.poll(() => opened.size).toBe(2);
});
