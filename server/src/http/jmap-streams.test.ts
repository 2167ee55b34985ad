import { fail } from "@posthorn/protocol";
import { beforeEach, describe, expect, test } from "vitest";
import type { Caller } from "../auth/caller.ts";
import { HandClock } from "../env/hand-clock.ts";
import { coreLimits } from "../sync/jmap/limits.ts";
import { edge } from "./edge.ts";
import type { HttpHandler } from "./http.ts";
import { type JmapStreamsContext, jmapStreamRoutes } from "./jmap-streams.ts";
import { router } from "./router.ts";

let uploaded: string[];
let heard: Parameters<JmapStreamsContext["events"]>[0][];
/** Uploads wait here when it is set. */
let hold: Promise<void> | undefined;
let handler: HttpHandler;
/** Large mails that have been read into memory. */
let loaded: number;

const callers: Readonly<Record<string, Caller>> = {
  "Bearer alice": { accountId: 17, name: "alice", scopes: new Set(["read", "draft"]), sessionId: "s1" },
  "Bearer reader": { accountId: 17, name: "alice", scopes: new Set(["read"]), tokenId: "t1" },
  "Bearer bob": { accountId: 18, name: "bob", scopes: new Set(["read", "draft"]), sessionId: "s2" },
};

const uploadedId = `b${"0".repeat(64)}`;

beforeEach(() => {
  uploaded = [];
  heard = [];
  hold = undefined;
  loaded = 0;
  const routes = jmapStreamRoutes({
    host: "alpha.example",
    authenticate: async (authorization = "") => callers[authorization] ?? fail("unauthorized", "Nobody."),
    async upload({ sizeBytes = 0, mostBytes, body }) {
      await hold;
      if (sizeBytes > mostBytes) fail("tooLarge", "Too many bytes are announced.");
      let size = 0;
      const chunks: Uint8Array[] = [];
      for await (const chunk of body) {
        size += chunk.length;
        if (size > mostBytes) fail("tooLarge", "Too many bytes have come.");
        chunks.push(chunk);
      }
      uploaded.push(Buffer.concat(chunks).toString());
      return { blobId: "b0", size };
    },
    clock: new HandClock(),
    async download({ accountId, blobId, hold }) {
      if (blobId === "e37") {
        await hold(37 * 1024 * 1024);
        loaded += 1;
        return { size: 37 * 1024 * 1024, body: pieces("hel", "lo") };
      }
      return accountId === 17 && ["b0", "e1", uploadedId].includes(blobId)
        ? { size: 5, body: pieces("hel", "lo") }
        : undefined;
    },
    async events(input) {
      heard.push(input);
      return pieces("event: state\n\n");
    },
  });
  const random = { bytes: (length: number) => new Uint8Array(length) };
  handler = edge(router(routes), { log: () => undefined, random, hsts: false });
});

async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield new TextEncoder().encode(text);
}

