/** Messages of the wire as mail: what their rows tell, what their bytes do, and what is downloaded say the same. */
import { readFileSync } from "node:fs";
import { checkMessage, type Message, sealOf } from "@posthorn/protocol";
import { describe, expect, it } from "vitest";
import { describeMessage } from "../../objects/add-message.ts";
import { encodeBase64 } from "../../rfc5322/encode-body.ts";
import type { MailPart, ParsedMail } from "../../rfc5322/mail.ts";
import { sealedSentence } from "../../rfc5322/message-mail.ts";
import { parseMail } from "../../rfc5322/parse-mail.ts";
import { renderMail } from "../../rfc5322/render-mail.ts";
import { textOf } from "../../rfc5322/trial-mail.ts";
import type { StoredObject } from "../../store/object-store.ts";
import { readBodyRequest } from "./body-parts.ts";
import { emailView, parsedView } from "./email-view.ts";
import { headOf, mailOfStored } from "./stored-mail.ts";

interface Example {
  name: string;
  valid: boolean;
  message?: unknown;
  repeat?: object;
}

const { messages }: { messages: Example[] } = JSON.parse(
  readFileSync(new URL("../../../../vectors/messages.json", import.meta.url), "utf8"),
);
const good = messages
  .filter(({ valid, message, repeat }) => valid && message !== undefined && repeat === undefined)
  .map(({ name, message }): [string, Message] => [name, checkMessage(message)]);

function stored(message: Message): { object: StoredObject; bytes: Uint8Array } {
  const bytes = new TextEncoder().encode(JSON.stringify(message));
  const receivedAt = 1_700_000_000_000;
  const place = { accountId: 1, mailboxes: [1], keywords: [], receivedAt, blobs: [] };
  const described = describeMessage({ ...place, message, bytes });
  return { object: { ...described, id: 7, changedState: 7, sizeBytes: bytes.length }, bytes };
}

/** As it is downloaded, each file in it as bytes of its size. */
function download(mail: ParsedMail, object: StoredObject): Buffer {
  const { files } = headOf(object);
  const { pieces, sizeBytes } = renderMail(mail);
  const bytes = Buffer.concat(
    pieces.map((piece) =>
      "place" in piece ? encodeBase64(new Uint8Array(files[piece.place]?.size ?? 0)) : piece,
    ),
  );
  expect(bytes).toHaveLength(sizeBytes);
  return bytes;
}

const small = good.filter(([, message]) =>
  headOf(stored(message).object).files.every(({ size }) => size < 1e7),
);

describe("a message as mail", () => {
  it.each(small)("is downloaded as it is shown: %s", (_, message) => {
    const { object, bytes } = stored(message);
    const mail = mailOfStored(object, bytes);
    const read = parseMail(download(mail, object));
    expect(read.headers).toEqual(mail.headers);
    expect(shapeOf(read.structure)).toEqual(shapeOf(mail.structure));
    expect(read.textBody.map(textOf)).toEqual(mail.textBody.map(textOf));
    expect(read.hasAttachment).toBe(mail.hasAttachment);
  });

  it.each(good)("is told of by its row as by its bytes: %s", async (_, message) => {
    const { object, bytes } = stored(message);
    const names = ["messageId", "inReplyTo", "references", "sender", "from", "to", "cc", "replyTo"];
    const properties = new Set([...names, "subject", "sentAt", "hasAttachment"]);
    const body = readBodyRequest({});
    const unread = () => Promise.reject(new Error("the bytes were read"));
    const email = { object, snoozedUntil: undefined, readBytes: unread, readMail: unread, readFile: unread };
    const byRow = await emailView(email, properties, body);
    const blob = { blobId: "e7", sizeBytes: 0, blobIdOf: () => "" };
    expect(byRow).toEqual(await parsedView(mailOfStored(object, bytes), blob, properties, body));
  });

  it("says nothing that is sealed", () => {
    const sealed = good.filter(([, message]) => sealOf(message) !== undefined);
    expect(sealed.length).toBeGreaterThan(5);
    for (const [, message] of sealed) {
      const { object, bytes } = stored(message);
      const mail = mailOfStored(object, bytes);
      expect(mail.textBody.map(textOf)).toEqual([sealedSentence]);
      expect(mail.headers.some(({ name }) => name === "Subject")).toBe(false);
      expect(mail.attachments.every(({ name, type }) => !name && type === "application/octet-stream")).toBe(
        true,
      );
    }
  });
});

const base = {
  id: "0192f0c1-7b3a-7000-8000-000000000001",
  from: { id: "alice", host: "a.test" },
  to: [{ id: "bob", host: "b.test" }],
  date: "2025-03-01T08:00:00Z",
};
const said = (fields: object) => {
  const { object, bytes } = stored(checkMessage({ ...base, ...fields }));
  return mailOfStored(object, bytes);
};
const target = { id: "0192f0c1-7b3a-7000-8000-000000000002", from: { id: "bob", host: "b.test" } };

