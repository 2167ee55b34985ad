import { readFileSync } from "node:fs";
import { attachmentsOf, checkMessage, limits, type Message, readMessage } from "@posthorn/protocol";
import { expect, it, describe as suite, test } from "vitest";
import { describe } from "./describe.ts";

const routing = {
  id: "0192f0c1-7b3a-7000-8000-000000000001",
  from: { id: "alice", host: "a.test" },
  to: [{ id: "bob", host: "b.test" }],
  date: "2026-11-24T00:00:00Z",
};
const target = { id: "0192f0c1-7b3a-7000-8000-000000000009", from: { id: "bob", host: "b.test" } };
const file = { hash: "0f".repeat(32), size: 12, filename: "plan.pdf", mimeType: "application/pdf" };
const seal = {
  encryptedBody: "8hY2vY1kC0Qm6n0f4bQW2w",
  encryptionAlgorithm: "AES-256-GCM",
  seal: {
    suite: "posthorn-seal-1",
    commit: "bvasSbsWgulhbCznXrG1YcfxOfzG9ZGocr4cagReh0A",
    fromKeyId: "a1",
    recipients: [{ address: "bob@b.test", keyId: "b7", enc: "q83vEjRWeJCrze8S", wrap: "EjRWeJCrze8SNFZ4" }],
  },
};

function a(fields: object): Message {
  return checkMessage({ ...routing, ...fields });
}

function preview(body: string): string | undefined {
  return describe(a({ body })).preview;
}

test.each<[string, object, { kind: string; subject?: string; preview?: string }]>([
  ["an email", { subject: "Hello", body: "At ten?" }, { kind: "mail", subject: "Hello", preview: "At ten?" }],
  ["an email with nothing in it", {}, { kind: "mail" }],
  ["an email whose subject is null", { subject: null, body: null }, { kind: "mail" }],
  ["a chat message", { type: "chat_message", text: "At ten." }, { kind: "chat", preview: "At ten." }],
  [
    "an invitation",
    {
      type: "calendar_invite",
      organizer: routing.from,
      title: "Minutes",
      startTime: routing.date,
      description: "Bring yours.",
    },
    { kind: "calendar", subject: "Minutes", preview: "Bring yours." },
  ],
  [
    "an answer to an invitation",
    {
      type: "calendar_reply",
      organizer: { id: "bob", host: "b.test" },
      uid: "u",
      participationStatus: "accepted",
      comment: "Gladly.",
    },
    { kind: "calendar", preview: "Gladly." },
  ],
  [
    "an event called off",
    { type: "calendar_cancel", organizer: routing.from, uid: "u", title: "Minutes", comment: "I am ill." },
    { kind: "calendar", subject: "Minutes", preview: "I am ill." },
  ],
  [
    "files for their own sake",
    { type: "file_transfer", text: "The recording.", attachments: [file] },
    { kind: "file", preview: "The recording." },
  ],
  ["a reaction", { type: "reaction", target, emoji: "👍" }, { kind: "other", preview: "👍" }],
  [
    "an edit of a letter",
    { type: "edit", target: target.id, subject: "Hello again", body: "At eleven?" },
    { kind: "other", subject: "Hello again", preview: "At eleven?" },
  ],
  [
    "an edit of a line",
    { type: "edit", target: target.id, text: "Eleven." },
    { kind: "other", preview: "Eleven." },
  ],
  ["a recall", { type: "recall", target: target.id }, { kind: "other" }],
  ["a receipt", { type: "receipt", target, event: "read" }, { kind: "other" }],
  [
    "a type of another version",
    { type: "com.example.poll", title: "Ten or eleven?", description: "Vote." },
    { kind: "other", subject: "Ten or eleven?", preview: "Vote." },
  ],
])("%s is listed by its own words", (_, fields, expected) => {
  const { kind, subject, preview: words } = describe(a(fields));
  expect({ kind, subject, preview: words }).toEqual({ subject: undefined, preview: undefined, ...expected });
});

test.each<[string, object]>([
  [
    "a chat message shows its text",
    { type: "chat_message", text: "At ten.", body: "At nine.", subject: "Nine" },
  ],
  [
    "a reaction shows its emoji",
    { type: "reaction", target, emoji: "At ten.", body: "At nine.", title: "Nine" },
  ],
])("%s and not what other fields say", (_, fields) => {
  expect(describe(a(fields))).toMatchObject({ subject: undefined, preview: "At ten." });
});

test("a sealed message shows nothing, not even in fields that no type has", () => {
  for (const type of ["email", "chat_message", "file_transfer", "com.example.poll"]) {
    const sealed = a({
      type,
      ...seal,
      description: "secret",
      comment: "secret",
      attachments: [{ hash: file.hash, size: 12 }],
    });
    const { subject, preview: words, summary } = describe(sealed);
    expect({ subject, words }).toEqual({ subject: undefined, words: undefined });
    expect(JSON.parse(summary)).toMatchObject({ sealed: true });
    expect(summary).not.toContain("secret");
  }
});

