import { compose, systemClock, systemRandomBytes } from "@posthorn/client";
import { type Attachment, isMessageType, type Message, messageTypes } from "@posthorn/protocol";
import { describe, expect, test } from "vitest";
import { type About, checkFields, draftOf, type FieldOptions } from "./message-fields.ts";

const platform = { clock: systemClock, randomBytes: systemRandomBytes };
const now = new Date(2026, 10, 25, 10, 0).getTime();
const routing = { from: "alice@a.test", to: ["bob@b.test"] };
const nothing: About = { answered: undefined, target: undefined };
const file: Attachment = { hash: "0".repeat(64), size: 3, filename: "plan.pdf" };
const id = "0192f0c1-0000-7000-8000-000000000001";

function write(
  type: string,
  options: FieldOptions,
  more: { about?: Partial<About>; files?: Attachment[] } = {},
): Message {
  if (!isMessageType(type)) throw new Error(`${type} is none`);
  const files = more.files ?? [];
  checkFields(type, options, files.length);
  return compose(platform, draftOf(type, options, routing, { ...nothing, ...more.about }, files, now));
}

const target = { id, from: "bob@b.test", type: "email" };
const invitation = compose(platform, {
  from: "bob@b.test",
  type: "calendar_invite",
  to: ["alice@a.test"],
  title: "Lunch",
  startTime: "2026-12-01T11:30:00Z",
  sequence: 2,
});

const written: Record<string, { message: Message; has: object }> = {
  email: {
    message: write("email", { subject: "Hello", body: "*Hi*", markdown: true }, { files: [file] }),
    has: { subject: "Hello", body: "*Hi*", bodyType: "text/markdown", attachments: [file] },
  },
  chat_message: { message: write("chat_message", { body: "Hi" }), has: { text: "Hi" } },
  calendar_invite: {
    message: write("calendar_invite", {
      title: "Lunch",
      start: "2026-12-01",
      duration: "P1D",
      timeZone: "Europe/Berlin",
      location: "The café",
      body: "Bring bread",
      uid: "event-1",
      sequence: "3",
      allDay: true,
    }),
    has: {
      organizer: { id: "alice", host: "a.test" },
      title: "Lunch",
      startTime: "2026-11-30T23:00:00.000Z",
      duration: "P1D",
      timeZone: "Europe/Berlin",
      locations: { "1": { name: "The café" } },
      description: "Bring bread",
      uid: "event-1",
      sequence: 3,
      showWithoutTime: true,
    },
  },
  calendar_reply: {
    message: write(
      "calendar_reply",
      { answer: "accepted", body: "Gladly" },
      { about: { answered: invitation } },
    ),
    has: {
      organizer: { id: "bob", host: "b.test" },
      uid: invitation.id,
      sequence: 2,
      participationStatus: "accepted",
      comment: "Gladly",
    },
  },
  calendar_cancel: {
    message: write("calendar_cancel", { body: "I am ill" }, { about: { answered: invitation } }),
    has: {
      uid: invitation.id,
      sequence: 3,
      title: "Lunch",
      startTime: "2026-12-01T11:30:00Z",
      comment: "I am ill",
    },
  },
  file_transfer: {
    message: write("file_transfer", { body: "Here" }, { files: [file] }),
    has: { attachments: [file], text: "Here" },
  },
  reaction: {
    message: write("reaction", { target: id, emoji: "👍" }, { about: { target } }),
    has: { target: { id, from: { id: "bob", host: "b.test" } }, emoji: "👍" },
  },
  edit: {
    message: write("edit", { target: id, body: "New" }, { about: { target } }),
    has: { target: id, body: "New" },
  },
  recall: { message: write("recall", { target: id }, { about: { target } }), has: { target: id } },
  receipt: {
    message: write("receipt", { target: id, event: "read" }, { about: { target } }),
    has: { target: { id, from: { id: "bob", host: "b.test" } }, event: "read" },
  },
};

describe("Every type of version 1", () => {
  for (const type of messageTypes) {
    test(`${type} can be written with options`, () => {
      const { message, has } = written[type] ?? {};
      expect(message).toMatchObject({ ...(type === "email" ? {} : { type }), ...has });
    });
  }
});

test("An edit of a chat message changes its text", () => {
  const about = { target: { ...target, type: "chat_message" } };
  expect(write("edit", { target: id, body: "New" }, { about })).toMatchObject({ text: "New" });
});

test("An event begins by the clock of its own zone, and for a whole day without a zone with the day in UTC", () => {
  const lunch = { title: "Lunch", start: "2026-12-01 12:30" };
  expect(write("calendar_invite", { ...lunch, timeZone: "europe/berlin" })).toMatchObject({
    startTime: "2026-12-01T11:30:00.000Z",
    timeZone: "Europe/Berlin",
  });
  expect(write("calendar_invite", { ...lunch, timeZone: "America/New_York" })).toMatchObject({
    startTime: "2026-12-01T17:30:00.000Z",
  });
  expect(write("calendar_invite", { title: "Holiday", start: "2026-12-25", allDay: true })).toMatchObject({
    startTime: "2026-12-25T00:00:00.000Z",
    showWithoutTime: true,
  });
  expect(() => write("calendar_invite", { ...lunch, timeZone: "Mars/Phobos" })).toThrow("Mars/Phobos");
  expect(() => write("calendar_invite", { ...lunch, allDay: true })).toThrow("is not a day");
});

const refused: [string, FieldOptions, number, string][] = [
  ["calendar_invite", { title: "Lunch" }, 0, "A calendar_invite needs --start."],
  ["reaction", {}, 0, "A reaction needs --target and --emoji."],
  ["email", { emoji: "👍", timeZone: "UTC" }, 0, "An email has no --emoji and no --time-zone."],
  ["recall", { target: id }, 1, "A recall has no --attach."],
  ["file_transfer", {}, 0, "A file_transfer needs --attach."],
];

for (const [type, options, files, sentence] of refused) {
  test(`It is wrong use, and said: ${sentence}`, () => {
    expect(() => isMessageType(type) && checkFields(type, options, files)).toThrow(sentence);
  });
}

test("A duration is written in short or as the wire has it", () => {
  const durations: [string, string][] = [
    ["1h", "PT1H"],
    ["90m", "PT90M"],
    ["3d", "P3D"],
    ["2w", "P2W"],
    ["PT1H30M", "PT1H30M"],
  ];
  for (const [duration, written] of durations) {
    const event = write("calendar_invite", { title: "Lunch", start: "12:00", duration });
    expect(event).toMatchObject({ duration: written });
  }
  for (const duration of ["", "1", "h", "an hour", "1h30m", "P"]) {
    expect(() => write("calendar_invite", { title: "Lunch", start: "12:00", duration })).toThrow(
      "is no duration",
    );
  }
});

test("A time, a number and an answer that are none are named", () => {
  expect(() => write("calendar_invite", { title: "Lunch", start: "soon" })).toThrow(
    "“soon” cannot be read as a time.",
  );
  expect(() => write("calendar_invite", { title: "Lunch", start: "12:00", sequence: "one" })).toThrow(
    "“one”",
  );
  expect(() => write("calendar_reply", { answer: "perhaps" }, { about: { answered: invitation } })).toThrow(
    "“perhaps” is no answer.",
  );
  expect(() => write("calendar_reply", { answer: "accepted" })).toThrow("Whose event is it?");
});
