import { fail } from "@posthorn/protocol";
import { describe, expect, test } from "vitest";
import { edge, readBody } from "./edge.ts";
import type { HttpRequest, HttpResponse } from "./http.ts";

interface Line {
  level: string;
  event: string;
  fields: Readonly<Record<string, unknown>> | undefined;
}

function harness() {
  const lines: Line[] = [];
  let made = 0;
  return {
    lines,
    ctx: {
      log: (level: string, event: string, fields?: Readonly<Record<string, unknown>>) => {
        lines.push({ level, event, fields });
      },
      random: { bytes: (length: number) => new Uint8Array(length).fill(++made) },
      hsts: true,
    },
  };
}

function request(pieces: readonly Uint8Array[] = [], fields: Record<string, string[]> = {}): HttpRequest {
  return {
    method: "POST",
    path: "/auth/invite/s3cret-of-the-invited",
    query: "",
    headers: new Map(Object.entries(fields)),
    body: each(pieces),
    remoteAddress: "192.0.2.1",
  };
}

async function* each(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

function jsonOf({ body }: HttpResponse): unknown {
  return body instanceof Uint8Array ? JSON.parse(new TextDecoder().decode(body)) : undefined;
}

describe("what a route throws", () => {
  test("on purpose is its answer, with Retry-After where it says when, and is not logged", async () => {
    const { ctx, lines } = harness();
    const answer = await edge(
      async () => fail("rateLimited", "Wait a little.", { retryAfterS: 7 }),
      ctx,
    )(request());
    expect(answer.status).toBe(429);
    expect(answer.headers).toMatchObject({ "content-type": "application/problem+json", "retry-after": "7" });
    expect(jsonOf(answer)).toMatchObject({ code: "rateLimited", detail: "Wait a little.", retryAfterS: 7 });
    expect(lines).toEqual([]);
  });

  const accidents: [string, unknown][] = [
    ["an error", new Error("SELECT * FROM secrets")],
    ["a text", "SELECT * FROM secrets"],
    ["nothing", undefined],
    ["something that looks like a problem", { problem: { status: 200, detail: "SELECT * FROM secrets" } }],
  ];
  test.each(accidents)("by accident tells the caller an instance only: %s", async (_, thrown) => {
    const { ctx, lines } = harness();
    const answer = await edge(() => Promise.reject(thrown), ctx)(request());
    expect(answer.status).toBe(500);
    expect(jsonOf(answer)).toMatchObject({ code: "internal", retry: "later", instance: "0101010101010101" });
    expect(JSON.stringify(jsonOf(answer))).not.toContain("SELECT");
    expect(lines).toMatchObject([
      { level: "error", fields: { instance: "0101010101010101", error: thrown } },
    ]);
  });

  test("by accident is logged without what varies in the path: an invitation's token stands there", async () => {
    const { ctx, lines } = harness();
    await edge(() => Promise.reject(new Error("boom")), ctx)(request());
    expect(JSON.stringify(lines)).toContain("/auth/invite");
    expect(JSON.stringify(lines)).not.toContain("s3cret");
  });

  test("before it returns a promise is caught like anything else", async () => {
    const { ctx } = harness();
    const answer = await edge(() => {
      throw new Error("boom");
    }, ctx)(request());
    expect(answer.status).toBe(500);
  });
});

describe("every answer", () => {
  const answers: [string, () => Promise<HttpResponse>][] = [
    ["of a route", async () => ({ status: 200, headers: {}, body: new Uint8Array() })],
    ["of a problem", async () => fail("notFound", "Nothing.")],
    ["of an accident", () => Promise.reject(new Error("boom"))],
  ];
  test.each(answers)("%s carries the security headers", async (_, handler) => {
    const { headers } = await edge(handler, harness().ctx)(request());
    expect(headers).toMatchObject({
      "cache-control": "no-store",
      "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
      "cross-origin-resource-policy": "same-origin",
      "referrer-policy": "no-referrer",
      "strict-transport-security": "max-age=63072000",
      "x-content-type-options": "nosniff",
    });
  });

  test("of a local trial binds no browser to HTTPS: its names are shared by everything on the machine", async () => {
    const { headers } = await edge(async () => fail("notFound", "Nothing."), {
      ...harness().ctx,
      hsts: false,
    })(request());
    expect(Object.keys(headers)).not.toContain("strict-transport-security");
  });
});

describe("readBody", () => {
  const text = "grüße ".repeat(3_000);
  const bytes = new TextEncoder().encode(text);

  test.each([1, 2, 3, 1_000, 4_096, 10_000, bytes.length])("joins pieces of %i bytes", async (size) => {
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.slice(at, at + size), new Uint8Array());
    expect(new TextDecoder().decode(await readBody(request(pieces), bytes.length))).toBe(text);
    const announced = request(pieces, { "content-length": [String(bytes.length)] });
    expect(new TextDecoder().decode(await readBody(announced, bytes.length))).toBe(text);
  });

  test("of nothing is nothing", async () => {
    expect(await readBody(request(), 10)).toEqual(new Uint8Array());
  });

  test("takes exactly the limit and not a byte more", async () => {
    expect((await readBody(request([new Uint8Array(6), new Uint8Array(4)]), 10)).length).toBe(10);
    await expect(readBody(request([new Uint8Array(6), new Uint8Array(5)]), 10)).rejects.toMatchObject({
      problem: { code: "tooLarge", status: 413 },
    });
  });

  test("refuses what is announced as too large before it has come", async () => {
    let read = false;
    async function* body() {
      read = true;
      yield new Uint8Array();
    }
    const large = { ...request([], { "content-length": ["11"] }), body: body() };
    await expect(readBody(large, 10)).rejects.toMatchObject({ problem: { code: "tooLarge" } });
    expect(read).toBe(false);
  });

  test("of 1 MiB that comes byte by byte needs memory for 1 MiB, not for as many pieces", async () => {
    const mebibyte = 1024 * 1024;
    async function* trickle() {
      for (let sent = 0; sent < mebibyte; sent++) yield new Uint8Array([sent & 0xff]);
    }
    const before = process.memoryUsage();
    const whole = await readBody({ ...request(), body: trickle() }, mebibyte);
    const after = process.memoryUsage();
    expect(whole.length).toBe(mebibyte);
    expect(whole.at(-1)).toBe(0xff);
    expect(after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers).toBeLessThan(
      64 * mebibyte,
    );
  });
});
