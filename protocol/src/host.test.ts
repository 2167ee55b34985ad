import { domainToASCII } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseAddress } from "./address.ts";
import { HostSchema, hostName, hostPort, isHost, parseHost } from "./host.ts";
import { ProblemError } from "./problem.ts";
import { shape } from "./shape.ts";

const hostShape = shape(HostSchema);
const domain = fc.domain().filter(isHost);
/** What hosts are made of, and what has passed for it elsewhere. */
const units = [
  ..."abfx019",
  ..."..--::",
  "xn--",
  "XN--",
  "0x",
  "localhost",
  "example",
  ".com",
  "3ya",
  "mnchen",
];
const mean = [
  ..."@/\\?#%[]_* \n\t\0",
  "%2e",
  "。",
  "．",
  "①",
  "ａ",
  "а",
  "ß",
  "\u00ad",
  "\u200d",
  "\u202e",
  "\ud800",
];
const mixed = fc.array(fc.constantFrom(...units, ...mean), { maxLength: 12 }).map((parts) => parts.join(""));
const plain = fc.array(fc.constantFrom(...units), { maxLength: 12 }).map((parts) => parts.join(""));

describe("a host", () => {
  test("is what the URL parser makes of it, unit for unit: no second spelling reaches the same host", () => {
    fc.assert(
      fc.property(
        fc.oneof(mixed, plain, domain, fc.webAuthority(), fc.ipV4(), fc.ipV6(), fc.string()),
        (text) => {
          fc.pre(isHost(text));
          const url = new URL(`https://${text}/email/receive`);
          expect(url.host).toBe(text);
          expect(url.hostname).toBe(hostName(text));
          expect(url.port).toBe(String(hostPort(text) ?? ""));
          expect(url.pathname).toBe("/email/receive");
          expect(url.hostname).not.toMatch(/^[0-9.]+$|^\[/);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test("that can be read fits the schema of the wire", () => {
    fc.assert(
      fc.property(fc.oneof(mixed, plain, domain), (text) => {
        fc.pre(isHost(text));
        expect(hostShape.matches(text)).toBe(true);
      }),
    );
  });

  test("is refused in upper case and with a dot at the end (Mastodon before 4.2.0-rc2)", () => {
    fc.assert(
      fc.property(domain, (host) => {
        expect(isHost(`${host}.`)).toBe(false);
        expect(isHost(host.toUpperCase())).toBe(false);
      }),
    );
  });

  test("is never an IPv4 address, in whatever base and in however many parts", () => {
    const part = fc
      .nat(255)
      .chain((n) => fc.constantFrom(`${n}`, `0${n.toString(8)}`, `0x${n.toString(16)}`));
    const whole = fc
      .nat(2 ** 31)
      .chain((n) => fc.constantFrom(`${n}`, `0${n.toString(8)}`, `0x${n.toString(16)}`));
    const parts = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("."));
    fc.assert(
      fc.property(fc.oneof(parts, whole, fc.ipV4Extended()), (text) => {
        expect(isHost(text)).toBe(false);
        expect(isHost(`${text}:8443`)).toBe(false);
      }),
    );
  });

  test("with letters beyond ASCII is accepted as the A-labels that IDNA makes of them, and only so", () => {
    const words = [
      "münchen",
      "bücher",
      "straße",
      "mañana",
      "παράδειγμα",
      "почта",
      "例え",
      "한국",
      "ไทย",
      "भारत",
      "דואר",
      "بريد",
      "☃",
    ];
    for (const word of words) {
      expect(isHost(`${word}.example`)).toBe(false);
      expect(isHost(domainToASCII(`${word}.example`))).toBe(true);
      expect(isHost(domainToASCII(`mail.${word}.example`))).toBe(true);
    }
  });

  test("that looks like another is another: apple.com with a Cyrillic а is only its own A-label (IDN homograph)", () => {
    expect(isHost("аpple.com")).toBe(false);
    expect(parseHost("xn--pple-43d.com")).not.toBe("apple.com");
  });

  test("that is refused is a badHost with a hint, shown no longer than a line", () => {
    for (const text of ["", "Example.com", "x".repeat(100_000), "\0"]) {
      try {
        parseHost(text);
        expect.unreachable();
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error;
        expect(error.problem.code).toBe("badHost");
        expect(error.message).toMatch(/^.{0,200}Write it in lower case, such as example.com.$/);
      }
    }
  });

  test("that is an IP address is refused as one", () => {
    for (const text of ["1.2.3.4", "192.0.2.1:8443", "[::1]", "[2001:db8::1]:8443"]) {
      expect(() => parseHost(text)).toThrow("It is an IP address; mail goes to names");
      expect(() => parseAddress(`bob@${text}`)).toThrow("has an IP address where the name of a host belongs");
    }
    for (const text of ["1.2.3.4.example", "1.2.3", "[]x"]) {
      expect(() => parseAddress(`bob@${text}:x`)).toThrow("is not an address");
    }
  });
});
