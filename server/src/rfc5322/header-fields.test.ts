import { expect, it } from "vitest";
import { parseAddresses, parseGroups } from "./addresses.ts";
import { findFileName, parseContentField } from "./content-field.ts";
import { findInstant, findJmapDate, findMailDate, formatMailDate } from "./dates.ts";
import { findMessageIds, findUrls, parseText, unfold, withoutComments } from "./header-text.ts";
import { isRawValue, writeText } from "./write-header.ts";

it("reads the addresses of RFC 8621 §4.1.2 as that does, in groups and without", () => {
  const raw =
    '  "  James Smythe" <james@example.com>, Friends:\r\n  jane@example.com, =?UTF-8?Q?John_Sm=C3=AEth?=\r\n   <john@example.com>;';
  const james = { name: "James Smythe", email: "james@example.com" };
  const jane = { name: null, email: "jane@example.com" };
  const john = { name: "John Smîth", email: "john@example.com" };
  expect(parseAddresses(raw)).toEqual([james, jane, john]);
  expect(parseGroups(raw)).toEqual([
    { name: null, addresses: [james] },
    { name: "Friends", addresses: [jane, john] },
  ]);
});

it.each([
  // RFC 5322, appendix A.
  ["John Doe <jdoe@machine.example>", [["John Doe", "jdoe@machine.example"]]],
  ['"Joe Q. Public" <john.q.public@example.com>', [["Joe Q. Public", "john.q.public@example.com"]]],
  [
    'Mary Smith <mary@x.test>, jdoe@example.org, Who? <one@y.test>, <boss@nil.test>, "Giant; \\"Big\\" Box" <sysservices@example.net>',
    [
      ["Mary Smith", "mary@x.test"],
      [null, "jdoe@example.org"],
      ["Who?", "one@y.test"],
      [null, "boss@nil.test"],
      ['Giant; "Big" Box', "sysservices@example.net"],
    ],
  ],
  ["Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>", [["Pete", "pete@silly.test"]]],
  ["Undisclosed recipients:;", []],
  [
    "Mary Smith <@node.test:mary@example.net>, , jdoe@test  . example",
    [
      ["Mary Smith", "mary@example.net"],
      [null, "jdoe@test.example"],
    ],
  ],
  // A comment right behind an address is its name when it has no other.
  ["jdoe@x.test (John (the) Doe)", [["John (the) Doe", "jdoe@x.test"]]],
  ["<jdoe@x.test> (John)", [["John", "jdoe@x.test"]]],
  ["(John) jdoe@x.test", [[null, "jdoe@x.test"]]],
  // Drafts and mail of old programs.
  ["jane", [[null, "jane"]]],
  [
    "jane, <x@y.test",
    [
      [null, "jane"],
      [null, "x@y.test"],
    ],
  ],
  ["Jane Doe jane@x.test", [["Jane Doe", "jane@x.test"]]],
  ["bob@[IPv6:2001:db8::1]", [[null, "bob@[IPv6:2001:db8::1]"]]],
  ["=?utf-8?q?J=C3=BCrgen?= =?utf-8?q?_M?= <j@x.test>", [["Jürgen M", "j@x.test"]]],
  ['"=?utf-8?q?quoted?=" <j@x.test>', [["=?utf-8?q?quoted?=", "j@x.test"]]],
  ["用户@例子.test", [[null, "用户@例子.test"]]],
])("reads the addresses of %s", (raw, expected) => {
  expect(parseAddresses(raw)).toEqual(expected.map(([name, email]) => ({ name, email })));
});

it.each([
  // RFC 2047 §8, and what it rules out.
  ["=?ISO-8859-1?Q?a?=", "a"],
  ["=?ISO-8859-1?Q?a?= b", "a b"],
  ["=?ISO-8859-1?Q?a?=   =?ISO-8859-1?Q?b?=", "ab"],
  ["=?ISO-8859-1?Q?a?=\r\n  =?ISO-8859-1?Q?b?=", "ab"],
  ["=?ISO-8859-1?Q?a_b?=", "a b"],
  ["=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=", "a b"],
  ["=?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?=", "Keld Jørn Simonsen"],
  [
    "=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=\r\n =?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=",
    "If you can read this you understand the example.",
  ],
  ["x=?utf-8?q?a?=", "x=?utf-8?q?a?="],
  ["=?utf-8?q?a?=x", "=?utf-8?q?a?=x"],
  ["=?utf-8?q?a b?=", "=?utf-8?q?a b?="],
  ["=?utf-8?x?a?=", "=?utf-8?x?a?="],
  ["=?nothing?q?a?=", "=?nothing?q?a?="],
  ["=?utf-8?q?=GG?=", "=?utf-8?q?=GG?="],
  ["=?utf-8*de?q?=C3=BC?=", "ü"],
  ["=?utf-8?b?w6?= =?utf-8?b?w4M=?=", "\ufffdÃ"],
  ["=?utf-8?b?4oI=?= =?utf-8?b?rA==?=", "€"],
  ["=?utf-8?q?a=00=0D=0A=7Fb?=", "ab"],
  ["  two  spaces \t", "two  spaces \t"],
  ["A\u030angstro\u0308m", "Ångström"],
])("reads %s as text", (raw, text) => {
  expect(parseText(raw)).toBe(text);
});

