import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HandClock } from "../env/hand-clock.ts";
import { readBody } from "./edge.ts";
import { type Listener, listen } from "./listen.ts";

/**
 * Bytes on a bare socket that two programs could read as two different requests (threats C2; CVE-2024-41671). Whatever
 * is refused must also end the connection, so that nothing behind it is read as a request.
 */

let listener: Listener;
let seen: string[];

beforeEach(async () => {
  seen = [];
  const ctx = { clock: new HandClock(), files: { read: async () => undefined }, log: () => undefined };
  listener = await listen({ port: 0, transport: { kind: "proxied" } }, ctx, async (request) => {
    const body = await readBody(request, 1_000);
    seen.push(`${request.method} ${request.path} ${new TextDecoder().decode(body)}`);
    return { status: 200, headers: {}, body: new TextEncoder().encode("ok") };
  });
});

afterEach(() => listener.close(0));

/** Everything the server says until it closes the connection, or until it has said as many answers as expected. */
function talk(bytes: string | Buffer, answers = Number.POSITIVE_INFINITY): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    const socket = connect(listener.port, "127.0.0.1", () => socket.write(bytes));
    socket.setEncoding("latin1");
    socket.on("data", (text) => {
      said += text;
      if (said.split("HTTP/1.1 ").length > answers) socket.destroy();
    });
    socket.on("close", () => resolve(said));
    socket.on("error", reject);
  });
}

const smuggled = "GET /admin HTTP/1.1\r\nhost: a.test\r\n\r\n";

