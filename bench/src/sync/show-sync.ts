import { hundredths, tenths, whole } from "../figures.ts";
import { table } from "../table.ts";
import type { Inbox, Times } from "./inbox.ts";
import type { Sync } from "./sync.ts";

export function showSync({ requests, rounds, inboxes, push }: Sync): string {
  const row = (what: string, read: (inbox: Inbox) => string, aim: string) => [
    what,
    ...inboxes.map(read),
    aim,
  ];
  const ms = (part: (inbox: Inbox) => Times, which: keyof Times) => (inbox: Inbox) =>
    hundredths(part(inbox)[which]);
  const [smallest] = inboxes;
  const growth = (part: (inbox: Inbox) => Times) => (inbox: Inbox) =>
    smallest === undefined ? "" : hundredths(part(inbox).p99Ms / part(smallest).p99Ms);
  return [
    `Reading by JMAP over HTTPS, one request after the other: ${whole(requests)} in each of ${rounds} rounds, mailboxes in turn.`,
    "An inbox is opened by the fifty newest and what a list shows of them, in one request.",
    "",
    table([
      ["messages in the mailbox", ...inboxes.map(({ messages }) => whole(messages)), "aim"],
      row(
        "open, p50 ms",
        ms(({ open }) => open, "p50Ms"),
        "",
      ),
      row(
        "open, p99 ms",
        ms(({ open }) => open, "p99Ms"),
        "< 4",
      ),
      row(
        "  × the smallest",
        growth(({ open }) => open),
        "≤ 1.50",
      ),
      row("  × bare SQL and JSON, p50", ({ open, bare }) => tenths(open.p50Ms / bare.p50Ms), ""),
      row(
        "open by threads with total, p99 ms",
        ms(({ openThreads }) => openThreads, "p99Ms"),
        "< 4",
      ),
      row(
        "  × the smallest",
        growth(({ openThreads }) => openThreads),
        "≤ 1.50",
      ),
      row(
        "changes after one letter, p50 ms",
        ms(({ changes }) => changes, "p50Ms"),
        "",
      ),
      row(
        "changes after one letter, p99 ms",
        ms(({ changes }) => changes, "p99Ms"),
        "< 2",
      ),
      row(
        "bare SQL and JSON, p50 ms",
        ms(({ bare }) => bare, "p50Ms"),
        "",
      ),
      row(
        "bare SQL and JSON, p99 ms",
        ms(({ bare }) => bare, "p99Ms"),
        "",
      ),
    ]),
    "",
    table([
      ["event streams", whole(push.streams), "aim"],
      ["from commit to event, p50 ms", tenths(push.p50Ms), ""],
      ["from commit to event, p99 ms", tenths(push.p99Ms), "< 50"],
      ["memory of the server, KiB a stream", tenths(push.kibPerStream), ""],
    ]),
  ].join("\n");
}
