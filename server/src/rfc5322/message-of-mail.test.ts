import { createHash } from "node:crypto";
import { checkMessage, type SealedAttachment } from "@posthorn/protocol";
import { expect, it } from "vitest";
import { type MessageOutcome, messageOfMail } from "./message-of-mail.ts";
import { parsed } from "./trial-mail.ts";

const id = (number: number) => `0192f0c1-7b3a-7000-8000-${String(number).padStart(12, "0")}`;

async function sent(lines: readonly string[], more: { recipients?: string[]; fromName?: string } = {}) {
  const kept: string[] = [];
  let next = 2;
  const keep = async (bytes: Uint8Array): Promise<SealedAttachment> => {
    kept.push(Buffer.from(bytes).toString("latin1"));
    return { hash: createHash("sha256").update(bytes).digest("hex"), size: bytes.length };
  };
  const outgoing = {
    from: { id: "alice", host: "a.test" },
    id: id(1),
    newId: () => id(next++),
    date: "2026-11-24T00:00:00Z",
    thread: id(9),
    ...more,
  };
  return { outcome: await messageOfMail(parsed(...lines), outgoing, keep), kept };
}

/** The messages, each of which could go over the wire. */
function messagesOf(outcome: MessageOutcome) {
  if (!outcome.ok) throw new Error(outcome.reason.description);
  const messages = [outcome.message, ...outcome.bccMessages];
  for (const message of messages) checkMessage(JSON.parse(JSON.stringify(message)));
  return messages;
}

const bob = { id: "bob", host: "b.test" };
const carol = { id: "carol", host: "c.test" };

it.each([
  ["Alice Arden", "Alice Arden"],
  ["Alice \u202enedrA\n", "Alice  nedrA"],
  ["\u2066", undefined],
  ["x".repeat(200), "x".repeat(100)],
])("has its sender's name %j as a message can have it", async (fromName, kept) => {
  const { outcome } = await sent(["To: bob@b.test", "", "One"], { fromName });
  expect(messagesOf(outcome)[0]?.fromName).toBe(kept);
});

it("is the mail's text, subject and recipients, in its thread", async () => {
  const { outcome } = await sent([
    "From: Alice <alice@a.test>",
    "To: Bob <BOB@b.test>, bob@b.test",
    "Cc: carol@c.test",
    "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=",
    `References: <x@y.test> <${id(5)}@b.test>`,
    `In-Reply-To: <${id(6)}@b.test>`,
    "Content-Type: text/plain; charset=utf-8",
    "",
    "One",
    "Two",
    "",
  ]);
  expect(messagesOf(outcome)).toEqual([
    {
      type: "email",
      id: id(1),
      from: { id: "alice", host: "a.test" },
      to: [bob],
      cc: [carol],
      date: "2026-11-24T00:00:00Z",
      thread: id(9),
      inReplyTo: id(6),
      subject: "Grüße",
      body: "One\nTwo",
    },
  ]);
});

it("goes to each blind recipient alone, and nobody else hears of it", async () => {
  const lines = ["To: bob@b.test", "Bcc: carol@c.test, dave@d.test, bob@b.test", "", "hi"];
  const messages = messagesOf((await sent(lines)).outcome);
  expect(messages.map(({ id, to, cc }) => ({ id, to, cc }))).toEqual([
    { id: id(1), to: [bob], cc: undefined },
    { id: id(2), to: [carol], cc: undefined },
    { id: id(3), to: [{ id: "dave", host: "d.test" }], cc: undefined },
  ]);
  expect(JSON.stringify(messages[0])).not.toContain("carol");
  const blind = messagesOf((await sent(["Bcc: carol@c.test, bob@b.test", "", "hi"])).outcome);
  expect(blind.map(({ id, to }) => ({ id, to }))).toEqual([
    { id: id(1), to: [carol] },
    { id: id(2), to: [bob] },
  ]);
});

it("goes to those of an envelope and to no others", async () => {
  const lines = ["To: bob@b.test, eve@e.test", "Bcc: dave@d.test", "", "hi"];
  const messages = messagesOf((await sent(lines, { recipients: ["Bob@b.test", "carol@c.test"] })).outcome);
  expect(messages.map(({ to }) => to)).toEqual([[bob], [carol]]);
});

it("has the text of HTML when there is no other, and all else as files", async () => {
  const { outcome, kept } = await sent([
    "To: bob@b.test",
    "Content-Type: multipart/mixed; boundary=b",
    "",
    "--b",
    "Content-Type: multipart/related; boundary=c",
    "",
    "--c",
    "Content-Type: text/html",
    "",
    '<p>Hello <a href="https://x.test">there</a></p><img src="cid:i">',
    "--c",
    "Content-Type: image/png",
    "Content-ID: <i>",
    "",
    "png",
    "--c--",
    "--b",
    "Content-Type: application/pdf",
    'Content-Disposition: attachment; filename="a/b.pdf"',
    "Content-Transfer-Encoding: base64",
    "",
    "cGRm",
    "--b--",
  ]);
  const [message] = messagesOf(outcome);
  expect(message?.body).toBe("Hello there (https://x.test)");
  expect(message?.attachments).toMatchObject([
    { size: 3, filename: "i", mimeType: "image/png" },
    { size: 3, filename: "a/b.pdf", mimeType: "application/pdf" },
  ]);
  expect(kept).toEqual(["png", "pdf"]);
});

it("leaves away the HTML that says what the text does", async () => {
  const { outcome, kept } = await sent([
    "To: bob@b.test",
    "Content-Type: multipart/alternative; boundary=b",
    "",
    "--b",
    "",
    "text",
    "--b",
    "Content-Type: text/html",
    "",
    "<p>text",
    "--b--",
  ]);
  expect(messagesOf(outcome).map(({ body, attachments }) => [body, attachments])).toEqual([
    ["text", undefined],
  ]);
  expect(kept).toEqual([]);
});

it.each<[string, string[], object]>([
  ["nobody", ["Subject: x", "", "hi"], { type: "noRecipients" }],
  [
    "what is no address of ours",
    ["To: bob@b.test, Eve <eve>, mallory@[10.0.0.1]", "", "hi"],
    { type: "invalidRecipients", invalidRecipients: ["eve", "mallory@[10.0.0.1]"] },
  ],
  [
    "too many",
    [`To: ${Array.from({ length: 501 }, (_, at) => `a${at}@b.test`).join(",")}`, "", "hi"],
    { type: "tooManyRecipients" },
  ],
  [
    "bob with a subject that is too long",
    ["To: bob@b.test", `Subject: ${"x".repeat(1001)}`, "", "hi"],
    { type: "invalidEmail", properties: ["subject"] },
  ],
  ["bob with a text that is too long", ["To: bob@b.test", "", "x".repeat(200_001)], { type: "tooLarge" }],
  [
    "bob with more bytes than a message has",
    ["To: bob@b.test", "Content-Type: text/plain; charset=iso-8859-1", "", "\xfc".repeat(150_000)],
    { type: "tooLarge" },
  ],
])("is none to %s", async (_, lines, reason) => {
  expect((await sent(lines)).outcome).toMatchObject({ ok: false, reason });
});
