import { compose, systemClock, systemRandomBytes } from "@posthorn/client";
import { checkMessage, type Message } from "@posthorn/protocol";
import { expect, test } from "vitest";
import { showMessage } from "./show-message.ts";
import { localTime } from "./times.ts";

const platform = { clock: systemClock, randomBytes: systemRandomBytes };
const id = "0192f0c1-0000-7000-8000-000000000001";
const sender = { id: "alice", host: "a.test" };

function linesOf(message: Message): string[] {
  return showMessage(message).split("\n");
}

test("A letter shows who, what about, its text, and its files with the numbers to save them by", () => {
  const letter = compose(platform, {
    from: "alice@a.test",
    fromName: "Alice Arden",
    to: ["bob@b.test", "carol@c.test"],
    cc: ["dan@d.test"],
    id,
    subject: "Re: \u202ereversed",
    body: "One\n\nTwo\x1b[2J\n\n",
    attachments: [
      { hash: "0".repeat(64), size: 48_211, filename: "plan\u202efdp.exe", mimeType: "application/pdf" },
      { hash: "1".repeat(64), size: 1 },
    ],
  });
  const lines = linesOf(letter);
  expect(lines[0]).toBe("From     Alice Arden <alice@a.test>");
  expect(lines[1]).toBe("To       bob@b.test, carol@c.test");
  expect(lines[2]).toBe("Cc       dan@d.test");
  expect(lines[3]).toMatch(/^Date {5}\d{4}-\d\d-\d\d \d\d:\d\d$/);
  expect(lines.slice(4)).toEqual([
    "Subject  Re: <U+202E>reversed",
    `Id       ${id}`,
    "",
    "One",
    "",
    "Two<U+001B>[2J",
    "",
    "Files",
    "  1  plan<U+202E>fdp.exe  47.1 KiB  application/pdf",
    "  2  (no name)            1 byte",
  ]);
});

test("An invitation shows when, where and how often, in words", () => {
  const invitation = compose(platform, {
    from: "alice@a.test",
    to: ["bob@b.test"],
    id,
    type: "calendar_invite",
    title: "Lunch",
    startTime: "2026-12-01T11:30:00Z",
    duration: "PT1H30M",
    description: "Bring bread",
    uid: "event-1",
    sequence: 1,
    locations: { "1": { name: "Café" }, "2": { name: "Terrace", description: "when it is warm" } },
    virtualLocations: { v: { uri: "https://meet.example/lunch" } },
    recurrenceRules: [
      { frequency: "weekly", interval: 2, byDay: [{ day: "tu" }, { day: "th" }], count: 4 },
      { frequency: "monthly", byDay: [{ day: "fr", nthOfPeriod: -1 }], until: "2027-06-30T00:00:00" },
    ],
    recurrenceOverrides: { "2026-12-29T12:30:00": { excluded: true } },
    participants: { b: { name: "Bob", address: "bob@b.test", participationStatus: "accepted" } },
    priority: 5,
  });
  const start = localTime("2026-12-01T11:30:00Z");
  expect(linesOf(invitation).slice(3)).toEqual([
    "What     changes “Lunch”",
    `When     ${start}–${localTime("2026-12-01T13:00:00Z").slice(11)}`,
    "Where    Café; Terrace, when it is warm",
    "Online   https://meet.example/lunch",
    "Repeats  every 2 weeks on Tuesday, Thursday, 4 times; every month on the last Friday, until 2027-06-30 00:00",
    "But not  2026-12-29 12:30",
    "Guests   Bob <bob@b.test> (accepted)",
    `Id       ${id}`,
    "",
    "Bring bread",
  ]);
});

test("An event for the day is shown by its day, wherever it is read", () => {
  const event = { from: "alice@a.test", to: ["bob@b.test"], type: "calendar_invite", title: "Fair" } as const;
  const days = (startTime: string, duration: string | undefined, timeZone: string | undefined) => {
    const zone = timeZone === undefined ? {} : { timeZone };
    const length = duration === undefined ? {} : { duration };
    const draft = { ...event, startTime, showWithoutTime: true, ...zone, ...length };
    return linesOf(compose(platform, draft)).find((line) => line.startsWith("When"));
  };
  expect(days("2026-12-01T00:00:00Z", undefined, undefined)).toBe("When  2026-12-01, all day");
  expect(days("2026-11-30T23:00:00Z", "P1D", "Europe/Berlin")).toBe("When  2026-12-01, all day");
  expect(days("2026-11-30T23:00:00Z", "P2D", "Europe/Berlin")).toBe("When  2026-12-01 – 2026-12-02, all day");
  expect(days("2026-12-01T00:00:00Z", "P1D", "Mars/Phobos")).toBe("When  2026-12-01, all day");
});

test("A reaction says to what, and a report of the postmaster its own words and nothing twice", () => {
  const reaction = compose(platform, {
    from: "alice@a.test",
    to: ["bob@b.test"],
    id,
    type: "reaction",
    target: { id, from: "bob@b.test" },
    emoji: "👍",
  });
  expect(showMessage(reaction, { about: "The plan" }).split("\n").slice(3)).toEqual([
    "What  reacts with 👍 to “The plan”",
    `Id    ${id}`,
  ]);
  const report = checkMessage({
    id,
    type: "email",
    from: { id: "postmaster", host: "a.test" },
    to: [sender],
    subject: "Not delivered: bob@b.test",
    body: "Your message did not reach bob@b.test.",
    date: "2026-11-25T10:00:00Z",
    report: { recipient: "bob@b.test", status: "failed", problem: null },
  });
  expect(linesOf(report).slice(3)).toEqual([
    "Subject  Not delivered: bob@b.test",
    `Id       ${id}`,
    "",
    "Your message did not reach bob@b.test.",
  ]);
});

test("A message of a type nobody knows here is shown with all its fields", () => {
  const message = checkMessage({
    id,
    type: "poll",
    from: sender,
    to: [sender],
    date: "2026-11-25T10:00:00Z",
    question: "Tea?\x07",
    choices: ["yes", "no"],
  });
  expect(linesOf(message)).toEqual(
    expect.arrayContaining(["Type      poll", "question  Tea?<U+0007>", 'choices   ["yes","no"]']),
  );
});

test("How far a message can be trusted stands between its head and its text", () => {
  const letter = compose(platform, { from: "alice@a.test", to: ["bob@b.test"], id, body: "Hello" });
  const remarks = ["Sealed, from alice@a.test (compared).", "A message is missing."];
  expect(showMessage(letter, { remarks }).split("\n").slice(-6)).toEqual([
    `Id    ${id}`,
    "",
    ...remarks,
    "",
    "Hello",
  ]);
});
