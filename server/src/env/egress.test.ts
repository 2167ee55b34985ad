import { describe, expect, test } from "vitest";
import { type Answer, failureOf, openTrialEgress, textOf } from "./trial-egress.ts";

const trial = await openTrialEgress();
const { serve, serveRaw, get } = trial;

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
    expect(textOf(result.answer.body)).toBe("short");
  });

  test("a kept connection serves the next request without another lookup", async () => {
    const ports = new Set<number | undefined>();
    const port = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      response.end("ok");
    });
    for (let count = 0; count < 5; count++) expect((await get(port)).ok).toBe(true);
    expect(ports.size).toBe(1);
    expect(trial.lookups).toEqual(["a.localhost"]);
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
    await trial.clock.advance(60_000);
    await isClosed;
  });

  test("each request is an effect before and after, with one name for all blobs", async () => {
    const port = await serve((request, response) => {
      request.resume().on("end", () => response.end());
    });
    const url = new URL(`https://a.localhost:${port}/email/blob/${"ab".repeat(32)}`);
    await get(port, { method: "PUT", url, body: new Uint8Array(3) });
    expect(trial.effects).toEqual([
      "egress.PUT /email/blob/:hash before",
      "egress.PUT /email/blob/:hash after",
    ]);
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
      expect(result.ok && textOf(result.answer.body)).toBe(String(length));
      expect(Buffer.concat(received).equals(body)).toBe(true);
    }
  });

  test("that is streamed goes out with the length the caller gave", async () => {
    const port = await serve(echoLength);
    const headers = { "content-length": String(8 * 100_000) };
    const result = await get(port, { method: "PUT", body: pieces(8, 100_000), headers });
    expect(result.ok && textOf(result.answer.body)).toBe("800000");
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
    expect(result.ok && [result.answer.status, textOf(result.answer.body)]).toEqual([413, "full"]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(isStopped).toBe(true);
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
    expect(second.ok && textOf(second.answer.body)).toBe("answer 2");
  });
});
