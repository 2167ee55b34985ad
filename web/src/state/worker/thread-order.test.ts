import type { EmailEntry } from "@posthorn/client";
import fc from "fast-check";
import { expect, test } from "vitest";
import { orderThreads, whenWaking } from "./thread-order.ts";

/** A map that tests change by hand. */
function trialMap() {
  const entries = new Map<string, EmailEntry>();
  const listeners: ((threadIds: ReadonlySet<string>) => void)[] = [];
  const map: Parameters<typeof orderThreads>[0] = {
    thread: (threadId) => [...entries.values()].filter((entry) => entry.threadId === threadId),
    all: () => entries.values(),
    onChange: (listener) => listeners.push(listener),
  };
  return {
    map,
    entries,
    change(changes: readonly (readonly [id: string, entry: EmailEntry | undefined])[]) {
      const touched = new Set<string>();
      for (const [id, entry] of changes) {
        const before = entries.get(id);
        if (before !== undefined) touched.add(before.threadId);
        if (entry === undefined) entries.delete(id);
        else {
          entries.set(id, entry);
          touched.add(entry.threadId);
        }
      }
      for (const listener of listeners) listener(touched);
    },
  };
}

function mailOf(id: string, threadId: string, atMs: number, isFlagged: boolean): EmailEntry {
  return {
    id,
    threadId,
    atMs,
    mailboxIds: ["f1"],
    isSeen: true,
    isFlagged,
    isDraft: false,
    isAnswered: false,
    isMuted: false,
    hasAttachment: false,
    isMail: true,
    amends: null,
    snooze: null,
  };
}

const isStarred = ({ isFlagged }: EmailEntry) => isFlagged;

test("threads stay in the order of their newest message in the place, whatever changes", () => {
  const id = fc.integer({ min: 0, max: 30 }).map((number) => `m${number}`);
  const entry = fc.record({
    thread: fc.integer({ min: 0, max: 8 }),
    atMs: fc.integer({ min: 0, max: 50 }),
    isFlagged: fc.boolean(),
    isGone: fc.boolean(),
  });
  const steps = fc.array(fc.array(fc.tuple(id, entry), { maxLength: 6 }), { maxLength: 20 });
  fc.assert(
    fc.property(steps, (all) => {
      const { map, change } = trialMap();
      const order = orderThreads(map, isStarred);
      for (const step of all) {
        change(
          step.map(([mailId, { thread, atMs, isFlagged, isGone }]) => [
            mailId,
            isGone ? undefined : mailOf(mailId, `t${thread}`, atMs, isFlagged),
          ]),
        );
        const anew = orderThreads(map, isStarred);
        expect(order.threads).toEqual(anew.threads);
        for (const [at, { threadId }] of anew.threads.entries()) expect(order.indexOf(threadId)).toBe(at);
        const since = anew.threads.filter((thread) => thread.atMs >= 25).length;
        expect(order.countSince(25)).toBe(since);
      }
    }),
  );
});

test("a thread that leaves the place is nowhere in it", () => {
  const { map, change } = trialMap();
  change([["m1", mailOf("m1", "t1", 1, true)]]);
  const order = orderThreads(map, isStarred);
  expect(order.threads.map(({ threadId }) => threadId)).toEqual(["t1"]);
  change([["m1", mailOf("m1", "t1", 1, false)]]);
  expect(order.threads).toEqual([]);
  expect(order.indexOf("t1")).toBe(-1);
});

test("what has come back stands where it came back, and what waits in the order in which it will", () => {
  const { map, change } = trialMap();
  const slept = (untilMs: number, isOver: boolean) => ({ snooze: { untilMs, isOver } });
  change([
    ["m1", { ...mailOf("m1", "t1", 1, true), ...slept(40, true) }],
    ["m2", mailOf("m2", "t2", 20, true)],
    ["m3", { ...mailOf("m3", "t3", 30, true), ...slept(90, false) }],
  ]);
  const order = (timing?: typeof whenWaking) =>
    orderThreads(map, isStarred, timing).threads.map(({ threadId }) => threadId);
  expect(order()).toEqual(["t1", "t3", "t2"]);
  expect(order(whenWaking)).toEqual(["t2", "t1", "t3"]);
});

test("of what came in one moment the later one stands above, however long its number is", () => {
  const { map, change } = trialMap();
  change([9, 10, 99, 100].map((number) => [`m${number}`, mailOf(`m${number}`, `t${number}`, 5, true)]));
  expect(orderThreads(map, isStarred).threads.map(({ threadId }) => threadId)).toEqual([
    "t100",
    "t99",
    "t10",
    "t9",
  ]);
});
