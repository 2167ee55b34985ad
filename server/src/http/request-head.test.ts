import { expect, test } from "vitest";
import { headerFields, plainAddress, splitTarget } from "./request-head.ts";

test("doubled header fields are kept apart, whatever their case (RFC 9421 §7.5.5)", () => {
  const fields = headerFields(["Host", "a.test", "X-A", "1", "x-a", "2", "X-a", "", "__proto__", "x"]);
  expect([...fields]).toEqual([
    ["host", ["a.test"]],
    ["x-a", ["1", "2", ""]],
    ["__proto__", ["x"]],
  ]);
});

const targets: [string, string, string][] = [
  ["/", "/", ""],
  ["/a?", "/a", "?"],
  ["/a?b?c=/d", "/a", "?b?c=/d"],
  ["/a%3Fb", "/a%3Fb", ""],
];
test.each(targets)("the target %s is the path %s and the query “%s”", (target, path, query) => {
  expect(splitTarget(target)).toEqual({ path, query });
});

const addresses: [string, string][] = [
  ["203.0.113.7", "203.0.113.7"],
  ["::ffff:203.0.113.7", "203.0.113.7"],
  ["2001:db8::7", "2001:db8::7"],
  ["::1", "::1"],
  ["::ffff:cb00:7107", "::ffff:cb00:7107"],
];
test.each(addresses)("the address %s is %s", (given, plain) => {
  expect(plainAddress(given)).toBe(plain);
});
