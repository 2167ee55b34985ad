import { findTime, formatTime, isType, limits, typeOf } from "@posthorn/protocol";
import { describe, expect, test } from "vitest";
import { compose } from "./compose.ts";
import type { Draft } from "./draft.ts";
import { handPlatform } from "./hand-platform.ts";
import { replyTo } from "./reply.ts";

const platform = handPlatform(() => Promise.reject(new Error("composing asks no server")));
const alice = { id: "alice", host: "a.test" };
const bob = { id: "bob", host: "b.test" };
const routing = { from: "alice@a.test", to: ["bob@b.test"] };
const target = { id: "0192f0c1-0000-7000-8000-000000000001", from: "bob@b.test" };
const file = { hash: "a".repeat(64), size: 5, filename: "plan.pdf", mimeType: "application/pdf" };

/** One draft of each type, as a person would give it. */
const drafts = {
  email: { ...routing, subject: "Hello", body: "Text", bodyType: "text/markdown", attachments: [file] },
  chat_message: { ...routing, type: "chat_message", text: "hi" },
  calendar_invite: {
    ...routing,
    type: "calendar_invite",
    title: "Lunch",
    startTime: "2026-12-01T12:00:00Z",
    duration: "PT1H",
  },
  calendar_reply: {
    from: "alice@a.test",
    type: "calendar_reply",
    organizer: "bob@b.test",
    uid: "event-1",
    participationStatus: "accepted",
  },
  calendar_cancel: { ...routing, type: "calendar_cancel", uid: "event-1" },
  file_transfer: { ...routing, type: "file_transfer", attachments: [file], text: "as promised" },
  reaction: { ...routing, type: "reaction", target, emoji: "👍" },
  edit: { ...routing, type: "edit", target: target.id, body: "Better text" },
  recall: { ...routing, type: "recall", target: target.id },
  receipt: { from: "alice@a.test", type: "receipt", target, event: "read" },
} satisfies Record<string, Draft>;

describe.each(Object.entries(drafts))("A draft of type %s", (type, draft: Draft) => {
  test("becomes a message with sender, recipient, an id of its time and the date of now", () => {
    const message = compose(platform, draft);
    expect(typeOf(message)).toBe(type);
    expect(message.to).toEqual([bob]);
    expect(message.date).toBe(formatTime(platform.nowMs));
    expect(Number.parseInt(message.id.replace("-", "").slice(0, 12), 16)).toBe(platform.nowMs);
    expect(findTime(message.date)).toBe(platform.nowMs);
    const sendsAsOrganizer = type === "calendar_invite" || type === "calendar_cancel";
    expect(message).toMatchObject(sendsAsOrganizer ? { organizer: alice } : { from: alice });
  });

  test("becomes another message each time, and the same one when it has an id", () => {
    expect(compose(platform, draft).id).not.toBe(compose(platform, draft).id);
    const named: Draft = { ...draft, id: "0192f0c1-0000-7000-8000-00000000000a" };
    const first = compose(platform, named);
    platform.nowMs += 60_000;
    expect(compose(platform, named)).toEqual(first);
    expect(compose(platform, { ...named, date: "2026-01-01T00:00:00Z" }).date).toBe("2026-01-01T00:00:00Z");
  });
});

test("Addresses are read as people write them", () => {
  const message = compose(platform, {
    from: "Alice@A.test",
    to: ["Bob+News@B.TEST"],
    cc: ["carol@c.test"],
    body: "",
  });
  expect(message.from).toEqual(alice);
  expect(message.to).toEqual([{ id: "bob+news", host: "b.test" }]);
  expect(message.cc).toEqual([{ id: "carol", host: "c.test" }]);
});

