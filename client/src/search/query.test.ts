import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findMoment, findSize } from "./query-dates.ts";
import { planOf, scan, type TestMessage } from "./test-search.ts";

const day = 24 * 60 * 60 * 1000;

/** Newest first, so that what is found is in the order of this list. */
const messages = [
  {
    id: "m9",
    receivedAt: Date.UTC(2026, 10, 24, 8),
    texts: {
      from: "Bob Smith <bob@b.test>",
      to: "Alice <alice@a.test>, Carol <carol@c.test>",
      subject: "Quarterly plan",
      body: "The plan for the next quarter is ready. See https://b.test/plan",
    },
    row: { isRead: false, hasLink: true, mailboxes: ["Inbox", "inbox"], labels: ["Work"], sizeBytes: 12_000 },
  },
  {
    id: "m8",
    receivedAt: Date.UTC(2026, 10, 23, 23),
    texts: {
      from: "Carol Ödegård <carol@c.test>",
      to: "alice@a.test",
      subject: "Holiday pictures",
      body: "Bob sends his regards, and a plan of the town.",
      filename: "beach-01.jpg\ntown plan.pdf",
    },
    row: { hasAttachment: true, isStarred: true, mailboxes: ["Family"], sizeBytes: 7_300_000 },
  },
  {
    id: "m7",
    receivedAt: Date.UTC(2026, 2, 5, 12),
    texts: { from: "bob@b.test", to: "alice@a.test", subject: "", body: "are you there? plan b" },
    row: { sort: "chat", isSealed: false, mailboxes: ["Conversations"], sizeBytes: 900 },
  },
  {
    id: "m6",
    receivedAt: Date.UTC(2024, 11, 31, 23, 59),
    texts: {
      from: "news@shop.test",
      to: "alice+shop@a.test",
      subject: "Sale",
      body: "New year, new sale: 50 % off",
    },
    row: { mailboxes: ["Archive", "archive"], labels: ["Shopping list"], sizeBytes: 80_000 },
  },
  {
    id: "m5",
    receivedAt: Date.UTC(2024, 2, 5),
    texts: {
      from: "Anna Nováková <anna@d.test>",
      to: "alice@a.test",
      subject: "Pozvánka",
      body: "Sejdeme se v pátek",
    },
    row: { sort: "event", mailboxes: ["Inbox", "inbox"] },
  },
  {
    id: "m4",
    receivedAt: Date.UTC(2023, 5, 1),
    texts: { from: "alice@a.test", to: "bob@b.test", subject: "Files", filename: "minutes_2023.docx" },
    row: { sort: "file", hasAttachment: true, mailboxes: ["Sent", "sent"] },
  },
] satisfies TestMessage[];

function found(query: string): string {
  return scan(messages, query)
    .map((id) => id.slice(1))
    .join(" ");
}

/** Of any code points, halves of characters among them. */
const anyText = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0x24ff }), fc.integer({ min: 0, max: 0x10ffff })), {
    maxLength: 60,
  })
  .map((points) => String.fromCodePoint(...points));

describe("a query finds", () => {
  test.each([
    ["plan ", "9 8 7"],
    ["PLAN bob", "9 8 7"],
    ["plan town ", "8"],
    ["quar", "9"],
    ["quar ", ""],
    ["quart* ready ", "9"],
    ['"plan b"', "7"],
    ['"plan for the next"', "9"],
    ['"next for"', ""],
    ['"plan for the ne', "9"],
    ["plan -town ", "9 7"],
    ["plan -town -from:bob", ""],
    ['plan -"plan b"', "9 8"],
    ["-plan ", "6 5 4"],
    ["sale OR regards ", "8 6"],
    ["plan (town OR ready) ", "9 8"],
    ["plan -(town OR ready) ", "7"],
    ["(from:bob OR from:carol) quarter ", "9"],
    ["sale OR", "6"],
    ["plan AND town ", "8"],
    ["odegard", "8"],
    ["novakova", "5"],
    ["bob@b.test", "9 7 4"],
    ["from:bob", "9 7"],
    ["from:bob@b.test ", "9 7"],
    ["from:bob@b.t", "9 7"],
    ["from:bob@b.t ", ""],
    ["from:b.test ", "9 7"],
    ['from:"bob smith"', "9"],
    ["FROM:Bob", "9 7"],
    ["to:carol ", "9"],
    ["cc:carol ", "9"],
    ["to:alice@a.test ", "9 8 7 6 5"],
    ["subject:plan ", "9"],
    ['subject:"quarterly plan"', "9"],
    ["filename:pdf ", "8"],
    ["filename:.docx ", "4"],
    ["filename:minutes ", "4"],
    ['filename:"town plan"', "8"],
    ["filename:regards ", ""],
    ["has:attachment ", "8 4"],
    ["has:link ", "9"],
    ["is:unread ", "9"],
    ["is:read ", "8 7 6 5 4"],
    ["is:starred ", "8"],
    ["is:sealed plan ", "9 8"],
    ["-is:sealed ", "7"],
    ["in:inbox ", "9 5"],
    ["in:INBOX plan ", "9"],
    ["-in:inbox plan ", "8 7"],
    ["label:work ", "9"],
    ['label:"shopping list"', "6"],
    ["type:chat ", "7"],
    ["type:event ", "5"],
    ["type:file ", "4"],
    ["type:mail plan ", "9 8"],
    ["larger:5M ", "8"],
    ["larger:10k smaller:1M ", "9 6"],
    ["smaller:1k ", "7"],
    ["after:2026 ", "9 8 7"],
    ["after:2026-11 ", "9 8"],
    ["after:today ", "9"],
    ["after:yesterday ", "9 8"],
    ["before:today after:yesterday ", "8"],
    ["after:12h", ""],
    ["after:1d ", "9 8"],
    ["after:2w ", "9 8"],
    ["after:9m ", "9 8 7"],
    ["before:1y ", "6 5 4"],
    ["before:2025 after:2024-03-05 ", "6 5"],
    ["before:2024-03-05 ", "4"],
    ["", "9 8 7 6 5 4"],
    ["  ", "9 8 7 6 5 4"],
    ["!!! ?", "9 8 7 6 5 4"],
    ["plan ) town ", "8"],
    ["((plan town ", "8"],
    ["from:", "9 8 7 6 5 4"],
    ["- plan ", "9 8 7"],
  ])("%s", (query, ids) => {
    expect(found(query)).toBe(ids);
  });
});

