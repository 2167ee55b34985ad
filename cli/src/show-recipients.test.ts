import { formatTime, problem, type SendAnswer } from "@posthorn/protocol";
import { expect, test } from "vitest";
import { findFailed, showRecipients } from "./show-recipients.ts";

const now = new Date(2026, 10, 25, 10, 0).getTime();
const outcome: SendAnswer = {
  id: "0192f0c1-0000-7000-8000-000000000001",
  recipients: [
    { address: "ann@a.test", status: "queued", attempts: 0, nextAttemptAt: formatTime(now) },
    { address: "bob@b.test", status: "delivered", attempts: 1, deliveredAt: formatTime(now) },
    {
      address: "carol@c.test",
      status: "retrying",
      attempts: 3,
      nextAttemptAt: formatTime(now + 240_000),
      problem: problem("unavailable", "c.test does not answer\x1b[2J"),
    },
    {
      address: "dan@d.test",
      status: "failed",
      attempts: 1,
      problem: problem("recipientUnknown", "d.test has no user “dan”."),
    },
  ],
};

test("Each recipient has a line that says where the copy is, why, and when it is tried next", () => {
  expect(showRecipients(outcome, now).split("\n")).toEqual([
    "  ann@a.test    queued",
    "  bob@b.test    delivered  2026-11-25 10:00",
    "  carol@c.test  retrying   c.test does not answer<U+001B>[2J. Tried 3 times. Next try 2026-11-25 10:04 (in 4 min).",
    "  dan@d.test    failed     d.test has no user “dan”. Tried once.",
  ]);
});

test("The copy that will never arrive is named with its reason", () => {
  expect(findFailed(outcome)).toBe("The copy for dan@d.test is refused: d.test has no user “dan”.");
  expect(findFailed({ ...outcome, recipients: outcome.recipients.slice(0, 3) })).toBeUndefined();
});