async function textOf(body: AsyncIterable<Uint8Array> | Uint8Array): Promise<string> {
  if (body instanceof Uint8Array) return new TextDecoder().decode(body);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

interface Asked {
  as?: string;
  headers?: Readonly<Record<string, string>>;
  body?: AsyncIterable<Uint8Array>;
  gone?: AbortSignal;
}

async function ask(line: string, asked: Asked = {}) {
  const answer = await send(line, asked);
  return { status: answer.status, headers: answer.headers, text: await textOf(answer.body) };
}

async function send(line: string, { as = "alice", headers = {}, body = pieces(), gone }: Asked = {}) {
  const [method = "", target = ""] = line.split(" ");
  const [path = "", query] = target.split("?");
  const fields = new Map(
    Object.entries({ authorization: `Bearer ${as}`, ...headers }).map(([k, v]) => [k, [v]]),
  );
  return handler({
    method,
    path,
    query: query === undefined ? "" : `?${query}`,
    headers: fields,
    body,
    remoteAddress: "192.0.2.1",
    ...(gone === undefined ? {} : { gone }),
  });
}

/** What whoever sends an answer says when its client has gone. */
async function leave({ body }: { body: AsyncIterable<Uint8Array> | Uint8Array }): Promise<void> {
  if (!(body instanceof Uint8Array)) await body[Symbol.asyncIterator]().return?.();
}

describe("an upload (RFC 8620 §6.1)", () => {
  test("is kept, and answered with what it can be named by", async () => {
    const answer = await ask("POST /jmap/upload/a17", {
      headers: { "content-type": "image/png" },
      body: pieces("he", "llo"),
    });
    expect(answer.status).toBe(201);
    expect(JSON.parse(answer.text)).toEqual({ accountId: "a17", blobId: "b0", type: "image/png", size: 5 });
    expect(uploaded).toEqual(["hello"]);
  });

  test("that says no type is of any bytes", async () => {
    const { text } = await ask("POST /jmap/upload/a17", { body: pieces("x") });
    expect(JSON.parse(text)).toMatchObject({ type: "application/octet-stream", size: 1 });
  });

  test("to another's account, or without the scope to write, is refused before it is read", async () => {
    async function* unread(): AsyncGenerator<Uint8Array> {
      yield* pieces();
      throw new Error("this was read");
    }
    for (const path of ["a18", "17", "a017", "A17", "constructor"]) {
      const { status } = await ask(`POST /jmap/upload/${path}`, { body: unread() });
      expect(status).toBe(404);
    }
    expect((await ask("POST /jmap/upload/a17", { as: "reader", body: unread() })).status).toBe(403);
    expect((await ask("POST /jmap/upload/a17", { as: "nobody", body: unread() })).status).toBe(401);
  });

  test("of more bytes than the session allows is refused, announced or not", async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      const chunk = new Uint8Array(1_000_000);
      for (;;) yield chunk;
    }
    const announced = { "content-length": String(coreLimits.maxSizeUpload + 1) };
    for (const headers of [{}, announced]) {
      const { status, text } = await ask("POST /jmap/upload/a17", { headers, body: endless() });
      expect(status).toBe(413);
      expect(JSON.parse(text)).toMatchObject({
        type: "urn:ietf:params:jmap:error:limit",
        limit: "maxSizeUpload",
        code: "tooLarge",
      });
    }
    expect(uploaded).toEqual([]);
  });

  test("waits for others of the account when there are many, and for nobody else's", async () => {
    const { promise, resolve: letGo } = Promise.withResolvers<void>();
    hold = promise;
    const most = coreLimits.maxConcurrentUpload;
    const begun = Array.from({ length: most }, () => ask("POST /jmap/upload/a17", { body: pieces("x") }));
    await new Promise((resolve) => setImmediate(resolve));
    const { status, text, headers } = await ask("POST /jmap/upload/a17", { body: pieces("x") });
    expect({ status, retryAfter: headers["retry-after"] }).toEqual({ status: 429, retryAfter: "1" });
    expect(JSON.parse(text)).toMatchObject({
      limit: "maxConcurrentUpload",
      code: "rateLimited",
      retry: "later",
    });
    const other = ask("POST /jmap/upload/a18", { as: "bob", body: pieces("y") });
    letGo();
    expect((await other).status).toBe(201);
    expect((await Promise.all(begun)).map((each) => each.status)).toEqual(begun.map(() => 201));
    expect((await ask("POST /jmap/upload/a17", { body: pieces("x") })).status).toBe(201);
  });
});

describe("a download (RFC 8620 §6.2)", () => {
  test("may be kept by this credential's browser when its name says all of its bytes, and else by nobody", async () => {
    const kept = await ask(`GET /jmap/download/a17/${uploadedId}/x`);
    expect(kept.headers).toMatchObject({
      "cache-control": "private, immutable, max-age=31536000",
      vary: "Authorization",
    });
    // A draft that is sent is another mail under the same id.
    expect((await ask("GET /jmap/download/a17/e1/x")).headers["cache-control"]).toBe("no-store");
    const missing = await ask(`GET /jmap/download/a17/b${"1".repeat(64)}/x`);
    expect(missing).toMatchObject({ status: 404, headers: { "cache-control": "no-store" } });
  });

  test("comes under the name and as the type that are asked for, and is no page", async () => {
    const { status, headers, text } = await ask(
      "GET /jmap/download/a17/b0/picture.svg?accept=image/svg%2Bxml",
    );
    expect({ status, text }).toEqual({ status: 200, text: "hello" });
    expect(headers).toMatchObject({
      "content-type": "image/svg+xml",
      "content-length": "5",
      "content-disposition": `attachment; filename="picture.svg"; filename*=UTF-8''picture.svg`,
      "content-security-policy": expect.stringContaining("sandbox"),
      "x-content-type-options": "nosniff",
    });
  });

  const types: [string, string][] = [
    ["text/plain", "text/plain"],
    ["text/plain;charset=utf-8", "text/plain;charset=utf-8"],
    ["application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.text"],
    ["", "application/octet-stream"],
    ["text", "application/octet-stream"],
    ["text/html,*/*", "application/octet-stream"],
    ["text/html\r\nset-cookie: a=b", "application/octet-stream"],
    ["text/plain; charset=utf-8; x=y", "application/octet-stream"],
    ["*/*/*", "application/octet-stream"],
  ];
  test.each(types)("as %j is answered as %s", async (accept, expected) => {
    const { headers } = await ask(`GET /jmap/download/a17/b0/x?accept=${encodeURIComponent(accept)}`);
    expect(headers["content-type"]).toBe(expected);
  });

  const names: [string, string][] = [
    ["a b.txt", `attachment; filename="a b.txt"; filename*=UTF-8''a%20b.txt`],
    ["grüße.pdf", `attachment; filename="gr__e.pdf"; filename*=UTF-8''gr%C3%BC%C3%9Fe.pdf`],
    [`"; x="y`, `attachment; filename="_; x=_y"; filename*=UTF-8''%22%3B%20x%3D%22y`],
    ["it's (new)*", `attachment; filename="it's (new)*"; filename*=UTF-8''it%27s%20%28new%29%2A`],
    ["a/b", `attachment; filename="file"; filename*=UTF-8''file`],
    ["a\r\nset-cookie: b", `attachment; filename="file"; filename*=UTF-8''file`],
  ];
  test.each(names)("under the name %j has Content-Disposition %s", async (name, expected) => {
    const { status, headers } = await ask(`GET /jmap/download/a17/b0/${encodeURIComponent(name)}`);
    expect({ status, disposition: headers["content-disposition"] }).toEqual({
      status: 200,
      disposition: expected,
    });
  });

  test("of what is not there, or is another's, finds nothing", async () => {
    for (const path of ["a17/b1/x", "a18/b0/x", "17/b0/x", "a17/__proto__/x"]) {
      expect((await ask(`GET /jmap/download/${path}`)).status).toBe(404);
    }
    expect((await ask("GET /jmap/download/a18/b0/x", { as: "bob" })).status).toBe(404);
    expect((await ask("GET /jmap/download/a17/b0/x", { as: "reader" })).status).toBe(200);
  });
});

