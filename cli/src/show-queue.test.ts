import type { QueueHost } from "@posthorn/protocol";
import { expect, test } from "vitest";
import { showQueue } from "./show-queue.ts";
import { localTimeAndDistance } from "./times.ts";

const now = Date.parse("2026-11-26T09:00:00Z");
const since = "2026-11-26T08:00:00.000Z";
const later = "2026-12-01T09:00:00.000Z";
const host: QueueHost = {
  host: "b.test",
  waiting: 2,
  scheduled: 0,
  oldestAt: since,
  nextAttemptAt: since,
  failureCount: 0,
};
const show = (...hosts: QueueHost[]) => showQueue({ hosts, waiting: 0, scheduled: 0 }, now);

test("What waits is told with since when, and what goes at its own hour apart from it", () => {
  expect(show()).toBe("Nothing waits.");
  expect(show(host)).toBe(
    `b.test: 2 messages wait, the oldest since ${localTimeAndDistance(since, now)}\n  next try   ${localTimeAndDistance(since, now)}`,
  );
  expect(show({ ...host, scheduled: 1 })).toMatch(
    /\n {2}scheduled {2}1 message more, for an hour of its own$/,
  );
  expect(show({ ...host, scheduled: 3 })).toMatch(
    /\n {2}scheduled {2}3 messages more, for hours of their own$/,
  );
});

test("A host that only something scheduled is for has nothing waiting, and its hour is told", () => {
  const { oldestAt: _, ...rest } = host;
  const scheduled = { ...rest, waiting: 0, nextAttemptAt: later };
  const at = localTimeAndDistance(later, now);
  expect(show({ ...scheduled, scheduled: 1 })).toBe(
    `b.test: nothing waits\n  scheduled  1 message, for ${at}`,
  );
  expect(show({ ...scheduled, scheduled: 2 })).toBe(
    `b.test: nothing waits\n  scheduled  2 messages, the first for ${at}`,
  );
});