test("a sender's name is told where it can be read and the type has one", () => {
  const nameTold = (fields: object, sealed?: boolean) =>
    JSON.parse(describe(a(fields), sealed).summary).fromName;
  expect(nameTold({ type: "email", fromName: "Alice Arden" })).toBe("Alice Arden");
  expect(nameTold({ type: "email", fromName: "Alice Arden" }, true)).toBeUndefined();
  expect(nameTold({ type: "reaction", target, emoji: "👍", fromName: "\n" })).toBeUndefined();
});

test("one that is sealed on arrival shows the way it went, and nothing of what it says or of its files' names", () => {
  const chunks = ["1e".repeat(32), "1f".repeat(32)];
  const came = a({
    type: "email",
    fromName: "secret",
    subject: "secret",
    body: "secret",
    cc: [{ id: "carol", host: "c.test", name: "secret" }],
    inReplyTo: target.id,
    attachments: [
      { ...file, filename: "secret.pdf", caption: "secret" },
      { hash: "2f".repeat(32), size: limits.blobBytes + 1, chunks, mimeType: "text/secret" },
    ],
  });
  const described = describe(came, true);
  expect(described).toMatchObject({ kind: "mail", type: "email", subject: undefined, preview: undefined });
  expect(described.summary).not.toContain("secret");
  expect(JSON.parse(described.summary)).toEqual({
    to: routing.to,
    cc: [{ id: "carol", host: "c.test" }],
    attachments: [
      { hash: file.hash, size: file.size },
      { hash: "2f".repeat(32), size: limits.blobBytes + 1, chunks },
    ],
    inReplyTo: target.id,
    thread: null,
    target: null,
    sealed: true,
  });
});

test("a field “attachments” of a type that has none is not taken for files (CVE-2025-30355)", () => {
  const poisoned = a({ type: "reaction", target, emoji: "👍", attachments: "none" });
  expect(JSON.parse(describe(poisoned).summary).attachments).toEqual([]);
});

test("every message of the vectors is described, with the files that it has", () => {
  const path = new URL("../../../vectors/messages.json", import.meta.url);
  const { messages } = JSON.parse(readFileSync(path, "utf8"));
  const good = messages.filter(
    ({ valid, message, repeat }: Record<string, unknown>) => valid && message && !repeat,
  );
  expect(good.length).toBeGreaterThan(40);
  for (const { message } of good) {
    const read = readMessage(new TextEncoder().encode(JSON.stringify(message)));
    expect(JSON.parse(describe(read).summary)).toMatchObject({ attachments: attachmentsOf(read) });
  }
});

test("a subject as long as one may be is shown whole, beyond the basic plane too", () => {
  const subject = "😀".repeat(limits.subject);
  expect(describe(a({ subject })).subject).toBe(subject);
});

suite("the subject of a type that nobody has checked", () => {
  it.each([
    ["over lines", "one\r\ntwo\u2028three\u2029four", "one  two three four"],
    ["with characters that steer a terminal", "\u001b[2Jgone\u009b0m\u007f", " [2Jgone 0m "],
    ["empty", "", ""],
  ])("%s is on one line", (_, subject, expected) => {
    expect(describe(a({ type: "com.example.poll", subject })).subject).toBe(expected);
  });

  it("too long is cut between characters", () => {
    const subject = describe(a({ type: "com.example.poll", subject: `x${"😀".repeat(2_000)}` })).subject;
    expect(subject).toBe(`x${"😀".repeat(limits.subject - 1)}`);
  });

  it("that is no text is none", () => {
    const described = describe(a({ type: "com.example.poll", subject: { a: 1 }, title: 7, body: ["x"] }));
    expect(described).toMatchObject({ subject: undefined, preview: undefined });
  });
});

suite("the preview", () => {
  it("is the first words on one line", () => {
    expect(preview("  Shall we\n\n\tmeet\r\nat ten? ")).toBe("Shall we meet at ten?");
    expect(preview("a\u0007b\u0085c\u2028d")).toBe("a b c d");
    expect(preview("")).toBe("");
  });

  it("begins with the first word, however far off it is", () => {
    expect(preview(`${"\n".repeat(5_000)}Hello`)).toBe("Hello");
  });

  it("never splits a character, wherever the cut falls", () => {
    for (let before = 150; before <= 170; before++) {
      const words = preview(`${"x".repeat(before)}${"😀".repeat(50)}`) ?? "";
      expect(160 - words.length).toBeLessThan(2);
      expect(words).not.toMatch(/\ufffd/);
      expect(words.isWellFormed()).toBe(true);
    }
    for (let spaces = 0; spaces < 200; spaces++) {
      const words = preview(`x${" ".repeat(spaces)}${"😀".repeat(300)}`) ?? "";
      expect(words).toMatch(/^x ?😀+$/u);
    }
  });
});
