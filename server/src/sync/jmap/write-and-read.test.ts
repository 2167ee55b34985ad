/** What is written for an Email/set is read again as it was given, whatever it is. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { parseMail } from "../../rfc5322/parse-mail.ts";
import { blobIdsOf, writeMail } from "../../rfc5322/write-mail.ts";
import { readBodyRequest } from "./body-parts.ts";
import { readDraft } from "./email-draft.ts";
import { parsedView } from "./email-view.ts";
import type { JmapObject } from "./method.ts";

/** What a person can put into one line: NFC, without control characters or spaces at its ends. */
const line = (maxLength: number) =>
  fc.string({ unit: "grapheme", maxLength }).map((text) =>
    text
      .replaceAll(/\p{Cc}/gu, "")
      .trim()
      .normalize("NFC"),
  );
const word = fc.stringMatching(/^[a-z0-9]{1,20}$/);
const email = fc.tuple(word, word).map(([id, host]) => `${id}@${host}.test`);
const name = fc.oneof(
  line(300),
  fc.constantFrom(
    "James Smythe",
    'He said "no" \\ yes',
    "Doe, John (Sales)",
    "a <b@c>",
    "=?utf-8?q?x?=",
    "名前".repeat(60),
    "👩‍👩‍👧‍👦 Familie",
    "..",
    "a:b;",
    "@",
  ),
);
const address = fc.record({ name: name.map((text) => text || null), email });
const addresses = fc.array(address, { minLength: 1, maxLength: 30 });
const ids = fc.array(
  fc.tuple(word, word).map(([one, other]) => `${one}@${other}`),
  { minLength: 1, maxLength: 40 },
);
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 2000 }),
  fc.string({ unit: "grapheme", maxLength: 500 }),
  fc.array(line(1200), { maxLength: 5 }).map((lines) => lines.join("\n")),
  fc.constantFrom("", "\n", "From here\n.\n", " \t\n  ", "=\n=3D", "--boundary\n--\n", "x".repeat(5000)),
);
const attachment = fc.record({
  bytes: fc.uint8Array({ maxLength: 3000 }),
  name: line(200).filter((text) => text !== ""),
  type: fc.constantFrom("application/pdf", "image/png", "text/plain", "text/html", "text/csv"),
});

const headers = fc.record({
  from: addresses,
  to: addresses,
  cc: addresses,
  bcc: addresses,
  subject: line(2000),
  messageId: ids.map((list) => list.slice(0, 1)),
  inReplyTo: ids,
  references: ids,
  "header:X-Text:asText": line(500),
  "header:X-Addresses:asGroupedAddresses": fc.array(
    fc.record({ name: name.filter((text) => text !== ""), addresses: fc.array(address, { maxLength: 5 }) }),
    { minLength: 1, maxLength: 5 },
  ),
  "header:List-Post:asURLs": fc.array(
    word.map((path) => `https://lists.test/${path}`),
    { minLength: 1, maxLength: 9 },
  ),
  "header:X-Twice:asText:all": fc.array(line(100), { minLength: 2, maxLength: 3 }),
});

it("whatever the names, subject, addresses and ids are", async () => {
  await fc.assert(
    fc.asyncProperty(headers, async (given) => {
      const view = await written(given, [], Object.keys(given));
      expect(view).toEqual(given);
    }),
    { numRuns: 200 },
  );
});

it("whatever the text and the attached files are", async () => {
  await fc.assert(
    fc.asyncProperty(text, text, fc.array(attachment, { maxLength: 4 }), async (plain, html, files) => {
      const wellFormed = plain.toWellFormed();
      const given = {
        textBody: [{ partId: "t", type: "text/plain" }],
        htmlBody: [{ partId: "h", type: "text/html" }],
        bodyValues: { t: { value: wellFormed }, h: { value: html.toWellFormed() } },
        attachments: files.map(({ name, type }, at) => ({ blobId: `b${at}`, name, type })),
      };
      const mail = mailOf(
        given,
        files.map(({ bytes }) => bytes),
      );
      expect(mail.textBody.map(readText)).toEqual([lines(wellFormed)]);
      expect(mail.htmlBody.map(readText)).toEqual([lines(html.toWellFormed())]);
      expect(
        mail.attachments.map((part) => ({
          name: part.name,
          type: part.type,
          bytes: part.content.kind === "here" ? Buffer.from(part.content.bytes()) : undefined,
        })),
      ).toEqual(files.map((file) => ({ ...file, bytes: Buffer.from(file.bytes) })));
    }),
    { numRuns: 200 },
  );
});

it("whatever the tree of parts is", async () => {
  const { tree } = fc.letrec<{ tree: unknown; leaf: unknown; branch: unknown }>((tie) => ({
    tree: fc.oneof({ depthSize: "small", withCrossShrink: true }, tie("leaf"), tie("branch")),
    leaf: fc.record({
      type: fc.constantFrom("text/plain", "text/html", "text/markdown"),
      partId: fc.constantFrom("1", "2"),
      disposition: fc.constantFrom("inline", "attachment"),
      cid: word,
      language: fc.constantFrom(["en"], ["de", "fr"]),
      location: word.map((path) => `https://a.test/${path}`),
    }),
    branch: fc.record({
      type: fc.constantFrom("multipart/mixed", "multipart/alternative", "multipart/related"),
      subParts: fc.array(tie("tree"), { minLength: 1, maxLength: 3 }),
    }),
  }));
  await fc.assert(
    fc.asyncProperty(tree, async (bodyStructure) => {
      const given = { bodyStructure, bodyValues: { "1": { value: "one" }, "2": { value: "zwö" } } };
      const view = await written(given, [], ["bodyStructure"], {
        bodyProperties: ["type", "disposition", "cid", "language", "location"],
      });
      expect(shapeOf(view.bodyStructure)).toEqual(shapeOf(bodyStructure));
    }),
  );
});

function readText({ content }: ReturnType<typeof parseMail>["textBody"][number]): string | undefined {
  return content.kind === "here" ? content.text().value : undefined;
}

function lines(value: string): string {
  return value.replaceAll("\r\n", "\n");
}

/** A tree without what the two sides name differently. */
function shapeOf(part: unknown): unknown {
  const { type, disposition = null, cid = null, language = null, location = null, subParts } = Object(part);
  const own = { type, disposition, cid, language, location };
  return Array.isArray(subParts) ? { ...own, subParts: subParts.map(shapeOf) } : own;
}

function mailOf(given: JmapObject, files: readonly Uint8Array[]) {
  return parseMail(bytesOf(given, files));
}

async function written(
  given: JmapObject,
  files: readonly Uint8Array[],
  properties: readonly string[],
  body = {},
): Promise<JmapObject> {
  const names = { blobId: "b", sizeBytes: 0, blobIdOf: () => "b" };
  return parsedView(mailOf(given, files), names, new Set(properties), readBodyRequest(body));
}

function bytesOf(given: JmapObject, files: readonly Uint8Array[]): Uint8Array {
  const outcome = readDraft(given);
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.reason));
  const blobs = new Map(
    blobIdsOf(outcome.draft).map((id) => [id, files[Number(id.slice(1))] ?? Buffer.alloc(0)]),
  );
  const sentAt = "2018-07-10T11:03:11+10:00";
  return writeMail(outcome.draft, { messageId: "m@a.test", sentAt, boundary: "b", blobs });
}
