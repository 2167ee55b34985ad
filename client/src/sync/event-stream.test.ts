import fc from "fast-check";
import { expect, test } from "vitest";
import { readEvents, type StreamEvent } from "./event-stream.ts";

async function* pieces(...texts: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield typeof text === "string" ? new TextEncoder().encode(text) : text;
}

async function eventsIn(...texts: (string | Uint8Array)[]): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  for await (const event of readEvents(pieces(...texts))) events.push(event);
  return events;
}

test("events are read with their names, ids and data of several lines", async () => {
  expect(
    await eventsIn("id: 7\n\n", ": a comment\nevent: state\nid: 8\ndata: {\ndata:  1}\n\ndata\n\n"),
  ).toEqual([
    { event: "message", data: undefined, id: "7" },
    { event: "state", data: "{\n 1}", id: "8" },
    { event: "message", data: "", id: undefined },
  ]);
});

test("what is cut off before its empty line is no event", async () => {
  expect(await eventsIn("event: state\ndata: 1\n\nevent: state\ndata: 2\n")).toHaveLength(1);
});

test("a line that does not end is not read for ever", async () => {
  await expect(eventsIn("data: ", ...Array.from({ length: 20 }, () => "x".repeat(100_000)))).rejects.toThrow(
    "does not end",
  );
});

test("wherever the wire cuts, and however lines end, the same events come", async () => {
  const text = "id: 7\n\nevent: state\nid: 8\ndata: „über“ 😀\ndata: x\n\nevent: ping\ndata: {}\n\n";
  const expected = await eventsIn(text);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("\n", "\r", "\r\n"),
      fc.array(fc.nat({ max: text.length * 2 }), { maxLength: 12 }),
      async (ending, cuts) => {
        const bytes = new TextEncoder().encode(text.replaceAll("\n", ending));
        const at = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
        const parts = at.slice(1).map((end, number) => bytes.slice(at[number], end));
        // A carriage return at the very end may be the half of an ending.
        expect(await eventsIn(...parts, ending)).toEqual(expected);
      },
    ),
  );
});