it.each<[string, object, string]>([
  ["chat", { type: "chat_message", text: "hi" }, "hi"],
  ["Markdown", { body: "*hi*", bodyType: "text/markdown" }, "*hi*"],
  ["a reaction", { type: "reaction", target, emoji: "👍" }, "👍"],
  ["an edit", { type: "edit", target: target.id, text: "new" }, "new"],
  ["a message taken back", { type: "recall", target: target.id }, "The sender has taken a message back."],
  ["a receipt", { type: "receipt", target, event: "read" }, "Your message was read."],
  ["a type of a later version", { type: "postcard", text: "hi" }, "hi"],
  [
    "a type that says nothing here",
    { type: "postcard" },
    "This message is of the type “postcard”, which its server does not know.",
  ],
  [
    "an answer",
    {
      type: "calendar_reply",
      organizer: { id: "bob", host: "b.test" },
      uid: "u",
      participationStatus: "declined",
      comment: "Sorry",
    },
    "alice@a.test has declined the invitation.\n\nSorry",
  ],
  [
    "what is called off",
    { type: "calendar_cancel", organizer: base.from, uid: "u", title: "Lunch" },
    "“Lunch” was called off by alice@a.test.",
  ],
])("%s is told in words", (_, fields, text) => {
  expect(said(fields).textBody.map(textOf)).toEqual([text]);
});

const lunch = {
  type: "calendar_invite",
  organizer: base.from,
  uid: "lunch-1",
  title: "Lunch; with, commas",
  startTime: "2025-03-15T10:00:00Z",
  duration: "PT1H30M",
  timeZone: "Europe/Berlin",
  locations: { "1": { name: "Café" } },
  virtualLocations: { "1": { uri: "https://meet.test/1" } },
  description: "Bring\nfriends",
};

it("an invitation is told in words, and as iCalendar beside them", () => {
  const mail = said(lunch);
  expect(mail.textBody.map(textOf)).toEqual([
    [
      "Invitation: Lunch; with, commas",
      "When: 2025-03-15 11:00 (Europe/Berlin), for 1 h 30 min",
      "Where: Café",
      "Online: https://meet.test/1",
      "",
      "Bring\nfriends",
    ].join("\n"),
  ]);
  expect(mail.attachments.map(({ type, disposition }) => [type, disposition])).toEqual([
    ["text/calendar", "inline"],
  ]);
  expect(mail.hasAttachment).toBe(false);
  expect(mail.attachments.map(textOf)[0]?.split("\n")).toEqual([
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Posthorn//Posthorn//EN",
    "METHOD:REQUEST",
    "BEGIN:VEVENT",
    "UID:lunch-1",
    "DTSTAMP:20250301T080000Z",
    "DTSTART:20250315T100000Z",
    "DURATION:PT1H30M",
    "SUMMARY:Lunch\\; with\\, commas",
    "DESCRIPTION:Bring\\nfriends",
    "LOCATION:Café",
    "SEQUENCE:0",
    "ORGANIZER:mailto:alice@a.test",
    "ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:bob@b.test",
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  ]);
});

it("a repeated event is told in words only, and one without a time by its day", () => {
  const repeated = said({ ...lunch, recurrenceRules: [{ frequency: "weekly" }] });
  expect(repeated.attachments).toEqual([]);
  expect(repeated.textBody.map(textOf)[0]).toContain("It is repeated");
  expect(said({ ...lunch, showWithoutTime: true }).textBody.map(textOf)[0]).toContain(
    "When: 2025-03-15, for",
  );
  expect(said({ ...lunch, timeZone: "Mars/Olympus" }).textBody.map(textOf)[0]).toContain(
    "2025-03-15 10:00 (UTC)",
  );
});

it("a message answers by the host of whom it is written to", () => {
  const thread = "0192f0c1-7b3a-7000-8000-000000000003";
  const { headers } = said({ body: "yes", inReplyTo: target.id, thread });
  const fieldOf = (name: string) => headers.find((header) => header.name === name)?.value;
  expect(fieldOf("Message-ID")).toBe(` <${base.id}@a.test>`);
  expect(fieldOf("In-Reply-To")).toBe(` <${target.id}@b.test>`);
  expect(fieldOf("References")?.replaceAll("\r\n", "")).toBe(` <${thread}@b.test> <${target.id}@b.test>`);
});

function shapeOf(part: MailPart): unknown {
  const { type, name, charset, disposition } = part;
  const own = { type, name, charset, disposition };
  return part.subParts === undefined
    ? { ...own, partId: part.partId, sizeBytes: part.sizeBytes }
    : { ...own, subParts: part.subParts.map(shapeOf) };
}
