import { expect, it } from "vitest";
import { describeMail } from "./mail-summary.ts";
import { parseMail } from "./parse-mail.ts";
import { previewOf } from "./preview.ts";
import { parsed } from "./trial-mail.ts";

const of = (type: string, ...body: string[]) =>
  previewOf(parsed(`Content-Type: ${type}; charset=utf-8`, "", ...body));

it("is the first words on one line, from HTML too, and not what is quoted above them", () => {
  expect(of("text/plain", "  Hello", "", "  there  ")).toBe("Hello there");
  expect(of("text/html", "<style>p{}</style><p>Hello</p><p>there</p>")).toBe("Hello there");
  expect(of("text/plain", "> You said", "> so much", "Yes.")).toBe("Yes.");
  expect(of("text/plain", "> Only this")).toBe("> Only this");
  expect(of("application/pdf", "%PDF")).toBe("");
});

it("has no more than 256 characters and no half ones", () => {
  const long = previewOf(parsed("Content-Type: text/html; charset=utf-8", "", `${"&#x1F600;".repeat(300)}`));
  expect(long).toBe("😀".repeat(128));
  const odd = previewOf(parsed("Content-Type: text/html; charset=utf-8", "", `x${"&#x1F600;".repeat(300)}`));
  expect(odd).toBe(`x${"😀".repeat(127)}`);
});

it("of a long text is read from its beginning, which ends with a whole character", () => {
  for (const start of ["", "x"]) {
    for (const charset of ["us-ascii", "utf-8"]) {
      const head = `Content-Type: text/plain; charset=${charset}\r\n\r\n`;
      const mail = Buffer.from(`${head}${start}${"é".repeat(200_000)}`);
      expect(previewOf(parseMail(mail))).toBe(`${start}${"é".repeat(256 - start.length)}`);
    }
  }
});

it("stands beside what else a list shows", () => {
  const mail = parsed(
    "From: Joe <Joe@Example.test>",
    "To: a@b.test, C <c@d.test>",
    "Subject: =?utf-8?q?=C3=9C?=",
    "Date: Tue, 10 Jul 2018 11:03:11 +1000",
    "Message-ID: <1@a.test>",
    "",
    "Hi",
  );
  expect(describeMail(mail)).toEqual({
    subject: "Ü",
    preview: "Hi",
    sender: "joe@example.test",
    sentAt: 1531184591000,
    summary: {
      messageId: ["1@a.test"],
      inReplyTo: null,
      references: null,
      sender: null,
      from: [{ name: "Joe", email: "Joe@Example.test" }],
      to: [
        { name: null, email: "a@b.test" },
        { name: "C", email: "c@d.test" },
      ],
      cc: null,
      bcc: null,
      replyTo: null,
      sentAt: "2018-07-10T11:03:11+10:00",
      hasAttachment: false,
    },
  });
});

it("leaves lists that are long to be read from the mail", () => {
  const many = Array.from({ length: 500 }, (_, at) => `a${at}@b.test`).join(", ");
  const { summary } = describeMail(parsed(`To: ${many}`, "Cc: c@d.test", "", ""));
  expect("to" in summary).toBe(false);
  expect(summary.cc).toEqual([{ name: null, email: "c@d.test" }]);
});
