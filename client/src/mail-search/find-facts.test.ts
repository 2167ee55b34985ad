import type { Mailbox } from "@posthorn/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { LocalStore } from "../local/local-store.ts";
import { memoryPlace } from "../local/memory-place.ts";
import { numberOfEmail } from "../search/email-id.ts";
import type { RowFilter } from "../search/plan.ts";
import { type EmailRow, emails } from "../sync/email.ts";
import { type EmailEntry, entryOf } from "./email-entry.ts";
import { emailFacts, readEntries } from "./email-facts.ts";
import { withFacts } from "./facts-store.ts";
import { readFacts } from "./find-facts.ts";
import { placesOf } from "./places.ts";

const schema = { version: 1, tables: [emails, emailFacts] };
const wires = {
  mail: null,
  chat: {
    id: "01890000-0000-7000-8000-000000000001",
    type: "chat_message",
    from: { id: "bob", host: "b.test" },
    to: [],
    cc: [],
    date: "2026-01-01T00:00:00Z",
    thread: "01890000-0000-7000-8000-000000000001",
    inReplyTo: null,
    target: null,
    sealed: true,
    attachments: [],
    size: 10,
  },
};

interface Seen {
  isRead: boolean;
  isStarred: boolean;
  hasAttachment: boolean;
  size: number;
  sort: "mail" | "chat";
  boxes: readonly string[];
}

function rowOf(number: number, { isRead, isStarred, hasAttachment, size, sort, boxes }: Seen): EmailRow {
  return {
    id: `m${number}`,
    blobId: `b${number}`,
    threadId: `t${number}`,
    mailboxIds: Object.fromEntries(boxes.map((id) => [id, true] as const)),
    keywords: { ...(isRead && { $seen: true as const }), ...(isStarred && { $flagged: true as const }) },
    size,
    receivedAt: "2026-01-01T00:00:00Z",
    sentAt: null,
    from: null,
    to: null,
    cc: null,
    subject: null,
    preview: "",
    hasAttachment,
    snoozedUntil: null,
    wire: wires[sort],
    pass: 1,
  };
}

function box(id: string, name: string, more: Partial<Mailbox> = {}): Mailbox {
  const counts = { sortOrder: 0, totalEmails: 0, unreadEmails: 0, totalThreads: 0, unreadThreads: 0 };
  return { id, name, parentId: null, role: null, system: null, isSubscribed: true, ...counts, ...more };
}

const boxes = placesOf([
  box("f1", "Inbox", { role: "inbox" }),
  box("f2", "Wörk"),
  box("f3", "Late", { parentId: "f2" }),
]);
const questions: readonly [RowFilter, (seen: Seen) => boolean][] = [
  [{ by: "read" }, ({ isRead }) => isRead],
  [{ by: "unread" }, ({ isRead }) => !isRead],
  [{ by: "starred" }, ({ isStarred }) => isStarred],
  [{ by: "attachment" }, ({ hasAttachment }) => hasAttachment],
  [{ by: "size", fromBytes: 500 }, ({ size }) => size >= 500],
  [{ by: "size", belowBytes: 500 }, ({ size }) => size < 500],
  [{ by: "sort", sort: "chat" }, ({ sort }) => sort === "chat"],
  [{ by: "mailbox", name: "inbox" }, (seen) => seen.boxes.includes("f1")],
  [{ by: "label", name: "inbox" }, () => false],
  [{ by: "label", name: "work" }, (seen) => seen.boxes.includes("f2")],
  [{ by: "mailbox", name: "wörk/late" }, (seen) => seen.boxes.includes("f3")],
];

async function whoHolds(store: LocalStore, filter: RowFilter, ids: Iterable<number>): Promise<number[]> {
  const holds = (await readFacts({ store }, boxes))(filter);
  return [...ids].filter((id) => holds?.(id)).sort((a, b) => a - b);
}

const seen = fc.record({
  isRead: fc.boolean(),
  isStarred: fc.boolean(),
  hasAttachment: fc.boolean(),
  size: fc.nat(1_000),
  sort: fc.constantFrom("mail" as const, "chat" as const),
  boxes: fc.subarray(["f1", "f2", "f3"]),
});
/** Also far apart, as after a server was restored. */
const number = fc.oneof(fc.nat(30), fc.nat(2_000), fc.constantFrom(2 ** 31 + 7, 2 ** 49));

