import { isIPv4, isIPv6 } from "node:net";

/**
 * Which addresses the server may call. Hand-made deny-lists have failed again and again (CVE-2026-50131 missed
 * NAT64, Teredo and 6to4), so it is the other way round: IPv6 only inside 2000::/3, and in both families nothing that
 * stands in an IANA special-purpose registry, whether or not the registry calls it reachable: no mail server lives
 * there, and several of these ranges carry another address inside them.
 */

export interface SpecialRange {
  range: string;
  name: string;
  source: string;
}

/** IANA IPv4 Special-Purpose Address Registry, and multicast, which has a registry of its own. */
export const specialIpv4: readonly SpecialRange[] = [
  { range: "0.0.0.0/8", name: "this network", source: "RFC 791 §3.2" },
  { range: "0.0.0.0/32", name: "this host on this network", source: "RFC 1122 §3.2.1.3" },
  { range: "10.0.0.0/8", name: "private use", source: "RFC 1918" },
  { range: "100.64.0.0/10", name: "shared address space", source: "RFC 6598" },
  { range: "127.0.0.0/8", name: "loopback", source: "RFC 1122 §3.2.1.3" },
  { range: "169.254.0.0/16", name: "link local", source: "RFC 3927" },
  { range: "172.16.0.0/12", name: "private use", source: "RFC 1918" },
  { range: "192.0.0.0/24", name: "IETF protocol assignments", source: "RFC 6890 §2.1" },
  { range: "192.0.0.0/29", name: "IPv4 service continuity prefix", source: "RFC 7335" },
  { range: "192.0.0.8/32", name: "IPv4 dummy address", source: "RFC 7600" },
  { range: "192.0.0.9/32", name: "port control protocol anycast", source: "RFC 7723" },
  { range: "192.0.0.10/32", name: "TURN anycast", source: "RFC 8155" },
  { range: "192.0.0.170/32", name: "NAT64/DNS64 discovery", source: "RFC 8880" },
  { range: "192.0.0.171/32", name: "NAT64/DNS64 discovery", source: "RFC 8880" },
  { range: "192.0.2.0/24", name: "documentation (TEST-NET-1)", source: "RFC 5737" },
  { range: "192.31.196.0/24", name: "AS112-v4", source: "RFC 7535" },
  { range: "192.52.193.0/24", name: "AMT", source: "RFC 7450" },
  { range: "192.88.99.0/24", name: "6to4 relay anycast, deprecated", source: "RFC 7526" },
  { range: "192.88.99.2/32", name: "6a44 relay anycast", source: "RFC 6751" },
  { range: "192.168.0.0/16", name: "private use", source: "RFC 1918" },
  { range: "192.175.48.0/24", name: "direct delegation AS112", source: "RFC 7534" },
  { range: "198.18.0.0/15", name: "benchmarking", source: "RFC 2544" },
  { range: "198.51.100.0/24", name: "documentation (TEST-NET-2)", source: "RFC 5737" },
  { range: "203.0.113.0/24", name: "documentation (TEST-NET-3)", source: "RFC 5737" },
  { range: "224.0.0.0/4", name: "multicast", source: "RFC 5771" },
  { range: "240.0.0.0/4", name: "reserved", source: "RFC 1112 §4" },
  { range: "255.255.255.255/32", name: "limited broadcast", source: "RFC 919 §7" },
];

