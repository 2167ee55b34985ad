import { expect, it } from "vitest";
import { writeMail } from "../../rfc5322/write-mail.ts";
import { readDraft } from "./email-draft.ts";
import type { JmapObject } from "./method.ts";

const text = { bodyValues: { t: { value: "hi" } }, textBody: [{ partId: "t", type: "text/plain" }] };
const part = (fields: object) => ({
  bodyValues: { t: { value: "hi" } },
  bodyStructure: { partId: "t", ...fields },
});

function written(given: JmapObject, blobs: Record<string, string> = {}): string[] {
  const outcome = readDraft(given);
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.reason));
  const bytes = writeMail(outcome.draft, {
    messageId: "1@a.test",
    sentAt: "2018-07-10T01:02:03Z",
    boundary: "b",
    blobs: new Map(Object.entries(blobs).map(([id, content]) => [id, Buffer.from(content)])),
  });
  return Buffer.from(bytes).toString("latin1").split("\r\n");
}

it("writes the draft of RFC 8621 §4.10 as that does", () => {
  const given = {
    mailboxIds: { "2ea1ca41b38e": true },
    keywords: { $seen: true, $draft: true },
    from: [{ name: "Joe Bloggs", email: "joe@example.com" }],
    subject: "World domination",
    receivedAt: "2018-07-10T01:03:11Z",
    sentAt: "2018-07-10T11:03:11+10:00",
    bodyStructure: { type: "text/plain", partId: "bd48", "header:Content-Language": "en" },
    bodyValues: {
      bd48: { value: "I have the most brilliant plan.\nLet me tell you all about it.", isTruncated: false },
    },
  };
  expect(written(given)).toEqual([
    "Message-ID: <1@a.test>",
    "From: Joe Bloggs <joe@example.com>",
    "Subject: World domination",
    "Date: Tue, 10 Jul 2018 11:03:11 +1000",
    "MIME-Version: 1.0",
    "Content-Language: en",
    'Content-Type: text/plain; charset="utf-8"',
    "Content-Transfer-Encoding: 7bit",
    "",
    "I have the most brilliant plan.",
    "Let me tell you all about it.",
  ]);
});

it("writes text and HTML beside each other, pictures with the HTML that shows them, and then the files", () => {
  const lines = written(
    {
      bodyValues: { t: { value: "hi" }, h: { value: "<img src=cid:i>" } },
      textBody: [{ partId: "t", type: "text/plain" }],
      htmlBody: [{ partId: "h", type: "text/html" }],
      attachments: [
        { blobId: "a", type: "image/png", cid: "i", disposition: "inline" },
        { blobId: "b", type: "text/plain", name: "notes.txt", charset: "iso-8859-1" },
        { blobId: "c", type: "message/rfc822" },
      ],
    },
    { a: "png", b: "notes", c: "Subject: --=_b\r\n\r\n--=_b\r\n" },
  );
  expect(lines.filter((line) => /^(?:Content|--|.*boundary|.*charset|.*filename)/.test(line))).toEqual([
    'Content-Type: multipart/mixed; boundary="=_bx"',
    "--=_bx",
    'Content-Type: multipart/alternative; boundary="=_bx-0"',
    "--=_bx-0",
    'Content-Type: text/plain; charset="utf-8"',
    "Content-Transfer-Encoding: 7bit",
    "--=_bx-0",
    'Content-Type: multipart/related; boundary="=_bx-0-1"',
    "--=_bx-0-1",
    'Content-Type: text/html; charset="utf-8"',
    "Content-Transfer-Encoding: 7bit",
    "--=_bx-0-1",
    "Content-Disposition: inline",
    "Content-ID: <i>",
    "Content-Type: image/png",
    "Content-Transfer-Encoding: base64",
    "--=_bx-0-1--",
    "--=_bx-0--",
    "--=_bx",
    'Content-Disposition: attachment; filename="notes.txt"',
    'Content-Type: text/plain; charset="iso-8859-1"',
    "Content-Transfer-Encoding: base64",
    "--=_bx",
    "Content-Disposition: attachment",
    "Content-Type: message/rfc822",
    "Content-Transfer-Encoding: 8bit",
    "--=_b",
    "--=_bx--",
  ]);
});

it("gives a mail the id and date that it has not", () => {
  const given = { ...text, messageId: ["own@b.test"], "header:date:asDate": "2020-01-01T00:00:00Z" };
  const lines = written(given).filter((line) => /^(?:message-id|date):/i.test(line));
  expect(lines).toEqual(["Message-ID: <own@b.test>", "date: Wed, 1 Jan 2020 00:00:00 +0000"]);
});

