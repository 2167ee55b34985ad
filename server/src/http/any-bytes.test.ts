import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readBody } from "./edge.ts";
import { getRequest, openTrial, type TrialListener, textAnswer } from "./trial-listener.ts";

/** Requests with faults nobody thought of (threats C2): a byte changed, doubled, dropped, or a piece of another put in. */

const requests = [
  "GET /a HTTP/1.1\r\nhost: a.test\r\nconnection: close\r\n\r\n",
  "POST /a?b=c HTTP/1.1\r\nhost: a.test\r\nconnection: close\r\ncontent-length: 11\r\n\r\nhello world",
  "POST /a HTTP/1.1\r\nhost: a.test\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
];
const pieces = [
  "\r\n",
  "\n",
  "\r",
  " ",
  "\t",
  "\0",
  ":",
  ",",
  ";",
  "\r\n\r\n",
  "content-length: 0\r\n",
  "transfer-encoding: chunked\r\n",
  "host: b.test\r\n",
  "HTTP/1.0",
  "\xff",
  "\x0b",
  "%",
  "#",
  "@",
];

let trial: TrialListener;
let seen: { path: string; host: string | undefined; size: number }[];

beforeEach(async () => {
  seen = [];
  trial = await openTrial(async (request) => {
    const { length } = await readBody(request, 1_000);
    seen.push({ path: request.path, host: request.headers.get("host")?.join(), size: length });
    return textAnswer("ok");
  });
});

afterEach(() => trial.end());

const fault = fc.record({
  kind: fc.constantFrom("change", "drop", "double", "insert"),
  at: fc.nat(400),
  byte: fc.integer({ min: 0, max: 255 }),
  piece: fc.constantFrom(...pieces),
});

type Fault = typeof fault extends fc.Arbitrary<infer Value> ? Value : never;

function withFault(text: string, { kind, at, byte, piece }: Fault): string {
  const place = at % text.length;
  const [before, here, after] = [text.slice(0, place), text.charAt(place), text.slice(place + 1)];
  switch (kind) {
    case "change":
      return before + String.fromCharCode(byte) + after;
    case "drop":
      return before + after;
    case "double":
      return before + here + here + after;
    default:
      return before + piece + here + after;
  }
}

test("whatever bytes come, there is one answer at most, and nobody sees a request that is not plain", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...requests),
      fc.array(fault, { minLength: 1, maxLength: 3 }),
      async (request, faults) => {
        seen.length = 0;
        const socket = await trial.dial();
        socket.say(faults.reduce(withFault, request));
        socket.end();
        const heard = await socket.closed;
        expect(heard.split(/HTTP\/1\.1 [1-5]\d\d /).length).toBeLessThanOrEqual(2);
        expect(seen.length).toBeLessThanOrEqual(1);
        for (const { path, host, size } of seen) {
          expect(path).toMatch(/^\/[\x21-\x7e]*$/);
          expect(host).toMatch(/^[A-Za-z0-9.:[\]-]+$/);
          expect(size).toBeLessThanOrEqual(20);
        }
      },
    ),
    { numRuns: 1_000 },
  );
  expect(trial.listener.requestsInFlight).toBe(0);
  const socket = await trial.dial();
  socket.say(getRequest);
  await socket.hear("ok");
});