/** IANA IPv6 Special-Purpose Address Registry, and what lies outside it but is no global unicast either. */
export const specialIpv6: readonly SpecialRange[] = [
  { range: "::/128", name: "unspecified", source: "RFC 4291 §2.5.2" },
  { range: "::1/128", name: "loopback", source: "RFC 4291 §2.5.3" },
  { range: "::/96", name: "IPv4-compatible, deprecated", source: "RFC 4291 §2.5.5.1" },
  { range: "::ffff:0:0/96", name: "IPv4-mapped", source: "RFC 4291 §2.5.5.2" },
  { range: "::ffff:0:0:0/96", name: "IPv4-translated", source: "RFC 2765 §2.1" },
  { range: "64:ff9b::/96", name: "IPv4/IPv6 translation (NAT64)", source: "RFC 6052" },
  { range: "64:ff9b:1::/48", name: "IPv4/IPv6 translation, local use", source: "RFC 8215" },
  { range: "100::/64", name: "discard only", source: "RFC 6666" },
  { range: "100:0:0:1::/64", name: "dummy prefix", source: "RFC 9780" },
  { range: "2001::/23", name: "IETF protocol assignments", source: "RFC 2928" },
  { range: "2001::/32", name: "Teredo", source: "RFC 4380" },
  { range: "2001:1::1/128", name: "port control protocol anycast", source: "RFC 7723" },
  { range: "2001:1::2/128", name: "TURN anycast", source: "RFC 8155" },
  { range: "2001:1::3/128", name: "DNS-SD service registration anycast", source: "RFC 9665" },
  { range: "2001:2::/48", name: "benchmarking", source: "RFC 5180" },
  { range: "2001:3::/32", name: "AMT", source: "RFC 7450" },
  { range: "2001:4:112::/48", name: "AS112-v6", source: "RFC 7535" },
  { range: "2001:10::/28", name: "ORCHID, deprecated", source: "RFC 4843" },
  { range: "2001:20::/28", name: "ORCHIDv2", source: "RFC 7343" },
  { range: "2001:30::/28", name: "drone remote identification (DET)", source: "RFC 9374" },
  { range: "2001:db8::/32", name: "documentation", source: "RFC 3849" },
  { range: "2002::/16", name: "6to4", source: "RFC 3056" },
  { range: "2620:4f:8000::/48", name: "direct delegation AS112", source: "RFC 7534" },
  { range: "3fff::/20", name: "documentation", source: "RFC 9637" },
  { range: "5f00::/16", name: "segment routing identifiers", source: "RFC 9602" },
  { range: "fc00::/7", name: "unique local", source: "RFC 4193" },
  { range: "fe80::/10", name: "link local", source: "RFC 4291 §2.5.6" },
  { range: "fec0::/10", name: "site local, deprecated", source: "RFC 3879" },
  { range: "ff00::/8", name: "multicast", source: "RFC 4291 §2.7" },
];

const globalUnicastIpv6 = parsePrefix("2000::/3");
const prefixesIpv4 = specialIpv4.map((special) => ({ special, prefix: parsePrefix(special.range) }));
const prefixesIpv6 = specialIpv6.map((special) => ({ special, prefix: parsePrefix(special.range) }));

/** True for an address of the open internet in its plain textual form; anything unreadable or with a zone is not. */
export function isGlobalUnicast(ip: string): boolean {
  return whySpecial(ip) === undefined;
}

/** What an address is instead of global unicast, for a log line; undefined when it is global unicast. */
export function whySpecial(ip: string): string | undefined {
  const bits = addressBits(ip);
  if (bits === undefined) return "not an address";
  const table = bits.length === 2 ? prefixesIpv4 : prefixesIpv6;
  const found = table.find((entry) => isInside(bits, entry.prefix));
  if (found !== undefined) return `${found.special.name} (${found.special.source})`;
  if (bits.length === 8 && !isInside(bits, globalUnicastIpv6))
    return "outside global unicast (RFC 4291 §2.4)";
  return undefined;
}

/** True for 127.0.0.0/8 and ::1 only. */
export function isLoopback(ip: string): boolean {
  return isIPv4(ip) ? ip.startsWith("127.") : ip === "::1";
}

interface Prefix {
  /** 16-bit groups: two of an IPv4 address, eight of an IPv6 address. */
  groups: readonly number[];
  length: number;
}

function parsePrefix(range: string): Prefix {
  const [ip = "", length = ""] = range.split("/");
  const groups = addressBits(ip);
  if (groups === undefined) throw new Error(`not an address range: ${range}`);
  return { groups, length: Number(length) };
}

function isInside(groups: readonly number[], prefix: Prefix): boolean {
  let left = prefix.length;
  for (const [index, wanted] of prefix.groups.entries()) {
    if (left <= 0) return true;
    const mask = left >= 16 ? 0xffff : (0xffff << (16 - left)) & 0xffff;
    if (((groups[index] ?? 0) & mask) !== (wanted & mask)) return false;
    left -= 16;
  }
  return true;
}

/** The 16-bit groups of an address, or undefined when the text is not exactly one. */
function addressBits(ip: string): readonly number[] | undefined {
  if (isIPv4(ip)) return ipv4Groups(ip);
  if (!isIPv6(ip) || ip.includes("%")) return undefined;
  const dotted = ip.lastIndexOf(":") + 1;
  const tail = ip.includes(".") ? ipv4Groups(ip.slice(dotted)) : [];
  const head = tail.length === 0 ? ip : ip.slice(0, dotted);
  const [left = "", right] = head.split("::");
  const leftGroups = hexGroups(left);
  const rightGroups = [...hexGroups(right ?? ""), ...tail];
  const zeros = Array.from({ length: 8 - leftGroups.length - rightGroups.length }, () => 0);
  return [...leftGroups, ...zeros, ...rightGroups];
}

function ipv4Groups(ip: string): number[] {
  const [a = 0, b = 0, c = 0, d = 0] = ip.split(".").map(Number);
  return [a * 256 + b, c * 256 + d];
}

function hexGroups(text: string): number[] {
  return text
    .split(":")
    .filter((group) => group !== "")
    .map((group) => Number.parseInt(group, 16));
}
