import { domainToASCII, domainToUnicode } from "node:url";
import fc from "fast-check";
import { expect, test } from "vitest";
import { hasValidALabels } from "./a-label.ts";

/** RFC 3492 §7.1, those whose Punycode is in lower case and whose A-label is no longer than a label may be. */
const samples = [
  ["(B) Chinese, simplified", "ihqwcrb4cv8a8dqg056pqjye", "他们为什么不说中文"],
  ["(E) Hebrew", "4dbcagdahymbxekheh6e0a7fei0b", "למההםפשוטלאמדבריםעברית"],
  ["(G) Japanese", "n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa", "なぜみんな日本語を話してくれないのか"],
  ["(I) Russian", "b1abfaaepdrnnbgefbadotcwatmq2g4l", "почемужеонинеговорятпорусски"],
  ["(P) Japanese with Latin letters", "de-jg4avhby1noc0d", "パフィーdeルンバ"],
  ["(Q) Japanese", "d9juau41awczczp", "そのスピードで"],
] as const;

test.each(samples)("RFC 3492 §7.1 %s", (_name, punycode, text) => {
  expect(domainToASCII(text)).toBe(`xn--${punycode}`);
  expect(hasValidALabels(`xn--${punycode}.example`)).toBe(true);
  expect(hasValidALabels(`mail.xn--${punycode}`)).toBe(true);
});

test("whatever IDNA makes of a text beyond ASCII is a valid A-label", () => {
  const label = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(label, (text) => {
      const name = domainToASCII(`${text}.example`);
      fc.pre(name.startsWith("xn--") && !/[^a-z0-9.-]/.test(name));
      expect(hasValidALabels(name)).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

test("an A-label is valid exactly when Node's own decoder finds something in it that is spelt in this way", () => {
  const units = [..."abcdefghijklmnopqrstuvwxyz0123456789-"];
  const changed = fc
    .tuple(fc.constantFrom(...samples), fc.nat(60), fc.constantFrom(...units))
    .map(([[, punycode], at, unit]) => `${punycode.slice(0, at)}${unit}${punycode.slice(at + 1)}`);
  const made = fc.string({ unit: fc.constantFrom(..."abyz0159-"), maxLength: 59 });
  fc.assert(
    fc.property(fc.oneof(changed, made), (rest) => {
      const name = `xn--${rest}.example`;
      const decoded = domainToUnicode(name);
      expect(hasValidALabels(name)).toBe(decoded !== name && domainToASCII(decoded) === name);
    }),
    { numRuns: 3000 },
  );
});
