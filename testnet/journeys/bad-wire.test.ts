/**
 * Bytes on a real TLS connection that are no request, are too large, or could be two different requests: each is
 * answered by a problem and ends its connection, nothing is stored, and the server goes on (threats C2, D1).
 */
import { compose, send, waitUntilSettled } from "@posthorn/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { countStored } from "../src/door-cases.ts";
import { rawExchange } from "../src/raw-https.ts";
import { startTestnet, type TestAccount, type Testnet } from "../src/testnet.ts";

let net: Testnet;
let alice: TestAccount;

beforeAll(async () => {
  net = await startTestnet({ names: ["alpha"], wire: "sockets" });
  alice = await net.node("alpha").addAccount("alice");
});

afterAll(() => net.close());

/** What stands between the target and the body; HOST and TOKEN are put in. */
type Head = readonly string[];

const usual: Head = ["Host: HOST", "Authorization: Bearer TOKEN", "Content-Type: application/json"];
const line = "POST /email/send HTTP/1.1";

function request(firstLine: string, head: Head, content = ""): string {
  return `${[firstLine, ...head].join("\r\n")}\r\n\r\n${content}`;
}

/** A good request behind the bad one: a server that read on would take it. */
const message = '{"to":[{"id":"alice","host":"alpha.test"}],"subject":"smuggled"}';
const smuggled = request(line, [...usual, `Content-Length: ${message.length}`], message);

function* tenMegabytes(head: string, piece: string): Generator<string> {
  yield head;
  for (let sent = 0; sent < 10_000_000; sent += 50_000) yield piece;
}

const spaces = " ".repeat(50_000);
const cases: readonly [name: string, pieces: () => Iterable<string>, status: number, code: string][] = [
  [
    "10 MB that are announced",
    () => tenMegabytes(request(line, [...usual, "Content-Length: 10000000"]), spaces),
    413,
    "tooLarge",
  ],
  [
    "10 MB that are not announced",
    () => tenMegabytes(request(line, [...usual, "Transfer-Encoding: chunked"]), `c350\r\n${spaces}\r\n`),
    413,
    "tooLarge",
  ],
  [
    "10 MB in a batch",
    () =>
      tenMegabytes(
        request(line, [
          "Host: HOST",
          usual[1] ?? "",
          "Content-Type: application/x-ndjson",
          "Content-Length: 10000000",
        ]),
        spaces,
      ),
    413,
    "tooLarge",
  ],
  ["a field of 17 KB", () => [request(line, [...usual, `X: ${"a".repeat(17_000)}`])], 431, "badHeader"],
  ["a target of 17 KB", () => [request(`GET /${"a".repeat(17_000)} HTTP/1.1`, usual)], 431, "badHeader"],
  ["101 fields", () => [request(line, [...usual, ...Array(98).fill("X: 1")])], 400, "badRequest"],
  ["no host", () => [request(line, [...usual.slice(1), "Content-Length: 0"], smuggled)], 400, "badRequest"],
  [
    "two hosts",
    () => [request(line, ["Host: other.test", ...usual, "Content-Length: 0"], smuggled)],
    400,
    "badRequest",
  ],
  [
    "a host that is none",
    () => [request(line, ["Host: a/b", "Content-Length: 0"], smuggled)],
    400,
    "badRequest",
  ],
  [
    "two lengths",
    () => [request(line, [...usual, "Content-Length: 5", "Content-Length: 6"], `12345${smuggled}`)],
    400,
    "badRequest",
  ],
  [
    "two lengths in one",
    () => [request(line, [...usual, "Content-Length: 5, 5"], `12345${smuggled}`)],
    400,
    "badRequest",
  ],
  ["a length below nothing", () => [request(line, [...usual, "Content-Length: -1"])], 400, "badRequest"],
  [
    "a length in another notation",
    () => [request(line, [...usual, "Content-Length: 0x5"], `12345${smuggled}`)],
    400,
    "badRequest",
  ],
  [
    "length and chunks (CVE-2024-41671)",
    () => [
      request(line, [...usual, "Content-Length: 5", "Transfer-Encoding: chunked"], `0\r\n\r\n${smuggled}`),
    ],
    400,
    "badRequest",
  ],
  [
    "a coding that is unknown",
    () => [request(line, [...usual, "Transfer-Encoding: gzip"], smuggled)],
    400,
    "badRequest",
  ],
  [
    "chunks that are coded twice",
    () => [request(line, [...usual, "Transfer-Encoding: gzip, chunked"], `0\r\n\r\n${smuggled}`)],
    400,
    "badRequest",
  ],
  [
    "a chunk without a size",
    () => [request(line, [...usual, "Transfer-Encoding: chunked"], "zz\r\n\r\n")],
    400,
    "badRequest",
  ],
  ["a field over two lines", () => [request(line, [...usual, "X: a", " b"], smuggled)], 400, "badRequest"],
  [
    "a space before the colon",
    () => [request(line, [...usual, "Content-Length : 5"], `12345${smuggled}`)],
    400,
    "badRequest",
  ],
  ["a null byte in a field", () => [request(line, [...usual, "X: a\0b"])], 400, "badRequest"],
  ["a field without a name", () => [request(line, [...usual, ": a"])], 400, "badRequest"],
  [
    "a carriage return alone",
    () => [request(line, [...usual, "X: a\rTransfer-Encoding: chunked"])],
    400,
    "badRequest",
  ],
  ["another protocol", () => ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"], 400, "badRequest"],
  ["HTTP/1.0", () => [request("GET /health HTTP/1.0", usual)], 400, "badRequest"],
  ["a letter of SMTP", () => ["EHLO alpha\r\nMAIL FROM:<alice>\r\n\r\n"], 400, "badRequest"],
  ["bytes without sense", () => ["\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03\r\n\r\n"], 400, "badRequest"],
  ["a target with its host", () => [request("GET https://HOST/health HTTP/1.1", usual)], 400, "badRequest"],
  ["a target that is no path", () => [request("OPTIONS * HTTP/1.1", usual)], 400, "badRequest"],
  ["a target with a fragment", () => [request("GET /health#a HTTP/1.1", usual)], 400, "badRequest"],
  ["a target beyond ASCII", () => [request("GET /caf\u00e9 HTTP/1.1", usual)], 400, "badRequest"],
  [
    "an expectation",
    () => [request(line, [...usual, "Expect: 200-ok", "Content-Length: 0"], smuggled)],
    400,
    "badRequest",
  ],
];

test.each(cases)("%s", async (_, pieces, status, code) => {
  const node = net.node("alpha");
  const before = await countStored(node.server.store);
  const fill = function* () {
    for (const piece of pieces()) yield piece.replaceAll("HOST", node.host).replaceAll("TOKEN", alice.token);
  };
  const answer = await rawExchange(node, fill());
  expect(answer).toMatchObject({ status, contentType: "application/problem+json" });
  expect(JSON.parse(answer?.body ?? "")).toMatchObject({ code, status });
  expect(await countStored(node.server.store)).toBe(before);
});

test("after all that the server takes a letter", async () => {
  const session = await net.session(alice);
  const letter = { from: alice.address, to: [alice.address], subject: "still here" };
  const sent = compose(net.platform, letter);
  await send(session, sent);
  const { recipients } = await waitUntilSettled(session, sent.id, { timeoutMs: 20_000 });
  expect(recipients).toMatchObject([{ status: "delivered" }]);
});
