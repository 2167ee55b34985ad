import { describe, expect, test } from "vitest";
import { type LocalNetwork, refuseAddresses, refuseHeaders, refuseUrl } from "./egress-policy.ts";

const local: LocalNetwork = { ca: "", allowLoopback: true, allowPorts: true };

/** Ways to write 127.0.0.1, 169.254.169.254 and ::1 that have got past one filter or another. */
const disguised = [
  "127.0.0.1",
  "127.0.0.1.",
  "127.1",
  "127.0.1",
  "2130706433",
  "02130706433",
  "017700000001",
  "0x7f000001",
  "0x7f.1",
  "0x7f.0.0.1",
  "0x7f.0x0.0x0.0x1",
  "0X7F000001",
  "0177.0.0.1",
  "0177.0.0.01",
  "00000177.0.0.1",
  "0177.0.0x0.1",
  "127.0x0.1",
  "%31%32%37.0.0.1",
  "%31%32%37%2e%30%2e%30%2e%31",
  "１２７.0.0.1",
  "①②⑦.⓪.⓪.①",
  "127。0。0。1",
  "127．0．0．1",
  "0",
  "0.0.0.0",
  "0x0",
  "169.254.169.254",
  "2852039166",
  "0xA9FEA9FE",
  "0251.0376.0251.0376",
  "0xa9.0xfe.0xa9.0xfe",
  "169.254.43518",
  "[::1]",
  "[::]",
  "[0:0:0:0:0:0:0:1]",
  "[::ffff:127.0.0.1]",
  "[::ffff:7f00:1]",
  "[::127.0.0.1]",
  "[64:ff9b::7f00:1]",
  "[2002:7f00:1::]",
  "[fe80::1]",
  "[fd00:ec2::254]",
  "[2606:4700:4700::1111]",
  "8.8.8.8",
];

describe("a URL with an address for a host is refused in every spelling (CVE-2026-50131)", () => {
  test.each(disguised)("https://%s/", (host) => {
    const url = new URL(`https://${host}/email/receive`);
    expect(refuseUrl(url, undefined)).toContain("never by address");
    expect(refuseUrl(url, local)).toContain("never by address");
  });

  test.each([
    "[fe80::1%25eth0]",
    "1.2.3.4.5",
    "0x7f.0.0.0.1",
    "256.0.0.1",
    "127.0.0.1%00.example.com",
    "a b.test",
  ])("https://%s/ is not even a URL", (host) => {
    expect(URL.canParse(`https://${host}/`)).toBe(false);
  });
});

describe("a URL is refused", () => {
  test.each([
    ["http://example.com/", "only https"],
    ["ftp://example.com/", "only https"],
    ["file:///etc/passwd", "only https"],
    ["https://user@example.com/", "user name"],
    ["https://:secret@example.com/", "user name"],
    ["https://example.com:8443/", "port 443"],
    ["https://example.com:80/", "port 443"],
    ["https://localhost/", "not a full host name"],
    ["https://example.com./", "not a full host name"],
    ["https://example..com/", "not a full host name"],
    ["https://-example.com/", "not a full host name"],
    ["https://exa_mple.com/", "not a full host name"],
    ["https://*.example.com/", "not a full host name"],
    [`https://${"a.".repeat(126)}example/`, "not a full host name"],
  ])("%s", (url, why) => {
    expect(refuseUrl(new URL(url), undefined)).toContain(why);
  });
});

test("a full name over https on 443 is called, and other ports in local trials only", () => {
  expect(refuseUrl(new URL("https://mail.example.com/x?y"), undefined)).toBeUndefined();
  expect(refuseUrl(new URL("https://mail.example.com:443/x"), undefined)).toBeUndefined();
  expect(refuseUrl(new URL("https://xn--bcher-kva.example/"), undefined)).toBeUndefined();
  expect(refuseUrl(new URL("https://a.localhost:8443/"), local)).toBeUndefined();
});

test("one special address among those of a name refuses the name (CVE-2026-27477)", () => {
  expect(refuseAddresses(["93.184.216.34", "2606:4700::1"], undefined)).toBeUndefined();
  expect(refuseAddresses(["93.184.216.34", "10.0.0.1"], undefined)).toContain(
    "10.0.0.1, which is private use",
  );
  expect(refuseAddresses(["::ffff:169.254.169.254"], undefined)).toContain("IPv4-mapped");
});

test("local trials may call loopback and still nothing else that is special (CVE-2023-32683)", () => {
  expect(refuseAddresses(["127.0.0.1", "::1"], local)).toBeUndefined();
  expect(refuseAddresses(["127.0.0.1"], undefined)).toContain("loopback");
  expect(refuseAddresses(["192.168.1.1"], local)).toContain("private use");
  expect(refuseAddresses(["169.254.169.254"], local)).toContain("link local");
});

test.each(["a\r\nb: c", "a\nb", "a\rb", "a\0b", "caf\u00e9", "\u{1f4a9}", "\u010d\u010a", "\x7f"])(
  "a header value with %j in it is refused",
  (value) => {
    expect(refuseHeaders({ "x-note": value })).toContain("x-note");
  },
);

test.each(["a b", "a:b", "a\r\nb", "", "host", "Transfer-Encoding", "connection", "expect", "upgrade"])(
  "a header field named %j is refused",
  (name) => {
    expect(refuseHeaders({ [name]: "x" })).toContain("may not be sent");
  },
);

test("ordinary header fields are sent as they are", () => {
  expect(
    refuseHeaders({ "content-type": "application/json", signature: 'sig=:AA==:; x="y"\t', a: "" }),
  ).toBeUndefined();
});
