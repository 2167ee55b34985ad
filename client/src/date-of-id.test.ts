import { formatTime, uuidV7 } from "@posthorn/protocol";
import { expect, test } from "vitest";
import { dateOfId } from "./date-of-id.ts";

const random = new Uint8Array(16).fill(0xff);

test("An id tells to the millisecond when it was made", () => {
  for (const ms of [0, 1, Date.UTC(2026, 10, 26, 9, 8, 7, 654), Date.UTC(9999, 11, 31)]) {
    expect(dateOfId(uuidV7(ms, random))).toBe(formatTime(ms));
  }
});

test("What is no UUIDv7 tells nothing, and neither does one of a year that no date can have", () => {
  expect(dateOfId("7")).toBeUndefined();
  expect(dateOfId("9f0c1b7e-5b6a-4a1e-9d42-3f1b8a6c2e10")).toBeUndefined();
  expect(dateOfId(uuidV7(2 ** 48 - 1, random))).toBeUndefined();
});
