import { compose, systemClock, systemRandomBytes } from "@posthorn/client";
import { checkMessage, type Message, type MessageMeta, senderOf, typeOf } from "@posthorn/protocol";
import { expect, test } from "vitest";
import { showMessage } from "./show-message.ts";

const platform = { clock: systemClock, randomBytes: systemRandomBytes };
const id = "0192f0c1-0000-7000-8000-000000000001";
const sender = { id: "alice", host: "a.test" };

function metaOf(message: Message): MessageMeta {
  return {
    id: "7",
    messageId: message.id,
    type: typeOf(message),
    from: senderOf(message),
    to: [],
    cc: [],
    subject: "subject" in message && typeof message.subject === "string" ? message.subject : null,
    preview: null,
    date: message.date,
    deliveredAt: message.date,
    size: 100,
    keywords: {},
    mailboxes: ["1"],
    attachments: [],
    thread: message.id,
    inReplyTo: null,
    sealed: false,
  };
}

function linesOf(message: Message): string[] {
  return showMessage(message, metaOf(message)).split("\n");
}

test("A letter shows who, what about, its text, and its files with the numbers to save them by", () => {
  const letter = compose(platform, {
    from: "alice@a.test",
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
  expect(lines[0]).toBe("From     alice@a.test");
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

test("A sealed message says that it is sealed, and nothing of what is inside", () => {
  const sealed = checkMessage({
    id,
    from: sender,
    to: [sender],
    date: "2026-11-25T10:00:00Z",
    encryptedBody: "c2VjcmV0",
    encryptionAlgorithm: "AES-256-GCM",
    seal: {
      suite: "posthorn-seal-1",
      commit: "A".repeat(43),
      fromKeyId: "k",
      recipients: [{ address: "alice@a.test", keyId: "k", enc: "AAAA", wrap: "AAAA" }],
    },
  });
  const lines = linesOf(sealed);
  expect(lines).toContain("It is sealed. This version of Posthorn cannot open it.");
  expect(lines.join("\n")).not.toContain("c2VjcmV0");
});
