import { expect, it } from "vitest";
import type { MailPart } from "./mail.ts";
import { parseMail } from "./parse-mail.ts";
import { leavesOf, mailOf, parsed, textOf } from "./trial-mail.ts";

it("chooses the parts of the example of RFC 8621 §4.1.4 as that does", () => {
  const part = (name: string, type: string, disposition?: string): string[] => [
    `Content-Type: ${type}`,
    `Content-ID: <${name}>`,
    ...(disposition === undefined ? [] : [`Content-Disposition: ${disposition}`]),
    "",
    name,
  ];
  const multipart = (subtype: string, boundary: string, ...parts: string[][]): string[] => [
    `Content-Type: multipart/${subtype}; boundary=${boundary}`,
    "",
    ...parts.flatMap((lines) => [`--${boundary}`, ...lines]),
    `--${boundary}--`,
  ];
  const lines = multipart(
    "mixed",
    "one",
    part("A", "text/plain", "inline"),
    multipart(
      "mixed",
      "two",
      multipart(
        "alternative",
        "three",
        multipart(
          "mixed",
          "four",
          part("B", "text/plain", "inline"),
          part("C", "image/jpeg", "inline"),
          part("D", "text/plain", "inline"),
        ),
        multipart("related", "five", part("E", "text/html"), part("F", "image/jpeg")),
      ),
      part("G", "image/jpeg", "attachment"),
      part("H", "application/x-excel"),
      part("J", "message/rfc822"),
    ),
    part("K", "text/plain", "inline"),
  );
  const { textBody, htmlBody, attachments, hasAttachment } = parsed(...lines);
  const names = (list: readonly { cid: string | undefined }[]) => list.map(({ cid }) => cid).join();
  expect(names(textBody)).toBe("A,B,C,D,K");
  expect(names(htmlBody)).toBe("A,E,K");
  expect(names(attachments)).toBe("C,F,G,H,J");
  expect(hasAttachment).toBe(true);
});

it.each([
  ["text alone", ["text/plain"], "mixed", "text/plain", "text/plain", ""],
  ["two forms", ["text/plain", "text/html"], "alternative", "text/plain", "text/html", ""],
  ["HTML alone among alternatives", ["text/html"], "alternative", "text/html", "text/html", ""],
  [
    "an invitation",
    ["text/plain", "text/calendar"],
    "alternative",
    "text/plain",
    "text/plain",
    "text/calendar",
  ],
  [
    "a picture behind text",
    ["text/plain", "image/png"],
    "mixed",
    "text/plain,image/png",
    "text/plain,image/png",
    "",
  ],
  ["what HTML refers to", ["text/html", "image/png"], "related", "text/html", "text/html", "image/png"],
  ["a file", ["text/plain", "application/pdf"], "mixed", "text/plain", "text/plain", "application/pdf"],
])("shows %s", (_, types, subtype, text, html, attached) => {
  const mail = parsed(
    `Content-Type: multipart/${subtype}; boundary=b`,
    "",
    ...types.flatMap((type) => ["--b", `Content-Type: ${type}`, "", type]),
    "--b--",
  );
  const typesOf = (list: readonly MailPart[]) => list.map(({ type }) => type).join();
  expect([typesOf(mail.textBody), typesOf(mail.htmlBody), typesOf(mail.attachments)]).toEqual([
    text,
    html,
    attached,
  ]);
});

it("takes a text that has a name, and is not the first, for a file", () => {
  const { textBody, attachments } = parsed(
    "Content-Type: multipart/mixed; boundary=b",
    "",
    "--b",
    "",
    "body",
    "--b",
    "Content-Type: text/plain; name=notes.txt",
    "",
    "notes",
    "--b--",
  );
  expect([textBody.map(textOf), attachments.map(({ name }) => name)]).toEqual([["body"], ["notes.txt"]]);
});

it("tells of a part what its fields say, without comments and parameters", () => {
  const { structure } = parsed(
    "Content-Type: multipart/mixed; boundary=b",
    "",
    "--b",
    "Content-Type: (is) TEXT/Csv (comma); charset=ISO-8859-1; header=present",
    "Content-Disposition: Attachment; filename*=utf-8''%e2%82%ac%20rates.csv",
    "Content-ID: (c) <part1@a.test>",
    "Content-Language: en, de (German)",
    "Content-Location: https://a.test/",
    " rates",
    "",
    "a;b",
    "--b--",
  );
  expect(structure.subParts?.[0]).toMatchObject({
    partId: "1",
    type: "text/csv",
    charset: "ISO-8859-1",
    disposition: "attachment",
    name: "€ rates.csv",
    cid: "part1@a.test",
    language: ["en", "de"],
    location: "https://a.test/rates",
    sizeBytes: 3,
  });
});

it("knows what a part is that does not say it", () => {
  const { structure } = parsed(
    "Content-Type: multipart/digest; boundary=b",
    "",
    "--b",
    "",
    "Subject: inner",
    "",
    "text",
    "--b",
    "Content-Type: text/plain",
    "",
    "text",
    "--b",
    "Content-Type: nonsense",
    "",
    "text",
    "--b",
    "Content-Type: image/png",
    "",
    "text",
    "--b--",
  );
  expect(structure.subParts?.map(({ type, charset }) => [type, charset])).toEqual([
    ["message/rfc822", undefined],
    ["text/plain", "us-ascii"],
    ["text/plain", "us-ascii"],
    ["image/png", undefined],
  ]);
});