test.each<[string, Draft, string, string]>([
  ["no recipient", { from: "a@a.test", body: "x" }, "invalidMessage", "/to"],
  ["a recipient that is no address", { ...routing, to: ["bob@b.test", "bob"] }, "badAddress", "/to/1"],
  ["a copy to no address", { ...routing, cc: ["x y@b.test"] }, "badAddress", "/cc/0"],
  ["a sender that is no address", { ...routing, from: "alice" }, "badAddress", "/from"],
  [
    "a target of no address",
    { ...drafts.reaction, target: { ...target, from: "" } },
    "badAddress",
    "/target/from",
  ],
  ["a subject of two lines", { ...routing, subject: "one\ntwo" }, "invalidMessage", "/subject"],
  ["a body that is too long", { ...routing, body: "x".repeat(limits.body + 1) }, "invalidMessage", "/body"],
  ["a day that does not exist", { ...routing, date: "2026-02-30T00:00:00Z" }, "invalidMessage", "/date"],
  ["an empty chat message", { ...drafts.chat_message, text: "" }, "invalidMessage", "/text"],
  [
    "an edit that changes nothing",
    { ...routing, type: "edit", target: target.id },
    "invalidMessage",
    "/body",
  ],
  [
    "an attachment without its chunks",
    { ...routing, attachments: [{ ...file, size: 2 ** 30 }] },
    "invalidMessage",
    "/attachments/0/chunks",
  ],
  ["a receipt to somebody else", { ...drafts.receipt, to: ["carol@c.test"] }, "invalidMessage", "/to"],
])("With %s it says so at once, naming the field", (_, draft, code, pointer) => {
  expect(() => compose(platform, draft)).toThrow(
    expect.objectContaining({ problem: expect.objectContaining({ code, pointer }) }),
  );
});

test("What JSON cannot carry is found before it is sent", () => {
  expect(() => compose(platform, { ...routing, body: "half \ud83d" })).toThrow("half of a surrogate pair");
  expect(() => compose(platform, { ...routing, body: "nul \0" })).toThrow("U+0000");
});

test("A message larger than a server takes is found before it is sent", () => {
  expect(() => compose(platform, { ...routing, body: "€".repeat(limits.body) })).toThrow(
    expect.objectContaining({ problem: expect.objectContaining({ code: "tooLarge" }) }),
  );
});

describe("An answer", () => {
  const original = compose(platform, {
    from: "bob@b.test",
    to: ["alice@a.test", "carol@c.test"],
    cc: ["dave@d.test"],
    subject: "Lunch",
    body: "When?",
  });

  test("goes to the sender, in the same conversation, with one Re:", () => {
    const fields = replyTo(original, "alice@a.test");
    expect(fields).toEqual({
      to: ["bob@b.test"],
      cc: [],
      subject: "Re: Lunch",
      inReplyTo: original.id,
      thread: original.id,
    });
    const answer = compose(platform, { from: "alice@a.test", ...fields, body: "Now" });
    const next = replyTo(answer, "bob@b.test");
    expect(next).toMatchObject({ subject: "Re: Lunch", inReplyTo: answer.id, thread: original.id });
  });

  test("to all goes to everybody else too, and never to oneself", () => {
    expect(replyTo(original, "alice@a.test", { all: true })).toMatchObject({
      to: ["bob@b.test"],
      cc: ["carol@c.test", "dave@d.test"],
    });
  });

  test("to one's own message goes where that went", () => {
    expect(replyTo(original, "bob@b.test")).toMatchObject({
      to: ["alice@a.test", "carol@c.test", "dave@d.test"],
      cc: [],
    });
  });

  test("to an invitation goes to its organizer and has no subject", () => {
    const invitation = compose(platform, drafts.calendar_invite);
    expect(isType(invitation, "calendar_invite")).toBe(true);
    const fields = replyTo(invitation, "bob@b.test");
    expect(fields.to).toEqual(["alice@a.test"]);
    expect("subject" in fields).toBe(false);
  });

  test("to a subject as long as may be is still a message", () => {
    const long = compose(platform, { ...routing, subject: "€".repeat(limits.subject), body: "" });
    const { subject, to } = replyTo(long, "bob@b.test");
    expect(() =>
      compose(platform, { from: "bob@b.test", to, subject: subject ?? null, body: "" }),
    ).not.toThrow();
  });
});
