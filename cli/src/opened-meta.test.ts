import { compose, systemClock, systemRandomBytes } from "@posthorn/client";
import type { MessageMeta } from "@posthorn/protocol";
import { expect, test } from "vitest";
import { listWords } from "./message-words.ts";
import { openedMeta } from "./opened-meta.ts";
import { metaOf } from "./test-meta.ts";

const platform = { clock: systemClock, randomBytes: systemRandomBytes };
const routing = { from: "alice@a.test", to: ["bob@b.test"], cc: ["carol@c.test"] };
const file = { hash: "0".repeat(64), size: 3, filename: "plan.pdf" };
const letter = compose(platform, {
  ...routing,
  fromName: "Alice Arden",
  subject: "The plan",
  body: `${"\n  first words ".repeat(20)}`,
  attachments: [file],
});
/** What a server that lies says of it. */
const lied: MessageMeta = {
  ...metaOf(letter, {
    id: "0192f0c1-0000-7000-8000-000000000009",
    type: "chat_message",
    from: { id: "mallory", host: "m.test" },
    sealed: true,
  }),
  from: [{ name: "The bank", email: "mallory@m.test" }],
  subject: "Pay at once",
  preview: "or else",
  wireText: "{}",
};

test("A list shows what an opened message says, and of its server's word only what that alone knows", () => {
  const meta = openedMeta(lied, letter);
  expect(meta).toMatchObject({
    id: "m7",
    from: [{ name: "Alice Arden", email: "alice@a.test" }],
    cc: [{ name: null, email: "carol@c.test" }],
    subject: "The plan",
    hasAttachment: true,
    keywords: {},
    wire: { id: letter.id, type: "email", from: { id: "alice", host: "a.test" }, attachments: [file] },
  });
  expect(meta).not.toHaveProperty("wireText");
  expect(meta.preview).toMatch(/^first words first words .{130,}$/);
  expect(meta.preview.length).toBe(160);
  expect(listWords(meta, undefined, undefined)).toBe("The plan");
});

test("One that has neither subject nor words is shown by its files", () => {
  const transfer = compose(platform, { ...routing, type: "file_transfer", attachments: [file] });
  const meta = openedMeta(lied, transfer);
  expect(meta).toMatchObject({ subject: null, preview: "" });
  expect(listWords(meta, undefined, undefined)).toBe("sends plan.pdf");
});
