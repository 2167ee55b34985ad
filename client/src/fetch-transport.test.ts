import { expect, test } from "vitest";
import { fetchTransport } from "./fetch-transport.ts";
import { bodyOf, serve } from "./node/test-server.ts";
import { readAll } from "./read-all.ts";

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  return new TextDecoder().decode(await readAll(body, 10_000_000));
}

test("A streamed body arrives whole and the answer streams back", async () => {
  const server = await serve(
    async (request, response) => {
      const body = await bodyOf(request);
      response.writeHead(201, { "x-length": request.headers["content-length"] }).end(body);
    },
    { plain: true },
  );
  const progress: number[] = [];
  const answer = await fetchTransport()({
    method: "PUT",
    url: `${server.origin}/blob`,
    headers: { "content-type": "application/octet-stream" },
    body: {
      sizeBytes: 10,
      async *open() {
        yield Buffer.from("01234");
        yield Buffer.from("56789");
      },
    },
    onSent: (bytes) => progress.push(bytes),
  });
  expect(answer.status).toBe(201);
  expect(answer.headers.get("x-length")).toBe("10");
  expect(await textOf(answer.body)).toBe("0123456789");
  expect(progress).toEqual([10]);
});

test("An answer without a body ends at once", async () => {
  const server = await serve((_, response) => response.writeHead(204).end(), { plain: true });
  const answer = await fetchTransport()({ method: "DELETE", url: server.origin, headers: {} });
  expect(await textOf(answer.body)).toBe("");
});

test("A redirect is not followed", async () => {
  const asked: unknown[] = [];
  const server = await serve(
    (request, response) => {
      asked.push(request.url);
      response.writeHead(302, { location: "/elsewhere" }).end();
    },
    { plain: true },
  );
  const answer = await fetchTransport()({ method: "GET", url: `${server.origin}/here`, headers: {} });
  expect(answer.status).toBe(302);
  expect(asked).toEqual(["/here"]);
});

test("No connection, a cut answer and silence are told apart", async () => {
  const cutting = await serve(
    (_, response) => {
      response.writeHead(200, { "content-length": 100 });
      response.write("half", () => response.socket?.destroy());
    },
    { plain: true },
  );
  const silent = await serve(() => undefined, { plain: true });
  const transport = fetchTransport();
  await expect(transport({ method: "GET", url: "http://127.0.0.1:1/", headers: {} })).rejects.toMatchObject({
    name: "Unreachable",
    reason: "unknown",
    host: "127.0.0.1:1",
  });
  const impatient = fetchTransport({ idleMs: 50 });
  await expect(impatient({ method: "GET", url: silent.origin, headers: {} })).rejects.toMatchObject({
    reason: "timeout",
  });
  const { body } = await transport({ method: "GET", url: cutting.origin, headers: {} });
  await expect(textOf(body)).rejects.toMatchObject({ reason: "cut" });
});

test("A body is given the time that a slow line needs for it, for nobody hears how far it has come", async () => {
  const silent = await serve(() => undefined, { plain: true });
  const slow = Promise.withResolvers<void>();
  const server = await serve(
    async (request, response) => {
      await bodyOf(request);
      await slow.promise;
      response.writeHead(204).end();
    },
    { plain: true },
  );
  const transport = fetchTransport({ idleMs: 50 });
  const body = new Uint8Array(1024 * 1024);
  const upload = transport({ method: "PUT", url: server.origin, headers: {}, body });
  const timeout = { reason: "timeout" };
  const question = transport({ method: "GET", url: silent.origin, headers: {} });
  await expect(question).rejects.toMatchObject(timeout);
  slow.resolve();
  const { status } = await upload;
  expect(status).toBe(204);
});

test("Who gives up gets their own reason, while waiting and while reading", async () => {
  const server = await serve(
    (request, response) => {
      if (request.url === "/half") response.write("half");
    },
    { plain: true },
  );
  const reason = new Error("changed my mind");
  const transport = fetchTransport();
  const waiting = new AbortController();
  const never = transport({ method: "GET", url: server.origin, headers: {}, signal: waiting.signal });
  setImmediate(() => waiting.abort(reason));
  await expect(never).rejects.toBe(reason);
  const reading = new AbortController();
  const answer = await transport({
    method: "GET",
    url: `${server.origin}/half`,
    headers: {},
    signal: reading.signal,
  });
  const rest = textOf(answer.body);
  reading.abort(reason);
  await expect(rest).rejects.toBe(reason);
});
