import { X509Certificate } from "node:crypto";
import { TLSSocket } from "node:tls";
import { expect, test } from "vitest";
import { readAll } from "../read-all.ts";
import type { TransportRequest } from "../transport.ts";
import { Unreachable } from "../unreachable.ts";
import type { LocalListener } from "./local-listener.ts";
import { makeTestCertificate } from "./test-certificate.ts";
import { bodyOf, serve } from "./test-server.ts";
import { nodeTransport } from "./transport.ts";

function get(url: string, rest: Partial<TransportRequest> = {}): TransportRequest {
  return { method: "GET", url, headers: {}, ...rest };
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  return new TextDecoder().decode(await readAll(body, 10_000_000));
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("it did not fail");
}

async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

test("A request and its answer cross over TLS to a name below localhost that no resolver knows", async () => {
  const server = await serve((request, response) => {
    response.writeHead(200, { "x-said": "one" }).end(`${request.method} ${request.url}`);
  });
  const transport = nodeTransport({ ca: server.ca, localhost: true });
  const answer = await transport(get(`${server.origin}/path?query=1`));
  expect(answer.status).toBe(200);
  expect(answer.headers.get("x-said")).toBe("one");
  expect(await textOf(answer.body)).toBe("GET /path?query=1");
});

test("A connection is kept and used again, also after an answer nobody read and one to HEAD", async () => {
  const server = await serve((_, response) => response.writeHead(200, { "content-length": 4 }).end("body"));
  const transport = nodeTransport({ ca: server.ca, localhost: true });
  for (const method of ["GET", "HEAD", "GET", "DELETE", "POST"]) {
    const { body } = await transport(get(server.origin, { method }));
    await body[Symbol.asyncIterator]().return?.();
  }
  expect(server.connections()).toBe(1);
});

test.each([
  ["a short one, whose connection is used again", 30_000, 1],
  ["a long one", 3_000_000, 2],
])("Who has read enough of an answer ends it without a failure: %s", async (_, sizeBytes, connections) => {
  const server = await serve((_request, response) => {
    response.writeHead(200, { "content-length": sizeBytes });
    response.write(Buffer.alloc(24), () => response.end(Buffer.alloc(sizeBytes - 24)));
  });
  const transport = nodeTransport({ ca: server.ca, localhost: true });
  for (let times = 0; times < 2; times++) {
    const { body } = await transport(get(server.origin));
    for await (const piece of body) {
      expect(piece.length).toBeLessThan(sizeBytes);
      break;
    }
  }
  expect(server.connections()).toBe(connections);
});

test("A streamed body arrives whole with its length, and its progress is told", async () => {
  const content = Buffer.alloc(3_000_000, "abc");
  let received: Buffer = Buffer.alloc(0);
  let length: string | undefined;
  const server = await serve(async (request, response) => {
    length = request.headers["content-length"];
    received = await bodyOf(request);
    response.end();
  });
  const progress: number[] = [];
  const transport = nodeTransport({ ca: server.ca, localhost: true });
  await transport(
    get(server.origin, {
      method: "PUT",
      body: {
        sizeBytes: content.length,
        async *open() {
          for (let at = 0; at < content.length; at += 250_000) yield content.subarray(at, at + 250_000);
        },
      },
      onSent: (bytes) => progress.push(bytes),
    }),
  );
  expect(received.equals(content)).toBe(true);
  expect(length).toBe("3000000");
  expect(progress.at(-1)).toBe(content.length);
  expect(progress).toEqual([...progress].sort((a, b) => a - b));
});

test("An answer that comes before the body has gone ends the sending", async () => {
  const server = await serve((request, response) => {
    response.writeHead(413, { connection: "close" }).end("too large");
    request.resume();
  });
  let asked = 0;
  const transport = nodeTransport({ ca: server.ca, localhost: true });
  const answer = await transport(
    get(server.origin, {
      method: "PUT",
      body: {
        sizeBytes: 2 ** 40,
        async *open() {
          while (true) {
            asked++;
            yield new Uint8Array(65_536);
          }
        },
      },
    }),
  );
  expect(answer.status).toBe(413);
  expect(await textOf(answer.body)).toBe("too large");
  const askedThen = asked;
  await new Promise((turn) => setImmediate(turn));
  expect(asked - askedThen).toBeLessThan(2);
});

