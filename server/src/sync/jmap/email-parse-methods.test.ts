import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { mailOf } from "../../rfc5322/trial-mail.ts";
import { onSqlite } from "../../store/each-store.ts";
import { trialFiles } from "./trial-files.ts";

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "posthorn-parse-")), "blobs");
});
afterEach(() => rm(join(folder, ".."), { recursive: true }));

const open = onSqlite();
const inner = ["From: eve@b.test", "Subject: inner", "", "inner text"];
const outer = mailOf(
  "From: Joe Bloggs <joe@example.com>",
  "Subject: outer",
  "Date: Tue, 10 Jul 2018 11:03:11 +1000",
  "List-Post: <mailto:partytime@lists.example.com>",
  "Content-Type: multipart/mixed; boundary=b",
  "",
  "--b",
  "Content-Type: text/html",
  "",
  "<html><body><p>Hello there</p>",
  "--b",
  "Content-Type: message/rfc822",
  "",
  ...inner,
  "--b--",
);

it("reads a mail that was uploaded, with the properties that RFC 8621 §4.9 gives when none are asked for", async () => {
  const { call, upload } = await trialFiles(await open(), folder, "bob");
  const blobId = await upload(outer);
  const { parsed, notParsable, notFound } = await call("Email/parse", { blobIds: [blobId] });
  expect({ notParsable, notFound }).toEqual({ notParsable: null, notFound: null });
  const html = {
    partId: "1",
    blobId: `${blobId}_1`,
    size: 30,
    name: null,
    type: "text/html",
    charset: "us-ascii",
    disposition: null,
    cid: null,
    language: null,
    location: null,
  };
  expect(parsed[blobId]).toEqual({
    messageId: null,
    inReplyTo: null,
    references: null,
    sender: null,
    from: [{ name: "Joe Bloggs", email: "joe@example.com" }],
    to: null,
    cc: null,
    bcc: null,
    replyTo: null,
    subject: "outer",
    sentAt: "2018-07-10T11:03:11+10:00",
    hasAttachment: true,
    preview: "Hello there",
    bodyValues: {},
    textBody: [html],
    htmlBody: [html],
    attachments: [
      {
        ...html,
        partId: "2",
        blobId: `${blobId}_2`,
        size: mailOf(...inner).length,
        type: "message/rfc822",
        charset: null,
      },
    ],
  });
});

it("reads a mail within a mail by the blob of its part, and so on", async () => {
  const { call, upload } = await trialFiles(await open(), folder, "bob");
  const blobId = `${await upload(outer)}_2`;
  const properties = ["subject", "textBody", "bodyValues"];
  const args = { properties, bodyProperties: ["blobId"], fetchTextBodyValues: true };
  const { parsed } = await call("Email/parse", { blobIds: [blobId], ...args });
  expect(parsed[blobId]).toEqual({
    subject: "inner",
    textBody: [{ blobId: `${blobId}_1` }],
    bodyValues: { "1": { value: "inner text", isEncodingProblem: false, isTruncated: false } },
  });
});

it("gives header fields, parts and values as they are asked for, as the example of RFC 8621 §4.2 does", async () => {
  const { call, upload } = await trialFiles(await open(), folder, "bob");
  const blobId = await upload(outer);
  const { parsed } = await call("Email/parse", {
    blobIds: [blobId],
    properties: [
      "id",
      "threadId",
      "mailboxIds",
      "size",
      "header:List-POST:asURLs",
      "htmlBody",
      "bodyValues",
      "bodyStructure",
    ],
    bodyProperties: ["partId", "size", "type", "header:Content-Type"],
    fetchHTMLBodyValues: true,
    maxBodyValueBytes: 20,
  });
  const part = (fields: object) => ({ partId: null, size: 0, ...fields });
  const html = part({ partId: "1", size: 30, type: "text/html", "header:Content-Type": " text/html" });
  expect(parsed[blobId]).toEqual({
    id: null,
    threadId: null,
    mailboxIds: null,
    size: outer.length,
    "header:List-POST:asURLs": ["mailto:partytime@lists.example.com"],
    htmlBody: [html],
    bodyValues: {
      "1": { isEncodingProblem: false, isTruncated: true, value: "<html><body><p>Hello".slice(0, 20) },
    },
    bodyStructure: part({
      type: "multipart/mixed",
      "header:Content-Type": " multipart/mixed; boundary=b",
      subParts: [
        html,
        part({
          partId: "2",
          size: mailOf(...inner).length,
          type: "message/rfc822",
          "header:Content-Type": " message/rfc822",
        }),
      ],
    }),
  });
});

it("says which blobs are no mail, and which are not there", async () => {
  const { call, upload } = await trialFiles(await open(), folder, "bob");
  const none = [await upload(""), await upload("no header"), await upload(Buffer.alloc(1000, 0xff))];
  const gone = ["e1", `b${"0".repeat(64)}`, "x", "#a"];
  expect(await call("Email/parse", { blobIds: [...none, ...gone] })).toMatchObject({
    parsed: null,
    notParsable: none,
    notFound: gone,
  });
});

it.each([
  [{ properties: ["header:From:asDate"] }],
  [{ properties: ["colour"] }],
  [{ bodyProperties: ["header:Date:asText"] }],
  [{ bodyProperties: ["colour"] }],
  [{ maxBodyValueBytes: -1 }],
  [{ fetchTextBodyValues: "yes" }],
])("refuses %j", async (args) => {
  const { ask, id } = await trialFiles(await open(), folder, "bob");
  const [answer] = await ask([["Email/parse", { accountId: id, blobIds: ["e1"], ...args }, "0"]]);
  expect(answer.slice(0, 2)).toMatchObject(["error", { type: "invalidArguments" }]);
});