test("whatever comes, changes and goes, filters hold for what is there, here and in another tab", async () => {
  const step = fc.oneof(
    fc.array(fc.tuple(number, seen), { minLength: 1, maxLength: 6 }),
    fc.array(number, { minLength: 1, maxLength: 3 }).map((ids) => ids.map((id) => [id, undefined] as const)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const place = memoryPlace();
      const store = withFacts(await place.open(schema));
      const other = withFacts(await place.open(schema));
      const there = new Map<number, Seen>();
      const everSeen = new Set([0, 1]);
      for (const changes of steps) {
        await store.write([emails], async (writer) => {
          for (const [id, one] of changes) {
            everSeen.add(id);
            if (one === undefined) there.delete(id);
            else there.set(id, one);
            if (one === undefined) await writer.remove(emails, [`m${id}`]);
            else await writer.put(emails, [rowOf(id, one)]);
          }
        });
        for (const [filter, isSo] of questions) {
          const wanted = [...there].filter(([, one]) => isSo(one)).map(([id]) => id);
          for (const one of [store, other]) {
            expect(await whoHolds(one, filter, everSeen)).toEqual(wanted.sort((a, b) => a - b));
          }
        }
      }
      const rows = await store.list(emails);
      expect(rows.map(({ id }) => numberOfEmail(id)).sort()).toEqual([...there.keys()].sort());
      const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
      expect((await entriesOf(other)).sort(byId)).toEqual(rows.map(entryOf).sort(byId));
      await store.write([emails], (writer) => writer.clear(emails));
      for (const [filter] of questions) expect(await whoHolds(store, filter, everSeen)).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

async function entriesOf(of: Pick<LocalStore, "list">): Promise<EmailEntry[]> {
  const entries: EmailEntry[] = [];
  for await (const part of readEntries(of)) entries.push(...part);
  return entries;
}

test("an entry says of a message what lists ask, also when it has lain in hundreds of places", async () => {
  const store = withFacts(await memoryPlace().open(schema));
  const base = { isRead: false, isStarred: false, hasAttachment: false, size: 9, sort: "mail" as const };
  const takesBack = {
    ...rowOf(3, { ...base, boxes: ["f1"] }),
    wire: { ...wires.chat, type: "recall", target: "01890000-0000-7000-8000-00000000000a" },
    receivedAt: "2026-11-27T09:30:00.125Z",
  };
  const draft = {
    ...rowOf(4, { ...base, boxes: ["f1"] }),
    keywords: { $draft: true as const, $answered: true as const },
  };
  const asleep = { ...rowOf(6, { ...base, boxes: ["f9"] }), snoozedUntil: "2026-12-01T08:00:00Z" };
  const untilMs = Date.parse("2026-12-01T08:00:00Z");
  await store.write([emails], (writer) => writer.put(emails, [takesBack, draft, asleep]));
  for (let turn = 0; turn < 1_100; turn++) {
    const moved = rowOf(5, { ...base, boxes: [`f${turn}`] });
    await store.write([emails], (writer) => writer.put(emails, [moved]));
  }
  const entries = new Map((await entriesOf(store)).map((entry) => [entry.id, entry]));
  expect(entries.get("m3")).toEqual({
    id: "m3",
    threadId: "t3",
    atMs: Date.parse("2026-11-27T09:30:00.125Z"),
    mailboxIds: ["f1"],
    isSeen: false,
    isFlagged: false,
    isDraft: false,
    isAnswered: false,
    isMuted: false,
    hasAttachment: false,
    isMail: false,
    amends: "01890000-0000-7000-8000-00000000000a",
    snooze: null,
  });
  expect(entries.get("m4")).toMatchObject({ isDraft: true, isAnswered: true, isMail: true, amends: null });
  expect(entries.get("m5")).toMatchObject({ mailboxIds: ["f1099"] });
  expect(entries.get("m6")).toMatchObject({ snooze: { untilMs, isOver: false } });
  const awake = { ...asleep, mailboxIds: { f1: true as const }, keywords: { $new: true as const } };
  await store.write([emails], (writer) => writer.put(emails, [awake]));
  const [woken] = (await entriesOf(store)).filter(({ id }) => id === "m6");
  expect(woken).toMatchObject({ mailboxIds: ["f1"], snooze: { untilMs, isOver: true } });
  await store.write([emails], (writer) => writer.remove(emails, ["m3", "m4", "m5", "m6"]));
  expect(await store.count(emailFacts)).toBe(0);
});

test("all that are kept are read, in parts of which none is large", async () => {
  const store = withFacts(await memoryPlace().open(schema));
  const one = { isRead: false, isStarred: false, hasAttachment: false, size: 9, sort: "mail" as const };
  const rows = Array.from({ length: 150 }, (_, at) => rowOf(at * 256 + 3, { ...one, boxes: ["f1"] }));
  await store.write([emails], (writer) => writer.put(emails, rows));
  const parts: EmailEntry[][] = [];
  for await (const part of readEntries(store)) parts.push(part);
  expect(Math.max(...parts.map((part) => part.length))).toBeLessThan(60);
  const ids = parts.flatMap((part) => part.map(({ id }) => id));
  expect(ids.sort()).toEqual(rows.map(({ id }) => id).sort());
});

test("what only the text says is asked of the message itself", async () => {
  const store = withFacts(await memoryPlace().open(schema));
  const findFacts = await readFacts({ store }, boxes);
  expect(findFacts({ by: "link" })).toBeUndefined();
  expect(findFacts({ by: "sealed" })).toBeUndefined();
});
