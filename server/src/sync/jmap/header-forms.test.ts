import { expect, it } from "vitest";
import { parsed } from "../../rfc5322/trial-mail.ts";
import { findHeaderProperty, readHeader } from "./header-forms.ts";

const { headers } = parsed(
  "Resent-To: a@b.test",
  "resent-to: C <c@d.test>",
  "Subject:   =?utf-8?q?=C3=9C?=",
  "List-Post: <mailto:list@a.test>",
  "X-Date: Tue, 10 Jul 2018 11:03:11 +1000 (now)",
  "X-Date: never",
  "",
  "",
);

const value = (property: string) => {
  const found = findHeaderProperty(property);
  return found === undefined ? "refused" : readHeader(headers, found);
};

it.each<[string, unknown]>([
  ["header:subject", "   =?utf-8?q?=C3=9C?="],
  ["header:Subject:asRaw", "   =?utf-8?q?=C3=9C?="],
  ["header:SUBJECT:asText", "Ü"],
  ["header:Subject:asText:all", ["Ü"]],
  [
    "header:Resent-To:asAddresses:all",
    [[{ name: null, email: "a@b.test" }], [{ name: "C", email: "c@d.test" }]],
  ],
  ["header:Resent-To:asAddresses", [{ name: "C", email: "c@d.test" }]],
  ["header:Resent-To:asGroupedAddresses", [{ name: null, addresses: [{ name: "C", email: "c@d.test" }] }]],
  ["header:Resent-To:all", [" a@b.test", " C <c@d.test>"]],
  ["header:List-POST:asURLs", ["mailto:list@a.test"]],
  ["header:X-Date:asDate:all", ["2018-07-10T11:03:11+10:00", null]],
  ["header:X-Date:asMessageIds", null],
  ["header:Nothing", null],
  ["header:Nothing:asAddresses", null],
  ["header:Nothing:all", []],
])("%s has its value in its form", (property, expected) => {
  expect(value(property)).toEqual(expected);
});

it("the names of a mail's fields are looked at once, however many of them are asked for", () => {
  let looks = 0;
  const counted = headers.map(({ name, value }) => ({
    get name() {
      looks += 1;
      return name;
    },
    value,
  }));
  const asked = Array.from({ length: 100 }, (_, at) => findHeaderProperty(`header:X-${at}`)).filter(
    (property) => property !== undefined,
  );
  expect(asked.map((property) => readHeader(counted, property))).toEqual(asked.map(() => null));
  expect(looks).toBe(headers.length);
});

const subjects = ["Subject", "Comments", "Keywords"];
const people = ["From", "Sender", "Reply-To", "To", "Cc", "Bcc"];
const resent = ["Resent-From", "Resent-Sender", "Resent-Reply-To", "Resent-To", "Resent-Cc", "Resent-Bcc"];
const ids = ["Message-ID", "In-Reply-To", "References", "Resent-Message-ID"];
const dates = ["Date", "Resent-Date"];
const lists = ["List-Help", "List-Unsubscribe", "List-Subscribe", "List-Post", "List-Owner", "List-Archive"];
/** Fields that neither RFC 5322 nor RFC 2369 defines. */
const free = ["List-Id", "X-Own"];
const all = [
  ...subjects,
  ...people,
  ...resent,
  ...ids,
  ...dates,
  ...lists,
  "Received",
  "Return-Path",
  ...free,
];

it.each<[string, string[]]>([
  ["asRaw", all],
  ["asText", [...subjects, ...free]],
  ["asAddresses", [...people, ...resent, ...free]],
  ["asGroupedAddresses", [...people, ...resent, ...free]],
  ["asMessageIds", [...ids, ...free]],
  ["asDate", [...dates, ...free]],
  ["asURLs", [...lists, ...free]],
])("%s fits the fields that RFC 8621 §4.1.2 lets it and no other", (form, fields) => {
  expect(all.filter((field) => findHeaderProperty(`header:${field}:${form}`) !== undefined)).toEqual(fields);
});

it.each([
  "header:",
  "header:a b",
  "header:a:b",
  "header::all",
  "header:a:all:asText",
  "header:a:asText:any",
  "header:a:astext",
  "header:ü",
  "Header:a",
  "header:From:asDate",
  "header:Date:asText",
])("%s is no property", (property) => {
  expect(value(property)).toBe("refused");
});