it.each([
  ["<1234@local.machine.example>", ["1234@local.machine.example"]],
  [" <a@b>\r\n <c@d>(comment <e@f>)", ["a@b", "c@d"]],
  ["Your message of Tuesday <a@b>", ["a@b"]],
  ["<a@\r\n b>", ["a@b"]],
  ["a@b", undefined],
  ["", undefined],
])("reads the ids of %s", (raw, ids) => {
  expect(findMessageIds(raw)).toEqual(ids);
});

it.each([
  [
    "<ftp://ftp.host.test/list.txt> (FTP),\r\n <mailto:list@host.test?subject=help>",
    ["ftp://ftp.host.test/list.txt", "mailto:list@host.test?subject=help"],
  ],
  ["NO (posting not allowed on this list)", undefined],
])("reads the URLs of %s", (raw, urls) => {
  expect(findUrls(raw)).toEqual(urls);
});

it.each([
  ["Fri, 21 Nov 1997 09:55:06 -0600", "1997-11-21T09:55:06-06:00"],
  ["Tue, 10 Jul 2018 11:03:11 +1000", "2018-07-10T11:03:11+10:00"],
  ["Thu,\r\n 13\r\n Feb\r\n 1969\r\n 23:32\r\n -0330 (Newfoundland Time)", "1969-02-13T23:32:00-03:30"],
  ["21 Nov 97 09:55:06 GMT", "1997-11-21T09:55:06Z"],
  ["1 jan 49 0:00 EDT", "2049-01-01T00:00:00-04:00"],
  ["Mon, 1 Jan 101 00:00:00 A", "2001-01-01T00:00:00Z"],
  ["Sat, 31 Dec 2016 23:59:60 +0000", "2016-12-31T23:59:59Z"],
  ["Wed, 29 Feb 2023 00:00:00 +0000", undefined],
  ["Wed, 1 Foo 2023 00:00:00 +0000", undefined],
  ["Wed, 1 Jan 2023 25:00:00 +0000", undefined],
  ["yesterday", undefined],
])("reads the date %s", (raw, date) => {
  expect(findMailDate(withoutComments(unfold(raw)).trim())).toBe(date);
});

it.each([
  ["2018-07-10T11:03:11+10:00", "Tue, 10 Jul 2018 11:03:11 +1000", 1531184591000],
  ["1969-12-31T23:59:59Z", "Wed, 31 Dec 1969 23:59:59 +0000", -1000],
  ["2000-02-29T00:00:00.5-00:30", "Tue, 29 Feb 2000 00:00:00 -0030", 951784200500],
])("writes the date %s", (date, written, instant) => {
  expect([formatMailDate(date), findInstant(date)]).toEqual([written, instant]);
});

it.each([
  ["2018-07-10T11:03:11.000+00:00", "2018-07-10T11:03:11Z"],
  ["2018-07-10T11:03:11.120Z", "2018-07-10T11:03:11.12Z"],
  ["2018-07-10t11:03:11Z", undefined],
  ["2018-02-30T11:03:11Z", undefined],
  ["2018-07-10", undefined],
])("takes the date %s as JMAP has it", (given, date) => {
  expect(findJmapDate(given)).toBe(date);
});

it.each([
  // RFC 2231 §3, §4, §4.1, and what mail programs write instead.
  [
    'message/external-body; access-type=URL;\r\n URL*0="ftp://";\r\n URL*1="cs.utk.edu/pub/moore/bulk-mailer/bulk-mailer.tar"',
    "url",
    "ftp://cs.utk.edu/pub/moore/bulk-mailer/bulk-mailer.tar",
  ],
  [
    "application/x-stuff; title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A",
    "title",
    "This is ***fun***",
  ],
  [
    "application/x-stuff\r\n ;title*0*=us-ascii'en'This%20is%20even%20more%20\r\n ;title*1*=%2A%2A%2Afun%2A%2A%2A%20\r\n ;title*2=\"isn't it!\"",
    "title",
    "This is even more ***fun*** isn't it!",
  ],
  ["a/b; name=\"x.txt\"; name*=utf-8''%C3%BC.txt", "name", "ü.txt"],
  ['a/b; name="=?utf-8?q?=C3=BC?="', "name", "ü"],
  ["a/b; name=C:\\x.txt", "name", "C:\\x.txt"],
  ['a/b; name="a;b\\"c" (comment; name=no)', "name", 'a;b"c'],
  ["a/b; flag; name=x; name=y", "name", "x"],
  ["a/b; name=", "name", undefined],
])("reads the parameter of %s", (raw, name, value) => {
  expect(findFileName(parseContentField(raw).parameters, name)).toBe(value);
});

it("folds a long text at its spaces, and what is not ASCII between its words", () => {
  const words = "word ".repeat(40).trim();
  const umlauts = "ä".repeat(200);
  for (const text of [words, umlauts, `${"x".repeat(2000)}`, "a  b", " led", "=?x?="]) {
    const raw = writeText("Subject", text);
    expect(raw.split("\r\n").every((line) => line.length <= 78)).toBe(true);
    expect(
      raw
        .split("\r\n")
        .slice(1)
        .every((line) => /^ \S/.test(line)),
    ).toBe(true);
    expect(parseText(raw)).toBe(text);
  }
});

it.each([
  [" plain", true],
  [" folded\r\n onto a second line", true],
  [" x\r\nBcc: eve@evil.test", false],
  [" x\nBcc: eve@evil.test", false],
  [" x\r", false],
  [" x\r\n\r\n body", false],
  [" x\r\n ", false],
  [" \0", false],
])("lets no header field begin within the value of another: %j", (raw, isGood) => {
  expect(isRawValue(raw)).toBe(isGood);
});