it.each<[string, JmapObject, string[]]>([
  ["headers", { ...text, headers: [] }, ["headers"]],
  ["headers of a part", part({ headers: [] }), ["bodyStructure/headers"]],
  ["a header field twice", { ...text, from: [], "header:FROM:asAddresses": [] }, ["header:FROM:asAddresses"]],
  [
    "a form that does not fit",
    { ...text, "header:From:asDate": "2020-01-01T00:00:00Z" },
    ["header:From:asDate"],
  ],
  ["a form that there is not", { ...text, "header:X:asNumber": "1" }, ["header:X:asNumber"]],
  ["Content- at the top", { ...text, "header:Content-Type": "text/html" }, ["header:Content-Type"]],
  ["bodyStructure beside lists", { ...text, ...part({}), attachments: [] }, ["textBody", "attachments"]],
  [
    "a header field above and in bodyStructure",
    { ...part({ "header:Subject": "a" }), subject: "b" },
    ["bodyStructure"],
  ],
  ["two texts", { ...text, textBody: [{ partId: "t" }, { partId: "t" }] }, ["textBody"]],
  ["no text", { ...text, textBody: [] }, ["textBody"]],
  ["a text of another type", { ...text, textBody: [{ partId: "t", type: "text/html" }] }, ["textBody"]],
  ["an HTML of another type", { ...text, htmlBody: [{ partId: "t" }] }, ["htmlBody"]],
  ["partId and blobId", part({ blobId: "b" }), ["bodyStructure/partId"]],
  ["neither", { bodyStructure: { type: "text/plain" } }, ["bodyStructure/partId"]],
  ["a partId without text", { bodyStructure: { partId: "x" } }, ["bodyStructure/partId"]],
  ["a charset of a text", part({ charset: "utf-8" }), ["bodyStructure/charset"]],
  ["a size of a text", part({ size: 2 }), ["bodyStructure/size"]],
  [
    "a transfer encoding",
    part({ "header:Content-Transfer-Encoding": "base64" }),
    ["bodyStructure/header:Content-Transfer-Encoding"],
  ],
  [
    "a text that was cut",
    { ...text, bodyValues: { t: { value: "hi", isTruncated: true } } },
    ["bodyValues/t"],
  ],
  [
    "a text with a problem",
    { ...text, bodyValues: { t: { value: "", isEncodingProblem: true } } },
    ["bodyValues/t"],
  ],
  ["no value", { ...text, bodyValues: { t: "hi" } }, ["bodyValues/t"]],
  [
    "what the server sets",
    { ...text, id: "m1", blobId: "e1", preview: "", size: 1 },
    ["id", "blobId", "preview", "size"],
  ],
  ["what nobody knows", { ...text, colour: "red" }, ["colour"]],
  ["addresses that are none", { ...text, to: "bob@b.test" }, ["to"]],
  ["a subject of two lines", { ...text, subject: "a\r\nBcc: eve@evil.test" }, ["subject"]],
  ["an address with another in it", { ...text, to: [{ email: "a@b.test>, <eve@evil.test" }] }, ["to"]],
  ["a raw field with another in it", { ...text, "header:X": " a\r\nBcc: eve@evil.test" }, ["header:X"]],
  ["an id with a space", { ...text, inReplyTo: ["a b"] }, ["inReplyTo"]],
  ["a date that is none", { ...text, sentAt: "2020-02-30T00:00:00Z" }, ["sentAt"]],
  ["a type that is none", part({ type: "text" }), ["bodyStructure/type"]],
  ["a name of two lines", part({ name: "a\nb" }), ["bodyStructure/name"]],
  [
    "parts of what has none",
    part({ type: "text/plain", subParts: [{ partId: "t" }] }),
    ["bodyStructure/subParts", "bodyStructure/type"],
  ],
  [
    "a multipart of nothing",
    { bodyStructure: { type: "multipart/mixed", subParts: [] } },
    ["bodyStructure/subParts"],
  ],
  [
    "the type twice",
    part({ type: "text/plain", "header:Content-Type": "text/html" }),
    ["bodyStructure/type"],
  ],
  ["parts that are none", { ...text, attachments: [1, "a"] }, ["attachments/0", "attachments/1"]],
  ["several at once", { ...text, to: 1, cc: 2 }, ["to", "cc"]],
])("refuses %s", (_, given, properties) => {
  const outcome = readDraft(given);
  expect(outcome).toMatchObject({ ok: false, reason: { type: "invalidProperties", properties } });
});

it("refuses parts nested without end", () => {
  let bodyStructure: object = { partId: "t" };
  for (let depth = 0; depth < 2_000; depth++)
    bodyStructure = { type: "multipart/mixed", subParts: [bodyStructure] };
  expect(readDraft({ ...text, textBody: undefined, bodyStructure })).toMatchObject({ ok: false });
});