const refused: [string, string][] = [
  [
    "CL.TE",
    `POST / HTTP/1.1\r\nhost: a.test\r\ncontent-length: 44\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
  ],
  [
    "TE.CL",
    `POST / HTTP/1.1\r\nhost: a.test\r\ntransfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n29\r\n${smuggled}\r\n0\r\n\r\n`,
  ],
  [
    "TE.TE, one obscured",
    `POST / HTTP/1.1\r\nhost: a.test\r\ntransfer-encoding: chunked\r\ntransfer-encoding: x\r\n\r\n0\r\n\r\n${smuggled}`,
  ],
  [
    "Transfer-Encoding twice",
    `POST / HTTP/1.1\r\nhost: a.test\r\ntransfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
  ],
  [
    "another coding before chunked",
    `POST / HTTP/1.1\r\nhost: a.test\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n${smuggled}`,
  ],
  [
    "chunked before another coding",
    `POST / HTTP/1.1\r\nhost: a.test\r\ntransfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n${smuggled}`,
  ],
  ["identity coding", `POST / HTTP/1.1\r\nhost: a.test\r\ntransfer-encoding: identity\r\n\r\n${smuggled}`],
  [
    "a coding that only looks like chunked",
    `POST / HTTP/1.1\r\nhost: a.test\r\ntransfer-encoding: xchunked\r\n\r\n0\r\n\r\n${smuggled}`,
  ],
  [
    "a vertical tab before chunked",
    `POST / HTTP/1.1\r\nhost: a.test\r\ntransfer-encoding: \x0bchunked\r\n\r\n0\r\n\r\n${smuggled}`,
  ],
  [
    "Content-Length twice, different",
    `POST / HTTP/1.1\r\nhost: a.test\r\ncontent-length: 0\r\ncontent-length: 44\r\n\r\n${smuggled}`,
  ],
  [
    "Content-Length twice, the same",
    `POST / HTTP/1.1\r\nhost: a.test\r\ncontent-length: 0\r\ncontent-length: 0\r\n\r\n${smuggled}`,
  ],
  ["a list of lengths", `POST / HTTP/1.1\r\nhost: a.test\r\ncontent-length: 0, 0\r\n\r\n${smuggled}`],
  ["a length with a sign", `POST / HTTP/1.1\r\nhost: a.test\r\ncontent-length: +0\r\n\r\n${smuggled}`],
  ["a negative length", `POST / HTTP/1.1\r\nhost: a.test\r\ncontent-length: -1\r\n\r\n${smuggled}`],
  ["a hexadecimal length", `POST / HTTP/1.1\r\nhost: a.test\r\ncontent-length: 0x2c\r\n\r\n${smuggled}`],
  [
    "a length that overflows",
    `POST / HTTP/1.1\r\nhost: a.test\r\ncontent-length: 18446744073709551660\r\n\r\n${smuggled}`,
  ],
  ["an empty length", `POST / HTTP/1.1\r\nhost: a.test\r\ncontent-length:\r\n\r\n${smuggled}`],
  ["a folded field", `GET / HTTP/1.1\r\nhost: a.test\r\nx-a: b\r\n c: d\r\n\r\n${smuggled}`],
  ["a folded length", `POST / HTTP/1.1\r\nhost: a.test\r\ncontent-length:\r\n 44\r\n\r\n${smuggled}`],
  ["a fold with a tab", `GET / HTTP/1.1\r\nhost: a.test\r\nx-a: b\r\n\tc\r\n\r\n${smuggled}`],
  ["a space before the colon", `POST / HTTP/1.1\r\nhost: a.test\r\ncontent-length : 44\r\n\r\n${smuggled}`],
  ["a space before the first field", `GET / HTTP/1.1\r\n host: a.test\r\nhost: a.test\r\n\r\n${smuggled}`],
  ["a bare line feed after the request line", `GET / HTTP/1.1\nhost: a.test\r\n\r\n${smuggled}`],
  ["a bare line feed between fields", `GET / HTTP/1.1\r\nhost: a.test\nx-a: b\r\n\r\n${smuggled}`],
  ["bare line feeds at the end", `GET / HTTP/1.1\r\nhost: a.test\n\n${smuggled}`],
  [
    "a bare carriage return in a field",
    `GET / HTTP/1.1\r\nhost: a.test\r\nx-a: b\rx-c: d\r\n\r\n${smuggled}`,
  ],
  ["a null byte in a field", `GET / HTTP/1.1\r\nhost: a.test\r\nx-a: b\0c\r\n\r\n${smuggled}`],
  [
    "a bare line feed after a chunk size",
    `POST / HTTP/1.1\r\nhost: a.test\r\ntransfer-encoding: chunked\r\n\r\n1\nZ\r\n0\r\n\r\n${smuggled}`,
  ],
  [
    "a chunk without its line end",
    `POST / HTTP/1.1\r\nhost: a.test\r\ntransfer-encoding: chunked\r\n\r\n1\r\nZZ\r\n0\r\n\r\n${smuggled}`,
  ],
  [
    "a chunk size that is no number",
    `POST / HTTP/1.1\r\nhost: a.test\r\ntransfer-encoding: chunked\r\n\r\n0x1\r\nZ\r\n0\r\n\r\n${smuggled}`,
  ],
  [
    "a chunk size that overflows",
    `POST / HTTP/1.1\r\nhost: a.test\r\ntransfer-encoding: chunked\r\n\r\n10000000000000001\r\nZ\r\n0\r\n\r\n${smuggled}`,
  ],
  ["Host twice", `GET / HTTP/1.1\r\nhost: a.test\r\nhost: b.test\r\n\r\n${smuggled}`],
  ["no Host", `GET / HTTP/1.1\r\nx-a: b\r\n\r\n${smuggled}`],
  ["an empty Host", `GET / HTTP/1.1\r\nhost:\r\n\r\n${smuggled}`],
  ["a Host with a path", `GET / HTTP/1.1\r\nhost: a.test/x\r\n\r\n${smuggled}`],
  ["a Host with a user", `GET / HTTP/1.1\r\nhost: user@a.test\r\n\r\n${smuggled}`],
  ["two hosts in one field", `GET / HTTP/1.1\r\nhost: a.test, b.test\r\n\r\n${smuggled}`],
  ["an absolute target", `GET http://b.test/ HTTP/1.1\r\nhost: a.test\r\n\r\n${smuggled}`],
  ["a target that is a star", `OPTIONS * HTTP/1.1\r\nhost: a.test\r\n\r\n${smuggled}`],
  ["a target without a slash", `GET admin HTTP/1.1\r\nhost: a.test\r\n\r\n${smuggled}`],
  ["a fragment in the target", `GET /a#b HTTP/1.1\r\nhost: a.test\r\n\r\n${smuggled}`],
  ["a space in the target", `GET /a b HTTP/1.1\r\nhost: a.test\r\n\r\n${smuggled}`],
  ["a byte above ASCII in the target", `GET /\xe9 HTTP/1.1\r\nhost: a.test\r\n\r\n${smuggled}`],
  ["an expectation nobody knows", `GET / HTTP/1.1\r\nhost: a.test\r\nexpect: miracles\r\n\r\n${smuggled}`],
  ["HTTP/1.0", "GET / HTTP/1.0\r\nhost: a.test\r\n\r\n"],
  ["HTTP/0.9", "GET /\r\n\r\n"],
  ["the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
  ["more than 100 fields", `GET / HTTP/1.1\r\nhost: a.test\r\n${"x-a: b\r\n".repeat(100)}\r\n`],
];

describe("a request that can be read in two ways is refused, and nothing behind it is read", () => {
  test.each(refused)("%s", async (_, bytes) => {
    const said = await talk(Buffer.from(bytes, "latin1"));
    expect(said).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(said.split("HTTP/1.1 ").length).toBe(2);
    expect(said.toLowerCase()).toContain("connection: close");
    expect(seen.join()).not.toContain("/admin");
  });

  test("more than 2,000 fields cannot hide a doubled one behind the parser's maximum", async () => {
    const fields = "a:\r\n".repeat(2_500);
    const said = await talk(`GET / HTTP/1.1\r\nhost: a.test\r\n${fields}host: b.test\r\n\r\n`);
    expect(said).toMatch(/^HTTP\/1\.1 400 /);
    expect(seen).toEqual([]);
  });

  test("a header larger than 16 KiB is refused", async () => {
    const said = await talk(`GET / HTTP/1.1\r\nhost: a.test\r\nx-a: ${"b".repeat(17_000)}\r\n\r\n`);
    expect(said).toMatch(/^HTTP\/1\.1 431 /);
    expect(seen).toEqual([]);
  });

  test("CONNECT gets no answer at all", async () => {
    expect(await talk("CONNECT a.test:443 HTTP/1.1\r\nhost: a.test\r\n\r\n")).toBe("");
    expect(seen).toEqual([]);
  });
});

describe("what can be read in one way only is read", () => {
  test("a chunked body, with an extension and a trailer that count for nothing", async () => {
    const bytes =
      "POST /a HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: Chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nhost: b.test\r\n\r\n";
    expect(await talk(bytes, 1)).toMatch(/^HTTP\/1\.1 200 /);
    expect(seen).toEqual(["POST /a abc"]);
  });

  test("a GET with a body: the body is its own and is no request", async () => {
    expect(
      await talk(
        `GET /a HTTP/1.1\r\nhost: a.test\r\ncontent-length: ${smuggled.length}\r\n\r\n${smuggled}`,
        1,
      ),
    ).toMatch(/^HTTP\/1\.1 200 /);
    expect(seen).toEqual([`GET /a ${smuggled}`]);
  });

  test("one request after the other on one connection", async () => {
    const said = await new Promise<string>((resolve) => {
      let text = "";
      const one = "GET /a HTTP/1.1\r\nhost: a.test\r\n\r\n";
      const socket = connect(listener.port, "127.0.0.1", () => socket.write(one));
      socket.setEncoding("latin1").on("data", (piece) => {
        text += piece;
        const count = text.split("HTTP/1.1 200").length - 1;
        if (count === 3) socket.destroy();
        else if (text.endsWith("ok")) socket.write(one);
      });
      socket.on("close", () => resolve(text));
    });
    expect(said.split("HTTP/1.1 200").length - 1).toBe(3);
    expect(seen.length).toBe(3);
  });

  test("requests sent before the answer to the first are never answered (CVE-2024-41671)", async () => {
    const said = await talk("GET /a HTTP/1.1\r\nhost: a.test\r\n\r\n".repeat(5)).catch(() => "");
    expect(said.split("HTTP/1.1 ").length).toBeLessThanOrEqual(2);
    expect(seen.length).toBeLessThanOrEqual(1);
  });

  test("an upgrade is not done, and the request is answered as it stands", async () => {
    const bytes =
      "GET /a HTTP/1.1\r\nhost: a.test\r\nconnection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAAA\r\n\r\n";
    expect(await talk(bytes, 1)).toMatch(/^HTTP\/1\.1 200 /);
  });
});