describe("downloads that nobody takes", () => {
  test("are sixteen of an account, until one is taken or its reader has gone", async () => {
    const path = "GET /jmap/download/a17/b0/x";
    const unread = await Promise.all(Array.from({ length: 16 }, () => send(path)));
    const { status, headers, text } = await ask(path);
    expect({ status, retryAfter: headers["retry-after"] }).toEqual({ status: 429, retryAfter: "1" });
    expect(JSON.parse(text)).toMatchObject({ code: "rateLimited", detail: expect.stringContaining("Wait") });
    expect((await ask("GET /jmap/download/a18/b9/x", { as: "bob" })).status).toBe(404);
    const [first, second] = unread;
    if (first === undefined || second === undefined) throw new Error("nothing came");
    expect(await textOf(first.body)).toBe("hello");
    await leave(second);
    const again = await Promise.all([send(path), send(path), send(path)]);
    expect(again.map((each) => each.status)).toEqual([200, 200, 429]);
    expect((await ask(path)).status).toBe(429);
  });

  test("hold one large mail of an account in memory, whose reader's leaving lets the next be read", async () => {
    const path = "GET /jmap/download/a17/e37/x";
    const settle = () => new Promise((resolve) => setImmediate(resolve));
    const leaving = new AbortController();
    const first = send(path);
    const gone = send(path, { gone: leaving.signal });
    const third = send(path);
    await settle();
    expect(loaded).toBe(1);
    leaving.abort();
    expect((await gone).status).toBe(503);
    expect(loaded).toBe(1);
    await leave(await first);
    expect(await textOf((await third).body)).toBe("hello");
    expect(loaded).toBe(2);
    expect((await ask(path)).status).toBe(200);
  });

  test("that are not there, or come to nothing, count no more", async () => {
    for (let count = 0; count < 20; count++)
      expect((await ask("GET /jmap/download/a17/b1/x")).status).toBe(404);
    expect((await ask("GET /jmap/download/a17/b0/x")).status).toBe(200);
  });
});

describe("events (RFC 8620 §7.3)", () => {
  test("are asked for as the session's address says, from where the client has got to", async () => {
    const { status, headers, text } = await ask(
      "GET /jmap/events?types=Email,Mailbox&closeafter=no&ping=30",
      {
        as: "reader",
        headers: { "last-event-id": "41" },
      },
    );
    expect({ status, text }).toEqual({ status: 200, text: "event: state\n\n" });
    expect(headers).toMatchObject({
      "content-type": "text/event-stream",
      "access-control-allow-origin": "*",
    });
    expect(heard).toMatchObject([
      {
        caller: { accountId: 17, accountName: "alice", credentialId: "t1", isSignIn: false },
        types: "Email,Mailbox",
        closeafter: "no",
        ping: "30",
        lastEventId: "41",
      },
    ]);
  });

  test("with a field that is not known are refused", async () => {
    expect((await ask("GET /jmap/events?close-after=no")).status).toBe(400);
    expect(heard).toEqual([]);
  });
});

test("each path may be called by pages of any origin, with the scheme's headers", async () => {
  for (const [path, method] of [
    ["/jmap/upload/a17", "POST"],
    ["/jmap/download/a17/b0/x", "GET"],
    ["/jmap/events", "GET"],
  ]) {
    const { status, headers } = await ask(`OPTIONS ${path}`, { as: "nobody" });
    expect(status).toBe(204);
    expect(headers).toMatchObject({
      "access-control-allow-origin": "*",
      "access-control-allow-methods": method,
    });
  }
});
