import { describe, expect, test } from "vitest";
import { checkMessage } from "./check-message.ts";
import type { Message } from "./message.ts";
import { conversationOf, hostsOf, recipientsOf, senderOf, targetIdOf } from "./routing-of.ts";

const id = "0192f0c1-7a3e-7c41-8b52-0d6f1c2e3a4b";
const thread = "0192f0c1-7a3e-7c41-8b52-0d6f1c2e3a4c";
const other = "0192f0c1-7a3e-7c41-8b52-0d6f1c2e3a4d";
const third = "0192f0c1-7a3e-7c41-8b52-0d6f1c2e3a4e";
const alice = { id: "Alice", host: "a.example" };
const bob = { id: "bob", host: "b.example" };

function message(fields: object): Message {
  return checkMessage({ id, from: alice, to: [bob], date: "2025-03-15T10:00:00Z", ...fields });
}

describe("a message goes to", () => {
  test("each address once, in lower case, those of to before those of cc", () => {
    const to = [{ id: "Carol", host: "c.example" }, bob];
    const cc = [
      { id: "BOB", host: "b.example" },
      { id: "bob+x", host: "b.example" },
    ];
    expect(recipientsOf(message({ to, cc }))).toEqual([
      { id: "carol", host: "c.example" },
      { id: "bob", host: "b.example" },
      { id: "bob+x", host: "b.example" },
    ]);
    expect(hostsOf(message({ to, cc }))).toEqual(["c.example", "b.example"]);
  });

  test("recipients that carry no more than an address, whatever else was written beside it", () => {
    expect(recipientsOf(message({ to: [{ ...bob, name: "Bob" }] }))).toEqual([bob]);
  });
});

describe("a message comes from", () => {
  const event = {
    type: "calendar_invite",
    organizer: alice,
    title: "Lunch",
    startTime: "2025-04-01T12:00:00Z",
  };

  test("its from, as written", () => {
    expect(senderOf(message({}))).toEqual(alice);
  });

  test("the organizer of an invitation or a cancellation that has no from", () => {
    expect(senderOf(checkMessage({ ...message({}), from: undefined, ...event }))).toEqual(alice);
    const cancel = { type: "calendar_cancel", organizer: alice, uid: "1" };
    expect(senderOf(checkMessage({ ...message({}), from: undefined, ...cancel }))).toEqual(alice);
  });

  test("the participant, not the organizer, when it is a reply", () => {
    const reply = { type: "calendar_reply", organizer: bob, uid: "1", participationStatus: "accepted" };
    expect(senderOf(message(reply))).toEqual(alice);
  });
});

describe("a message belongs to", () => {
  const edit = { type: "edit", target: other, body: "New" };

  test("its thread before all else", () => {
    expect(conversationOf(message({ ...edit, thread, inReplyTo: third }))).toBe(thread);
  });

  test("what it is about before what it answers, so that an edit never overtakes the message it changes", () => {
    expect(conversationOf(message({ ...edit, inReplyTo: third }))).toBe(other);
    expect(conversationOf(message({ type: "recall", target: other }))).toBe(other);
    expect(conversationOf(message({ type: "reaction", target: { id: other, from: bob }, emoji: "👍" }))).toBe(
      other,
    );
    expect(
      conversationOf(message({ type: "receipt", target: { id: other, from: bob }, event: "read" })),
    ).toBe(other);
  });

  test("what it answers, or else itself", () => {
    expect(conversationOf(message({ inReplyTo: third }))).toBe(third);
    expect(conversationOf(message({ inReplyTo: null }))).toBe(id);
  });

  test("no other message by a target on a type that has none", () => {
    expect(targetIdOf(message({ target: other }))).toBeUndefined();
    expect(targetIdOf(message({ type: "postcard", target: other }))).toBeUndefined();
  });
});
