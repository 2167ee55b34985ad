/** Mails that were made to hurt who reads them. What has a number was published; a parser that is hurt takes too long. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAddresses, parseGroups } from "./addresses.ts";
import { parseContentField } from "./content-field.ts";
import { findMailDate } from "./dates.ts";
import { findMessageIds, parseText } from "./header-text.ts";
import { htmlToText } from "./html-text.ts";
import { mailLimits } from "./limits.ts";
import { describeMail } from "./mail-summary.ts";
import { parseMail } from "./parse-mail.ts";
import { leavesOf, mailOf, parsed, textOf } from "./trial-mail.ts";

describe("a mail is read in bounds", () => {
  it("with parts nested without end (CVE-2020-12100)", () => {
    const nested = Array.from(
      { length: 20_000 },
      (_, at) => `Content-Type: multipart/mixed; boundary=b${at}\r\n\r\n--b${at}\r\n`,
    ).join("");
    const mail = parseMail(Buffer.from(`${nested}\r\ndeep`));
    let depth = 0;
    for (let part = mail.structure; part.subParts?.[0] !== undefined; part = part.subParts[0]) depth++;
    expect(depth).toBe(mailLimits.depth);
    expect(describeMail(mail).preview).toContain("multipart/mixed");
  });

  it("with a million parts (bpo-31449, CVE-2023-24536)", () => {
    const mail = parseMail(
      Buffer.from(`Content-Type: multipart/mixed; boundary=n\n\n${"--n\n".repeat(1_000_000)}--n--\n`),
    );
    expect(leavesOf(mail.structure)).toHaveLength(mailLimits.parts);
  });

  it("with half a million address fields (CVE-2024-23184)", () => {
    const mail = parseMail(Buffer.from(`${"From: a@b.test\r\n".repeat(500_000)}\r\nbody`));
    expect(mail.headers).toHaveLength(mailLimits.headerFields);
    expect(mail.textBody.map(textOf)).toEqual(["body"]);
  });

  it("with one enormous header field (CVE-2024-23185)", () => {
    const mail = parseMail(Buffer.from(`X: ${"a\r\n ".repeat(5_000_000)}\r\nSubject: x\r\n\r\nbody`));
    expect(mail.headers).toEqual([{ name: "Subject", value: " x" }]);
  });

  it("with parameters of a field without number (CVE-2026-27859)", () => {
    const parameters = Array.from({ length: 200_000 }, (_, at) => `name*${at}*=a`).join(";");
    const { parameters: found } = parseContentField(`text/plain; ${parameters}`);
    expect(found.get("name")?.length).toBeLessThanOrEqual(200);
  });

  it("with comments in comments without end (CVE-2025-14874)", () => {
    expect(parseAddresses(`${"(".repeat(500_000)} a@b.test`)).toEqual([]);
    expect(parseAddresses(`${"a:".repeat(500_000)} b@c.test`)).toHaveLength(1);
  });

  it.each([
    ["colons behind an address", `a@b.test${":".repeat(300_000)}`],
    ["brackets", "<".repeat(300_000)],
    ["brackets with quotes", '<"'.repeat(150_000)],
    ["brackets with commas", "<a,".repeat(150_000)],
    ["quotes", '"'.repeat(300_000)],
    ["backslashes", `"${"\\".repeat(300_000)}`],
    ["white space", `a${" ".repeat(300_000)}b`],
    ["at signs", "@".repeat(300_000)],
    ["words", "a ".repeat(150_000)],
    ["square brackets", "[".repeat(300_000)],
    ["encoded words", "=?utf-8?q?a?= ".repeat(20_000)],
    ["what looks like them", "=?".repeat(150_000)],
    ["charsets that nobody knows", Array.from({ length: 20_000 }, (_, at) => `=?x${at}?q?a?=`).join(" ")],
  ])("with a header field of %s", (_, raw) => {
    const addresses = parseGroups(raw).flatMap((group) => group.addresses);
    expect(addresses.length).toBeLessThanOrEqual(raw.length);
    expect(parseText(raw).length).toBeLessThanOrEqual(raw.length);
    expect(findMessageIds(raw)).toBeUndefined();
    expect(findMailDate(raw)).toBeUndefined();
  });

  it.each([
    "<div>",
    "<a href=https://x.test>x",
    "<blockquote>",
    "<",
    "&",
    "<!--",
    "<a b='",
    "<script>",
    "&#x10ffff;",
  ])("with HTML of %s without end", (piece) => {
    const html = piece.repeat(Math.ceil(200_000 / piece.length));
    expect(htmlToText(html, { withLinks: true, mostUnits: html.length }).length).toBeLessThan(
      10 * html.length,
    );
  });

  it("whatever its bytes are", () => {
    const pieces = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      fc
        .constantFrom(
          ...'\r\n|\n|\r\n\r\n|--b\r\n|--b--\r\n|--c|: | |\t|Content-Type: multipart/mixed; boundary=b|Content-Type: multipart/alternative; boundary="c|Content-Transfer-Encoding: base64|Content-Transfer-Encoding: quoted-printable|=|=3|=E4|=?utf-8?q?|?=|Content-Type: text/html; charset=utf-16|<p|>|"|(|;|charset*0*=x\'|name*1=|From: |Date: Tue, 1 Jan 2020|,|<|\0'.split(
            "|",
          ),
        )
        .map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (list) => {
        const mail = parseMail(Buffer.concat(list));
        const { preview, summary } = describeMail(mail);
        expect(preview.length).toBeLessThanOrEqual(256);
        expect(JSON.parse(JSON.stringify(summary))).toEqual({ ...summary });
        for (const part of leavesOf(mail.structure)) {
          expect(textOf(part)?.isWellFormed()).toBe(true);
          expect(part.type.startsWith("multipart/")).toBe(false);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe("an address is never made of a part of another", () => {
  it.each([
    ['"xclow3n@gmail.com x"@internal.test (CVE-2025-13033)', '"xclow3n@gmail.com x"@internal.test'],
    ["alice@example.org)bob@example.com (CVE-2023-27043)", "alice@example.org)bob@example.com"],
    ["a@malicious.org@important.com (CVE-2019-16056)", "a@malicious.org@important.com"],
    [
      "=?utf-8?b?cG90dXNAd2hpdGVob3VzZS5nb3Y=?==?utf-8?Q?=00?=@mailsploit.test (CVE-2017-7829)",
      "=?utf-8?b?cG90dXNAd2hpdGVob3VzZS5nb3Y=?==?utf-8?Q?=00?=@mailsploit.test",
    ],
  ])("%s", (written, email) => {
    expect(parseAddresses(written.replace(/ \(CVE.*$/, ""))).toEqual([{ name: null, email }]);
  });

  it("nor has a name lines or a NUL that its encoding hides (CVE-2017-7829)", () => {
    const [address] = parseAddresses("=?utf-8?Q?potus=40whitehouse=2Egov=00=0A?= <a@mailsploit.test>");
    expect(address).toEqual({ name: "potus@whitehouse.gov", email: "a@mailsploit.test" });
  });
});

it("has one Content-Type for all who read it, the first of two", () => {
  const mail = parsed("Content-Type: text/plain", "Content-Type: text/html", "", "<b>");
  expect(mail.structure.type).toBe("text/plain");
});

it("has no part in what follows its last boundary", () => {
  const bytes = mailOf(
    "Content-Type: multipart/mixed; boundary=b",
    "",
    "--b",
    "",
    "seen",
    "--b--",
    "--b",
    "",
    "hidden",
  );
  expect(leavesOf(parseMail(bytes).structure).map(textOf)).toEqual(["seen"]);
});
