import { joinLines, limits } from "@posthorn/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asRequests, type BatchLimits } from "./requests.ts";
import { type Letter, letter } from "./trial-peer.ts";

/** A message of so many bytes, which as a line has one more. */
function sized(sizeBytes: number, overLines = false) {
  const bytes = new Uint8Array(sizeBytes).fill(0x20);
  if (overLines) bytes.fill(0x0a, 0, 1);
  return { messageId: String(sizeBytes), accountId: 1, bytes, recipients: [] };
}

const host = "b.test";
const sizes = (batch: BatchLimits, ...messages: ReturnType<typeof sized>[]) =>
  asRequests(messages, host, batch).map((request) => request.map(({ bytes }) => bytes.length));

describe("the messages of a claim become requests", () => {
  it("of as many lines as the host takes", () => {
    expect(sizes({ batchLines: 2 }, sized(1), sized(2), sized(3), sized(4), sized(5))).toEqual([
      [1, 2],
      [3, 4],
      [5],
    ]);
  });

  it("of as many bytes as the host takes, line feeds included, to the byte", () => {
    expect(sizes({ batchBytes: 22 }, sized(10), sized(10))).toEqual([[10, 10]]);
    expect(sizes({ batchBytes: 21 }, sized(10), sized(10))).toEqual([[10], [10]]);
  });

  it("of one message where it alone is more than the host takes, for the host to judge", () => {
    expect(sizes({ batchBytes: 5 }, sized(3), sized(10), sized(3))).toEqual([[3], [10], [3]]);
  });

  it("of one message where the host takes no lines at all", () => {
    expect(sizes({ batchLines: 0 }, sized(1), sized(2))).toEqual([[1], [2]]);
  });

  it("no larger than this version sends, whatever the host says it takes", () => {
    const many = Array.from({ length: limits.batchLines + 1 }, () => sized(1));
    expect(sizes({ batchLines: 10_000 }, ...many).map((request) => request.length)).toEqual([
      limits.batchLines,
      1,
    ]);
    const half = limits.batchBytes / 2;
    expect(sizes({ batchBytes: 1e9 }, sized(half - 1), sized(half - 1))).toHaveLength(1);
    expect(sizes({ batchBytes: 1e9 }, sized(half - 1), sized(half))).toHaveLength(2);
  });

  it("alone when they are written over several lines, and still in order", () => {
    expect(sizes({}, sized(1), sized(2), sized(3, true), sized(4), sized(5))).toEqual([[1, 2], [3], [4, 5]]);
    expect(sizes({}, sized(1, true), sized(2, true))).toEqual([[1], [2]]);
  });

  it("for no more recipients at the host than a message may have, those included that are not due any more", () => {
    const to = (count: number, at = host) =>
      letter(1, { to: Array.from({ length: count }, (_, number) => `user${number}`), host: at });
    const counts = (...letters: Letter[]) =>
      asRequests(
        letters.map((one) => ({ ...one, recipients: [{ deliveryId: 1, id: "user0" }] })),
        host,
        {},
      ).map((request) => request.length);
    expect(counts(to(200), to(300), to(1), to(500), to(400))).toEqual([2, 1, 1, 1]);
    expect(counts(...Array.from({ length: 100 }, () => to(5)))).toEqual([100]);
    expect(counts(...Array.from({ length: 100 }, () => to(500, "c.test")))).toEqual([100]);
    const escaped = (one: Letter): Letter => {
      const text = new TextDecoder().decode(one.bytes).replaceAll("b.test", "\\u0062.test");
      return { ...one, bytes: new TextEncoder().encode(text) };
    };
    expect(counts(escaped(to(200)), escaped(to(200)), escaped(to(200)))).toEqual([2, 1]);
  });

  it("none of none", () => {
    expect(asRequests([], host, {})).toEqual([]);
  });

  it("each once and in order, within the limits, whatever they are", () => {
    const message = fc.record({ size: fc.integer({ min: 1, max: 60 }), overLines: fc.boolean() });
    const limit = fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined });
    fc.assert(
      fc.property(fc.array(message), limit, limit, (given, batchLines, batchBytes) => {
        const messages = given.map(({ size, overLines }) => sized(size, overLines));
        const requests = asRequests(messages, host, { batchLines, batchBytes });
        expect(requests.flat()).toEqual(messages);
        for (const request of requests) {
          expect(request.length).toBeGreaterThan(0);
          if (request.length === 1) continue;
          const body = joinLines(request.map(({ bytes }) => bytes));
          expect(body.length).toBeLessThanOrEqual(batchBytes ?? limits.batchBytes);
          expect(request.length).toBeLessThanOrEqual(batchLines ?? limits.batchLines);
        }
      }),
    );
  });
});
