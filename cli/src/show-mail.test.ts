import { compose, systemClock, systemRandomBytes } from "@posthorn/client";
import { expect, test } from "vitest";
import { showMail } from "./show-mail.ts";
import { metaOf } from "./test-meta.ts";
import { localTime } from "./times.ts";

const letter = compose(
  { clock: systemClock, randomBytes: systemRandomBytes },
  { from: "alice@a.test", to: ["bob@b.test"], subject: "x" },
);
const meta = {
  ...metaOf(letter),
  wire: null,
  from: [{ name: "Ann\u202e", email: "ann@old.example" }],
  to: [{ name: null, email: "bob@b.test" }],
  sentAt: "2026-11-25T11:00:00+01:00",
  subject: "From the\x1b[2J old days",
};

test("A standard mail shows who, when, what about, its text and its files, and that nobody has signed it", () => {
  const files = [{ blobId: "p7-2", name: "plan.pdf", type: "application/pdf", size: 48_211 }];
  const mail = { text: "One\x07\n\nTwo\n\n", isHtml: false, html: undefined, isCut: false, files };
  expect(showMail(meta, mail).split("\n")).toEqual([
    "From     Ann <ann@old.example>",
    "To       bob@b.test",
    `Date     ${localTime("2026-11-25T10:00:00Z")}`,
    "Subject  From the<U+001B>[2J old days",
    "Id       m7",
    "",
    "Standard mail: nobody has signed it, and your server can read it.",
    "",
    "One<U+0007>",
    "",
    "Two",
    "",
    "Files",
    "  1  plan.pdf  47.1 KiB  application/pdf",
  ]);
});

test("One of nobody, without a date, and only in HTML is shown too", () => {
  const mail = { text: "<p>Hello", isHtml: true, html: "<p>Hello", isCut: true, files: [] };
  const shown = showMail({ ...meta, from: null, to: null, sentAt: "soon", subject: null }, mail);
  expect(shown).toContain(`From  (nobody)\nDate  ${localTime(letter.date)}\n`);
  expect(shown).toContain("<p>Hello\n\nIt is written in HTML, which is shown as it stands.\n\nIt is longer");
});