test("A body that cannot be read ends the exchange with the reader's own error", async () => {
  const server = await serve((request) => request.resume());
  const transport = nodeTransport({ ca: server.ca, localhost: true });
  const failure = await failureOf(
    transport(
      get(server.origin, {
        method: "PUT",
        body: {
          sizeBytes: 10,
          async *open() {
            yield* pieces("12345");
            throw new Error("the disk is gone");
          },
        },
      }),
    ),
  );
  expect(failure).toEqual(new Error("the disk is gone"));
});

test.each([
  ["nobody but itself has vouched for its certificate", () => makeTestCertificate(["a.localhost"]), false],
  ["its certificate is for another name", () => makeTestCertificate(["b.localhost"]), true],
  ["its certificate has expired", () => makeTestCertificate(["a.localhost"], { expired: true }), true],
])("When %s nothing is sent and the sentence says so in our own words", async (why, make, trusted) => {
  const certificate = make();
  let requests = 0;
  const server = await serve(
    (_request, response) => {
      requests++;
      response.end();
    },
    { certificate },
  );
  const transport = nodeTransport({ localhost: true, ...(trusted ? { ca: certificate.certPem } : {}) });
  const failure = await failureOf(transport(get(server.origin)));
  expect(failure).toBeInstanceOf(Unreachable);
  expect(failure).toMatchObject({ reason: "tls", host: server.host });
  expect(String(failure)).toContain(`${server.host} could not prove that it is ${server.host}: ${why}. `);
  expect(String(failure)).not.toMatch(/node|--/i);
  expect(requests).toBe(0);
});

test("Where nothing listens the sentence says to look at server and port", async () => {
  const server = await serve((_, response) => response.end());
  const gone = await serve((_, response) => response.end());
  expect(server.port).not.toBe(gone.port);
  const failure = await failureOf(nodeTransport({ localhost: true })(get("https://a.localhost:1/")));
  expect(failure).toMatchObject({ reason: "connect", host: "a.localhost:1" });
  expect(String(failure)).toContain("does not take connections");
});

test("An answer cut mid-body is never taken for whole, with a length and without", async () => {
  for (const headers of [{ "content-length": "1000" }, {}]) {
    const server = await serve((_, response) => {
      response.writeHead(200, headers);
      response.write("half of it", () => response.socket?.destroy());
    });
    const transport = nodeTransport({ ca: server.ca, localhost: true });
    const { body } = await transport(get(server.origin));
    expect(await failureOf(textOf(body))).toMatchObject({ name: "Unreachable", reason: "cut" });
  }
});

test("An answer cut before anybody reads it harms nobody and is told to who reads late", async () => {
  const server = await serve((_, response) => {
    response.writeHead(200, { "content-length": "1000" });
    response.write("half of it", () => response.socket?.destroy());
  });
  const transport = nodeTransport({ ca: server.ca, localhost: true });
  const { body } = await transport(get(server.origin));
  for (let turn = 0; turn < 50; turn++) await new Promise((next) => setImmediate(next));
  expect(await failureOf(textOf(body))).toMatchObject({ reason: "cut" });
});

test("A server that says nothing, before or within its answer, is given up", async () => {
  const silent = await serve(() => undefined);
  const stalling = await serve((_, response) => response.write("half"), {
    certificate: makeTestCertificate(["a.localhost"]),
  });
  const quick = { localhost: true, idleMs: 500 };
  const before = failureOf(nodeTransport({ ...quick, ca: silent.ca })(get(silent.origin)));
  expect(await before).toMatchObject({ reason: "timeout" });
  const { body } = await nodeTransport({ ...quick, ca: stalling.ca })(get(stalling.origin));
  expect(await failureOf(textOf(body))).toMatchObject({ reason: "timeout" });
});

test("What is no HTTP is told as a wire that broke", async () => {
  const server = await serve((_, response) => response.socket?.end("not http at all\r\n\r\n"));
  const transport = nodeTransport({ ca: server.ca, localhost: true });
  expect(await failureOf(transport(get(server.origin)))).toMatchObject({ reason: "cut" });
});

