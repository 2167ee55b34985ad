import type { Message } from "@posthorn/protocol";
import { expect, test } from "vitest";
import type { Opened } from "../open.ts";
import { readingOf } from "./amended.ts";

const id = "0192f0c1-7b5e-7c3a-9d42-3f1b8a6c2e10";
const editId = "0192f0c1-7b5e-7c3a-9d42-3f1b8a6c2e11";
const date = "2026-11-26T10:00:00Z";
const bob = { id: "bob", host: "b.example" };
const alice = { id: "alice", host: "a.example" };

function sealed(message: Message): Opened {
  const sender = { kind: "known", isCompared: false, news: undefined, doubt: undefined } as const;
  return { kind: "sealed", message, files: [], follows: undefined, sender };
}

const letter = sealed({
  id,
  type: "email",
  from: bob,
  to: [alice],
  date,
  subject: "The plan",
  body: "At *ten*.",
  bodyType: "text/markdown",
});

function edit(fields: { body?: string; subject?: null }, from = bob): Opened {
  return sealed({ id: editId, type: "edit", from, to: [alice], date, target: id, ...fields });
}

test("an edit changes what it names and leaves the rest as it was", () => {
  const at = "2026-11-26T11:00:00Z";
  expect(readingOf(letter, [{ at, opened: edit({ body: "At *eleven*." }) }])).toEqual({
    subject: "The plan",
    text: "At *eleven*.",
    isMarkdown: true,
    files: [],
    filesIn: id,
    editedAt: at,
  });
  expect(readingOf(letter, [{ at, opened: edit({ subject: null }) }]).subject).toBe("");
});

test("nobody changes what another has written, and nothing in the open changes what was sealed", () => {
  const at = date;
  const others = edit({ body: "Pay me." }, { id: "eve", host: "b.example" });
  const { message } = edit({ body: "Pay me." });
  const inTheOpen: Opened = { kind: "open", message, files: [], sealedHere: false, unexpected: true };
  const reading = readingOf(letter, [
    { at, opened: others },
    { at, opened: inTheOpen },
  ]);
  expect(reading).toMatchObject({ text: "At *ten*.", editedAt: undefined });
});

test("a message of a type that nobody knows is read as it is, whatever the type is called", () => {
  const odd = { id, type: "constructor", from: bob, to: [alice], date, body: "Odd." };
  const reading = readingOf(sealed(odd), [{ at: date, opened: edit({ body: "Changed." }) }]);
  expect(reading.text).toBe("Odd.");
});

test("of several edits the first that may count does, and files of an edit stand in it", () => {
  const withFiles: Opened = sealed({
    id: editId,
    type: "edit",
    from: bob,
    to: [alice],
    date,
    target: id,
    attachments: [],
  });
  const reading = readingOf(letter, [
    { at: "2", opened: withFiles },
    { at: "1", opened: edit({ body: "older" }) },
  ]);
  expect(reading).toMatchObject({ text: "At *ten*.", filesIn: editId, editedAt: "2" });
});
