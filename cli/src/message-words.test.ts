import { readFileSync } from "node:fs";
import { compose, type Draft, systemClock, systemRandomBytes } from "@posthorn/client";
import {
  type Attachment,
  checkMessage,
  isMessageType,
  type Message,
  type PlainCalendarReply,
  readMessage,
  typeOf,
} from "@posthorn/protocol";
import { describe, expect, test } from "vitest";
import { isTold, listWords, messageWords, referenceOf } from "./message-words.ts";
import { metaOf } from "./test-meta.ts";
import { localTime } from "./times.ts";

const platform = { clock: systemClock, randomBytes: systemRandomBytes };
const target = { id: "0192f0c1-0000-7000-8000-000000000001", from: "bob@b.test" };
const routing = { from: "alice@a.test", to: ["bob@b.test"] };
const startTime = "2026-12-01T11:30:00Z";
const file = { hash: "0".repeat(64), size: 3, filename: "plan.pdf" };

/** An answer to an invitation of Bob's. */
function reply(
  participationStatus: PlainCalendarReply["participationStatus"],
  more: { uid?: string; recurrenceId?: string; inReplyTo?: string } = {},
): Draft {
  const event = { organizer: "bob@b.test", uid: target.id };
  return { ...routing, type: "calendar_reply", ...event, participationStatus, ...more };
}

function write(draft: Draft): Message {
  return compose(platform, draft);
}

describe("A message of each type is told in words", () => {
  const cases: [string, string | undefined, Draft][] = [
    ["invites to “Lunch”", undefined, { ...routing, type: "calendar_invite", title: "Lunch", startTime }],
    [
      "changes “Lunch”",
      undefined,
      { ...routing, type: "calendar_invite", title: "Lunch", startTime, sequence: 1 },
    ],
    ["accepts “Lunch”", "Lunch", reply("accepted")],
    ["declines an invitation", undefined, reply("declined")],
    [
      "may come to “Lunch” of 2026-12-08 12:30",
      "Lunch",
      reply("tentative", { recurrenceId: "2026-12-08T12:30:00" }),
    ],
    ["calls off “Lunch”", undefined, { ...routing, type: "calendar_cancel", uid: target.id, title: "Lunch" }],
    ["calls off an event", undefined, { ...routing, type: "calendar_cancel", uid: target.id }],
    ["sends plan.pdf", undefined, { ...routing, type: "file_transfer", attachments: [file] }],
    [
      "sends plan.pdf and 1 more",
      undefined,
      { ...routing, type: "file_transfer", attachments: [file, { ...file, hash: "1".repeat(64) }] },
    ],
    ["reacts with 👍 to “The plan”", "The plan", { ...routing, type: "reaction", target, emoji: "👍" }],
    ["changes a message", undefined, { ...routing, type: "edit", target: target.id, body: "New" }],
    ["takes back “The plan”", "The plan", { ...routing, type: "recall", target: target.id }],
    ["has read “The plan”", "The plan", { ...routing, type: "receipt", target, event: "read" }],
    ["says “printed” of a message", undefined, { ...routing, type: "receipt", target, event: "printed" }],
  ];
  for (const [words, about, draft] of cases) {
    test(words, () => expect(messageWords(write(draft), about)).toBe(words));
  }
});

describe("A list says what each message is about", () => {
  const lines: [string, Draft, { preview?: string; attachments?: Attachment[] }][] = [
    ["The plan", { ...routing, subject: "The plan", body: "x" }, {}],
    ["First words", { ...routing, body: "First words" }, { preview: "First words" }],
    ["(no subject)", { ...routing, subject: "", body: "" }, { preview: "" }],
    ["(no subject)", { ...routing, body: "" }, {}],
    ["plan.pdf", { ...routing, body: "", attachments: [file] }, { preview: "", attachments: [file] }],
    ["At ten?", { ...routing, type: "chat_message", text: "At ten?" }, { preview: "At ten?" }],
    [
      "sends plan.pdf: As promised",
      { ...routing, type: "file_transfer", attachments: [file], text: "As promised" },
      { preview: "As promised", attachments: [file] },
    ],
    [
      "changes “The plan”: At eleven",
      { ...routing, type: "edit", target: target.id, body: "At eleven" },
      { preview: "At eleven" },
    ],
    ["takes back “The plan”", { ...routing, type: "recall", target: target.id }, {}],
    [
      `invites to “Lunch”, ${localTime(startTime)}`,
      { ...routing, type: "calendar_invite", title: "Lunch", startTime },
      {},
    ],
  ];
  for (const [line, draft, more] of lines) {
    test(`${draft.type ?? "email"}: ${line}`, () => {
      const message = write(draft);
      const { preview = "", attachments = [] } = more;
      const meta = { ...metaOf(message, { attachments }), preview };
      expect(listWords(meta, isTold(meta) ? message : undefined, "The plan")).toBe(line);
    });
  }

  test("one that is sealed says so, one of a type nobody knows says which, and standard mail is a letter", () => {
    const letter = write({ ...routing, subject: "The plan" });
    expect(listWords(metaOf(letter, { sealed: true }), undefined, undefined)).toBe("(sealed letter)");
    expect(listWords(metaOf(letter, { type: "poll" }), undefined, undefined)).toBe("[poll] The plan");
    const imported = { ...metaOf(letter), wire: null };
    expect(isTold(imported)).toBe(false);
    expect(listWords(imported, undefined, undefined)).toBe("The plan");
  });
});

test("What a message is about is looked for by its id and its author, an event by its invitation too", () => {
  expect(referenceOf(write({ ...routing, type: "reaction", target, emoji: "👍" }))).toEqual({
    ids: [target.id],
    author: "bob@b.test",
  });
  expect(referenceOf(write({ ...routing, type: "recall", target: target.id }))).toEqual({
    ids: [target.id],
    author: "alice@a.test",
  });
  const invitation = "0192f0c1-0000-7000-8000-000000000002";
  const answer = write(reply("accepted", { uid: "event-1", inReplyTo: invitation }));
  expect(referenceOf(answer)).toEqual({ ids: [invitation, "event-1"], author: "bob@b.test" });
  expect(referenceOf(write({ ...routing, subject: "The plan" }))).toBeUndefined();
});

test("What others wrote is made fit for one line, whatever it holds", () => {
  const draft: Draft = { ...routing, type: "reaction", target, emoji: "\u202e👍" };
  expect(messageWords(write(draft), `a\x1b[2J\nb ${"x".repeat(100)}`)).toMatch(
    /^reacts with <U\+202E>👍 to “a<U\+001B>\[2J b x+…”$/,
  );
});

test("Every message of the vectors has words, and none of them is a name of the wire", () => {
  const path = new URL("../../vectors/messages.json", import.meta.url);
  const { messages } = JSON.parse(readFileSync(path, "utf8"));
  const good: Message[] = messages
    .filter(({ valid, message, repeat }: Record<string, unknown>) => valid && message && !repeat)
    .map(({ message }: { message: object }) => checkMessage(message));
  const known = good.filter((message) => isMessageType(typeOf(message)));
  expect(known.length).toBeGreaterThan(30);
  for (const message of known) {
    const read = readMessage(new TextEncoder().encode(JSON.stringify(message)));
    for (const about of [undefined, "The plan"]) {
      expect(messageWords(read, about)).toMatch(/^[a-z]/);
      expect(messageWords(read, about)).not.toMatch(/_|undefined|[{}]/);
    }
  }
});