it("keeps header fields in their order and as they are written, folds included", () => {
  const bytes = Buffer.concat([
    mailOf("X-A:  one", "\ttwo ", "x-a:", "Subject : Gr", ""),
    Buffer.from("Broken: \xff\0é", "latin1"),
    Buffer.from(" €\r\n\r\nbody"),
  ]);
  expect(parseMail(bytes).headers).toEqual([
    { name: "X-A", value: "  one\r\n\ttwo " },
    { name: "x-a", value: "" },
    { name: "Subject", value: " Gr" },
    { name: "Broken", value: " \ufffd\ufffd €" },
  ]);
});

it("passes over lines that are no header field, and reads mail whose lines end with LF", () => {
  const mail = parseMail(
    Buffer.from("From alice Tue Jul 10\nSubject: x\nno field here\nTo: bob@a.test\n\none\ntwo\n"),
  );
  expect(mail.headers.map(({ name }) => name)).toEqual(["Subject", "To"]);
  expect(mail.textBody.map(textOf)).toEqual(["one\ntwo\n"]);
});

it.each([
  ["7bit", "a=3D b", "a=3D b", false],
  ["QUOTED-PRINTABLE", "Gr=C3=BC=\r\n=C3=9Fe=20 \t\r\n=", "Grüße \n", false],
  ["quoted-printable", "100=% =C3=B6", "100=% ö", true],
  ["base64", "R3LDvA==\r\nw5/DnwA", "Grüßß\0", false],
  ["base64", "R3L!DvA==", "Grü", true],
  ["base64", "R3LDvMO", "Grü\ufffd", true],
  ["x-uuencode", "begin 644", "begin 644", true],
  ["(of old) 8bit", "ü", "ü", false],
])("decodes %s", (encoding, body, value, isEncodingProblem) => {
  const head = mailOf(
    "Content-Type: text/plain; charset=utf-8",
    `Content-Transfer-Encoding: ${encoding}`,
    "",
    "",
  );
  const [part] = parseMail(Buffer.concat([head, Buffer.from(body)])).textBody;
  expect(part?.content.kind === "here" && part.content.text()).toEqual({ value, isEncodingProblem });
});

it.each([
  ["utf-8", [0xc3, 0xbc], "ü", false],
  ["utf-8", [0xc3], "\ufffd", true],
  ["iso-8859-1", [0xfc], "ü", false],
  ["Windows-1251", [0xcf, 0xf0], "Пр", false],
  ["cp932", [0x93, 0xfa], "日", false],
  ["gb2312", [0xc4, 0xe3], "你", false],
  ["us-ascii", [0xc3, 0xbc], "ü", false],
  ["us-ascii", [0xfc], "ü", true],
  ["x-unknown", [0xc3, 0xbc], "ü", true],
  ["utf-7", [0x2b, 0x41, 0x50, 0x77, 0x2d], "+APw-", true],
])("reads text in %s", (charset, bytes, value, isEncodingProblem) => {
  const head = mailOf(`Content-Type: text/plain; charset="${charset}"`, "", "");
  const [part] = parseMail(Buffer.concat([head, Buffer.from(bytes)])).textBody;
  expect(part?.content.kind === "here" && part.content.text()).toEqual({ value, isEncodingProblem });
});

it("cuts parts at their own boundary, wherever one that looks like it stands", () => {
  const { structure } = parsed(
    'Content-Type: multipart/mixed; boundary="simple boundary"',
    "",
    "This is the preamble.",
    "--simple boundary",
    "",
    "--simple",
    "--simple boundaryy",
    " --simple boundary",
    "",
    "--simple boundary  ",
    "Content-Type: text/plain",
    "",
    "It DOES end with a line break.",
    "",
    "--simple boundary--",
    "This is the epilogue.",
    "--simple boundary",
  );
  expect(leavesOf(structure).map(textOf)).toEqual([
    "--simple\n--simple boundaryy\n --simple boundary\n",
    "It DOES end with a line break.\n",
  ]);
});

it("ends an inner multipart that is never closed where the outer one goes on", () => {
  const { structure } = parsed(
    "Content-Type: multipart/mixed; boundary=out",
    "",
    "--out",
    "Content-Type: multipart/alternative; boundary=in",
    "",
    "--in",
    "",
    "first",
    "--out",
    "",
    "second",
  );
  expect(structure.subParts?.map((part) => leavesOf(part).map(textOf))).toEqual([["first"], ["second"]]);
});

it("shows a multipart that cannot be cut as the text that it is", () => {
  for (const type of ["multipart/mixed", "multipart/mixed; boundary=never"]) {
    const { structure, textBody } = parsed(`Content-Type: ${type}`, "", "All that there is.");
    expect(structure.type).toBe("text/plain");
    expect(textBody.map(textOf)).toEqual(["All that there is."]);
  }
});
