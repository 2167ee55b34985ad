/** The contrasts that the design promises (WCAG 2.2, 1.4.3 and 1.4.11), computed from the tokens as they are. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const css = readFileSync(join(import.meta.dirname, "tokens.css"), "utf8");

/** By name: in the light and in the dark. The first that is given counts; others are for those who want more contrast. */
const tokens = new Map(
  [...css.matchAll(/--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)]
    .toReversed()
    .map(([, name = "", light = "", dark = ""]) => [name, { light, dark }] as const),
);

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string, theme: "light" | "dark"): number {
  const [a, b] = [one, other].map((name) => luminance(tokens.get(name)?.[theme] ?? ""));
  if (a === undefined || b === undefined || Number.isNaN(a + b))
    throw new Error(`${one} or ${other} is missing`);
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

const grounds = ["canvas", "surface", "raised", "sunken", "hover", "sel"];
const labels = "rose clay amber olive fern teal sky azure iris orchid pink gray".split(" ");

describe.each(["light", "dark"] as const)("%s", (theme) => {
  test.each(["ink", "ink-2", "ink-3", "accent"])("%s can be read on all papers", (ink) => {
    for (const ground of grounds) {
      expect([ground, contrast(ink, ground, theme) >= 4.5]).toEqual([ground, true]);
    }
  });

  test.each(["ok", "warn", "bad"])("%s can be read on its own paper and on the page", (ink) => {
    for (const ground of [`${ink}-soft`, "surface", "raised", "canvas"]) {
      expect([ground, contrast(ink, ground, theme) >= 4.5]).toEqual([ground, true]);
    }
  });

  test("what stands on ink or on the accent can be read", () => {
    expect(contrast("on-ink", "ink", theme)).toBeGreaterThan(7);
    expect(contrast("on-accent", "accent", theme)).toBeGreaterThan(4.5);
  });

  test.each(labels)("the label %s can be read", (label) => {
    expect(contrast(label, `${label}-soft`, theme)).toBeGreaterThan(6.2);
  });

  test("borders of controls, the focus and the postmark are seen", () => {
    for (const ground of ["canvas", "surface", "raised"]) {
      for (const line of ["line-strong", "focus", "postmark"]) {
        expect([line, ground, contrast(line, ground, theme) >= 3]).toEqual([line, ground, true]);
      }
    }
  });
});