test("A kept connection that the server has closed unnoticed is told apart", async () => {
  const server = await serve((request, response) => {
    if (request.url === "/cut") request.socket.destroy();
    else response.end("fine");
  });
  const transport = nodeTransport({ ca: server.ca, localhost: true });
  await textOf((await transport(get(`${server.origin}/`))).body);
  expect(await failureOf(transport(get(`${server.origin}/cut`)))).toMatchObject({ keptConnectionDied: true });
  expect(await failureOf(transport(get(`${server.origin}/cut`)))).toMatchObject({
    keptConnectionDied: false,
  });
});

test("Who gives up gets their own reason, before, while waiting and while reading", async () => {
  const server = await serve((request, response) => {
    if (request.url === "/half") response.write("half");
  });
  const transport = nodeTransport({ ca: server.ca, localhost: true });
  const reason = new Error("changed my mind");
  const given = AbortSignal.abort(reason);
  expect(await failureOf(transport(get(server.origin, { signal: given })))).toBe(reason);

  const waiting = new AbortController();
  const never = failureOf(transport(get(`${server.origin}/never`, { signal: waiting.signal })));
  setImmediate(() => waiting.abort(reason));
  expect(await never).toBe(reason);

  const reading = new AbortController();
  const { body } = await transport(get(`${server.origin}/half`, { signal: reading.signal }));
  const rest = failureOf(textOf(body));
  reading.abort(reason);
  expect(await rest).toBe(reason);
});

test("A server on this machine is reached by its listener, with its public name, though nobody else would believe its certificate", async () => {
  const certificate = makeTestCertificate(["mail.example.com"], { expired: true });
  const asked: string[] = [];
  const server = await serve(
    (request, response) => {
      const { servername } = request.socket instanceof TLSSocket ? request.socket : { servername: "none" };
      asked.push(`${request.headers.host} ${servername}`);
      response.end("here");
    },
    { certificate },
  );
  const transport = nodeTransport({ via: viaOf(server.port, certificate.certPem) });
  for (let count = 0; count < 2; count++) {
    const answer = await transport(get("https://mail.example.com/admin/status"));
    expect(await textOf(answer.body)).toBe("here");
  }
  expect(asked).toEqual(Array(2).fill("mail.example.com mail.example.com"));
  expect(server.connections()).toBe(1);
});

test("Whoever has taken the place of the server on this machine gets nothing of the request", async () => {
  const ours = makeTestCertificate(["mail.example.com"]);
  const theirs = makeTestCertificate(["mail.example.com"]);
  const heard: unknown[] = [];
  const server = await serve((request) => heard.push(request), { certificate: theirs });
  const transport = nodeTransport({ via: viaOf(server.port, ours.certPem) });
  const headers = { authorization: "Bearer secret" };
  const failure = await failureOf(transport(get("https://mail.example.com/", { headers })));
  expect(failure).toBeInstanceOf(Unreachable);
  expect(failure).toMatchObject({ reason: "tls", host: `127.0.0.1:${server.port}` });
  expect(String(failure)).toContain("Another program answers");
  expect(heard).toEqual([]);
});

test("Behind a proxy the listener is spoken to in plain HTTP, and one that is not there is told by its port", async () => {
  const server = await serve((request, response) => response.end(`${request.headers.host} ${request.url}`), {
    plain: true,
  });
  const via = { address: "127.0.0.1", port: server.port };
  const transport = nodeTransport({ via });
  const answer = await transport(get("https://mail.example.com/health?a=1"));
  expect(await textOf(answer.body)).toBe("mail.example.com /health?a=1");
  const nobody = nodeTransport({ via: { address: "127.0.0.1", port: 1 } });
  const failure = await failureOf(nobody(get("https://mail.example.com/health")));
  expect(failure).toMatchObject({ reason: "connect", host: "127.0.0.1:1" });
});

function viaOf(port: number, certPem: string): LocalListener {
  const certificate = new X509Certificate(certPem).fingerprint256.replaceAll(":", "").toLowerCase();
  return { address: "127.0.0.1", port, certificate };
}