describe("what is not understood is told, and searched for as words", () => {
  test.each([
    ["form:bob", "unknownOperator", "form", "bob", "from"],
    ["is:green", "badValue", "is", "green", "unread"],
    ["has:money", "badValue", "has", "money", "attachment"],
    ["before:soon", "badValue", "before", "soon", "today"],
    ["after:2024-13", "badValue", "after", "2024-13", "2024-03"],
    ["after:2023-02-29", "badValue", "after", "2023-02-29", "2024-03-05"],
    ["larger:big", "badValue", "larger", "big", "10k"],
    ["type:fax", "badValue", "type", "fax", "chat"],
  ] as const)("%s", (query, problem, operator, value, known) => {
    const { problems } = planOf(`plan ${query}`);
    expect(problems).toMatchObject([{ problem, operator, value, start: 5, end: 5 + query.length }]);
    expect(problems[0]?.known).toContain(known);
  });

  test("with the word before the colon and the one behind it", () => {
    const message = { id: "m1", receivedAt: 0, texts: { subject: "re: plan", body: "is it green" } };
    expect(scan([message], "re:plan")).toEqual(["m1"]);
    expect(scan([message], "is:green")).toEqual(["m1"]);
    expect(scan([message], "is:blue")).toEqual([]);
  });

  test("an operator without its value is told, and nothing is searched for", () => {
    expect(planOf("plan from: ").problems).toMatchObject([{ problem: "missingValue", operator: "from" }]);
    expect(found("plan from: ")).toBe("9 8 7");
  });

  test.each(["10:30", "https://b.test", "plan", 'subject:"re: plan"'])("but not %s", (query) => {
    expect(planOf(query).problems).toEqual([]);
  });
});

describe("any text is a query", () => {
  const piece = fc.constantFrom(
    ...'()"-*: ',
    "OR",
    "AND",
    "from:",
    "is:unread",
    "plan",
    "before:",
    "2024",
    "東京",
    "\ud800",
  );
  test("of signs in any order", () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        expect(() => scan(messages, pieces.join(""))).not.toThrow();
      }),
    );
  });

  test("of any characters, and of parentheses without end", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(() => planOf(text)).not.toThrow();
      }),
    );
    expect(found(`${"(".repeat(20_000)}plan ${")".repeat(20_000)} town `)).toBe("8");
    expect(found(`${"-(".repeat(20_000)}plan `).length).toBeGreaterThan(0);
  });
});

describe("days begin where the person is", () => {
  test.each([
    ["2024-03-05", "UTC", "2024-03-05T00:00:00Z"],
    ["2024-03-05", "America/New_York", "2024-03-05T05:00:00Z"],
    ["2024-03-05", "Asia/Kolkata", "2024-03-04T18:30:00Z"],
    ["2024-03", "Europe/Berlin", "2024-02-29T23:00:00Z"],
    ["2024", "Pacific/Auckland", "2023-12-31T11:00:00Z"],
    // Clocks were put forward by an hour on that day, and back on the other.
    ["2024-03-31", "Europe/Berlin", "2024-03-30T23:00:00Z"],
    ["2024-04-01", "Europe/Berlin", "2024-03-31T22:00:00Z"],
    ["2024-10-27", "Europe/Berlin", "2024-10-26T22:00:00Z"],
    ["2024-10-28", "Europe/Berlin", "2024-10-27T23:00:00Z"],
    ["today", "Asia/Tokyo", "2026-11-23T15:00:00Z"],
    ["yesterday", "America/Los_Angeles", "2026-11-23T08:00:00Z"],
    ["1m", "UTC", "2026-10-24T10:30:00Z"],
    ["9m", "UTC", "2026-02-24T10:30:00Z"],
    ["2y", "UTC", "2024-11-24T10:30:00Z"],
    // The same hour by the clock there, which was put back meanwhile.
    ["1m", "Europe/Berlin", "2026-10-24T09:30:00Z"],
  ])("%s in %s", (text, zone, expected) => {
    const now = Date.UTC(2026, 10, 24, 10, 30);
    expect(new Date(findMoment(text, { now, zone }) ?? 0).toISOString()).toBe(
      new Date(expected).toISOString(),
    );
  });

  test("a month before the 31st is the last of a shorter month", () => {
    const now = Date.UTC(2026, 2, 31, 12);
    expect(findMoment("1m", { now, zone: "UTC" })).toBe(Date.UTC(2026, 1, 28, 12));
  });

  test("days and weeks are of 24 hours", () => {
    expect(findMoment("7d", { now: 100 * day, zone: "UTC" })).toBe(93 * day);
    expect(findMoment("2w", { now: 100 * day, zone: "UTC" })).toBe(86 * day);
  });
});

test.each([
  ["10k", 10_000],
  ["5M", 5_000_000],
  ["1.5G", 1_500_000_000],
  ["2mb", 2_000_000],
  ["700", 700],
  ["ten", undefined],
  ["-5k", undefined],
])("the size %s is %s bytes", (text, bytes) => {
  expect(findSize(text)).toBe(bytes);
});
