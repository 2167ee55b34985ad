import { describe, expect, test } from "vitest";
import { isGlobalUnicast, isLoopback, specialIpv4, specialIpv6, whySpecial } from "./special-addresses.ts";

const refused = [
  // IPv4: both ends of every range, and the addresses attackers ask for first.
  ["0.0.0.0", "0.0.0.1", "0.255.255.255", "10.0.0.0", "10.1.2.3", "10.255.255.255"],
  ["100.64.0.0", "100.100.100.200", "100.127.255.255", "127.0.0.0", "127.0.0.1", "127.255.255.255"],
  ["169.254.0.0", "169.254.169.254", "169.254.170.2", "169.254.255.255"],
  ["172.16.0.0", "172.17.0.1", "172.31.255.255", "192.0.0.0", "192.0.0.8", "192.0.0.9", "192.0.0.10"],
  ["192.0.0.170", "192.0.0.171", "192.0.0.192", "192.0.0.255", "192.0.2.0", "192.0.2.255"],
  ["192.31.196.0", "192.31.196.255", "192.52.193.0", "192.52.193.255", "192.88.99.1", "192.88.99.2"],
  ["192.168.0.0", "192.168.1.1", "192.168.255.255", "192.175.48.0", "192.175.48.255"],
  ["198.18.0.0", "198.19.255.255", "198.51.100.0", "198.51.100.255", "203.0.113.0", "203.0.113.255"],
  ["224.0.0.0", "224.0.0.251", "239.255.255.255", "240.0.0.0", "255.255.255.254", "255.255.255.255"],
  // IPv6, in the spellings a name server or the platform may use.
  ["::", "::1", "0:0:0:0:0:0:0:1", "::0001", "::127.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:7f00:1"],
  [
    "::ffff:8.8.8.8",
    "::ffff:0:8.8.8.8",
    "64:ff9b::",
    "64:ff9b::8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
  ],
  [
    "64:ff9b:1::",
    "64:ff9b:1:ffff::1",
    "100::1",
    "100:0:0:1::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
  ],
  [
    "2001:1::1",
    "2001:1::2",
    "2001:1::3",
    "2001:2::1",
    "2001:3::1",
    "2001:4:112::1",
    "2001:10::1",
    "2001:20::1",
  ],
  [
    "2001:30::1",
    "2001:1ff:ffff::1",
    "2001:db8::1",
    "2001:DB8::1",
    "2002::1",
    "2002:7f00:1::",
    "2002:c0a8:101::1",
  ],
  ["2620:4f:8000::1", "3fff::1", "3fff:fff:ffff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fdff::1"],
  ["fe80::1", "febf::1", "fec0::1", "feff::1", "ff00::1", "ff02::1", "ff0e::1"],
  // Outside 2000::/3 and in no registry at all: what a deny-list would have let through.
  ["1::1", "200::1", "400::1", "1fff::1", "4000::1", "8000::1", "e000::1", "fe00::1"],
].flat();

const allowed = [
  [
    "1.0.0.0",
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "93.184.216.34",
    "100.63.255.255",
    "100.128.0.0",
  ],
  [
    "126.255.255.255",
    "128.0.0.0",
    "169.253.255.255",
    "169.255.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
  ],
  ["192.0.3.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255"],
  [
    "2001:200::1",
    "2001:4860:4860::8888",
    "2606:4700:4700::1111",
    "2620:4f:8001::1",
    "2a00:1450:4001::1",
    "3ffe::1",
  ],
].flat();

const unreadable = [
  "",
  "localhost",
  "1.2.3",
  "1.2.3.4.5",
  "01.2.3.4",
  "0x7f.0.0.1",
  "2130706433",
  " 1.1.1.1",
  "1.1.1.1 ",
];
const unreadableIpv6 = [
  "[2606:4700::1]",
  "2606:4700::1%eth0",
  "fe80::1%1",
  "2606:4700:::1",
  "2606::1::1",
  "1.1.1.1:443",
];

describe("an address the server may call (CVE-2026-50131, CVE-2026-27477, CVE-2023-32683)", () => {
  test.each(refused)("%s is never called", (ip) => {
    expect(isGlobalUnicast(ip)).toBe(false);
    expect(whySpecial(ip)).toMatch(/RFC \d+/);
  });

  test.each(allowed)("%s is of the open internet", (ip) => {
    expect(whySpecial(ip)).toBeUndefined();
    expect(isGlobalUnicast(ip)).toBe(true);
  });

  test.each([...unreadable, ...unreadableIpv6])("“%s” is no plain address and is never called", (ip) => {
    expect(isGlobalUnicast(ip)).toBe(false);
  });
});

test("every range of both registries refuses its own first address", () => {
  for (const { range } of [...specialIpv4, ...specialIpv6]) {
    expect(isGlobalUnicast(range.slice(0, range.indexOf("/"))), range).toBe(false);
  }
});

test("both registries are whole: 27 and 29 ranges, each with its source", () => {
  expect(specialIpv4.length).toBe(27);
  expect(specialIpv6.length).toBe(29);
  for (const { source } of [...specialIpv4, ...specialIpv6]) expect(source).toMatch(/^RFC \d+/);
});

test("loopback is 127.0.0.0/8 and ::1 and nothing else", () => {
  expect(["127.0.0.1", "127.9.9.9", "::1"].every(isLoopback)).toBe(true);
  expect(["128.0.0.1", "::ffff:127.0.0.1", "0.0.0.0", "::", "10.0.0.1", "127.1"].some(isLoopback)).toBe(
    false,
  );
});
