import fc from "fast-check";
import { expect, it } from "vitest";
import { type MboxPart, splitMbox } from "./split-mbox.ts";
import { writeMbox } from "./write-mbox.ts";

const encoder = new TextEncoder();

async function split(box: string | Uint8Array, { most = 1_000_000, piece = 7 } = {}) {
  const bytes = typeof box === "string" ? encoder.encode(box) : box;
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += piece) yield bytes.slice(at, at + piece);
  }
  const parts: MboxPart[] = [];
  for await (const part of splitMbox(pieces(), most)) parts.push(part);
  return parts.map((part) =>
    part.kind === "mail" ? new TextDecoder().decode(part.bytes) : `${part.sizeBytes} bytes`,
  );
}

it("gives each mail as it was, without its separator and its quoting", async () => {
  const box = [
    "From alice@a.example Mon Jan  5 10:00:00 2026",
    "Subject: One",
    "",
    "Hello",
    ">From here it is quoted once",
    ">>From here twice",
    "> not at all",
    "",
    "From bob@b.example Tue Jan  6 10:00:00 2026",
    "Subject: Two",
    "",
    "",
    "Bye",
    "",
  ];
  const mails = [
    "Subject: One\n\nHello\nFrom here it is quoted once\n>From here twice\n> not at all\n",
    "Subject: Two\n\n\nBye\n",
  ];
  expect(await split(box.join("\n"))).toEqual(mails);
  expect(await split(box.join("\r\n"))).toEqual(mails.map((mail) => mail.replaceAll("\n", "\r\n")));
});

it("takes a sentence that begins with “From” for a sentence", async () => {
  const box =
    "From 178@xxx Mon Jan 05 10:00:00 +0000 2026\nSubject: One\n\nHello\n\nFrom what I know it rains.\nFrom x Mon Jan 05 10:00:00 2026\n\nBye\n";
  expect(await split(box)).toEqual([box.slice(box.indexOf("Subject"))]);
});

it("reads files whose separators have no date", async () => {
  expect(await split("From -\nSubject: One\n\nHello\n\nFrom -\nSubject: Two\n\nBye\n")).toEqual([
    "Subject: One\n\nHello\n",
    "Subject: Two\n\nBye\n",
  ]);
});

it("says of a mail that is too large how large it is, keeps none of it, and goes on", async () => {
  const separator = "From a@a.example Mon Jan  5 10:00:00 2026\n";
  const large = `Subject: Large\n\n${"x".repeat(200_000)}\n`;
  const box = `${separator}${large}\n${separator}Subject: Small\n\nBye\n`;
  expect(await split(box, { most: 1_000, piece: 1_000 })).toEqual([
    "200017 bytes",
    "Subject: Small\n\nBye\n",
  ]);
});

it("gives what has no separator as one mail, and nothing for nothing", async () => {
  expect(await split("Subject: One\n\nHello")).toEqual(["Subject: One\n\nHello"]);
  expect(await split("")).toEqual([]);
  expect(await split("\n\n\n")).toEqual([]);
});

it("gives back whatever was written, however it comes in pieces", async () => {
  const line = fc.oneof(
    fc.constantFrom(
      "",
      "From ",
      "From a@b Mon Jan  5 10:00:00 2026",
      ">From x",
      ">>From ",
      "\r",
      "Subject: x",
    ),
    fc.string({ unit: "binary", maxLength: 30 }).filter((text) => !text.includes("\n")),
  );
  const mail = fc
    .tuple(fc.array(line, { minLength: 1, maxLength: 12 }), fc.constantFrom("\n", "\r\n"))
    .map(([lines, end]) => `Subject: mail${end}${lines.join(end)}${end}`);
  await fc.assert(
    fc.asyncProperty(
      fc.array(mail, { maxLength: 5 }),
      fc.integer({ min: 1, max: 50 }),
      async (mails, piece) => {
        const boxes = mails.map((text) => writeMbox(encoder.encode(text), "a@a.example", 0));
        const whole = new Uint8Array(await new Blob(boxes).arrayBuffer());
        expect(await split(whole, { piece })).toEqual(mails);
      },
    ),
  );
});
