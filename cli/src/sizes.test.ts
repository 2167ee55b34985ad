import { expect, test } from "vitest";
import { findSize, shortSize } from "./sizes.ts";

test("Sizes are shown in the unit that says enough", () => {
  expect([0, 1, 1023, 1024, 48_211, 20_000_000, 5 * 1024 ** 3].map(shortSize)).toEqual([
    "0 bytes",
    "1 byte",
    "1023 bytes",
    "1 KiB",
    "47.1 KiB",
    "19.1 MiB",
    "5 GiB",
  ]);
});

test("Sizes are read with and without a unit", () => {
  expect(["1000000", "500MB", "5GiB", "1.5 GB", "2gib"].map(findSize)).toEqual([
    1_000_000,
    500_000_000,
    5 * 1024 ** 3,
    1_500_000_000,
    2 * 1024 ** 3,
  ]);
  expect(["", "GiB", "-1", "5 potatoes", "1e9", "99999999999999TB"].map(findSize)).toEqual(
    Array(6).fill(undefined),
  );
});
