import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { errors, isErrorCode } from "./errors.ts";

const page = readFileSync(new URL("../../docs/protocol/70-errors.md", import.meta.url), "utf8");
const lines = page.split("\n");

/** The rows `| code | status | retry | meaning |` of the page, whether the code is a link or in backticks or neither. */
const rows = lines.flatMap((line) => {
  const cells = line.split("|").map((cell) => cell.trim());
  const [before, code, status, retry, meaning, after] = cells;
  if (cells.length !== 6 || before !== "" || after !== "" || !/^[1-5][0-9]{2}$/.test(status ?? "")) return [];
  return [{ code: code?.match(/[A-Za-z0-9]+/)?.[0], link: code, status: Number(status), retry, meaning }];
});

describe("docs/protocol/70-errors.md", () => {
  test("has one row for every code and no other, with its status and what to do", () => {
    const table = Object.entries(errors).map(([code, { status, retry }]) => ({ code, status, retry }));
    expect(rows.map(({ code, status, retry }) => ({ code, status, retry }))).toEqual(table);
  });

  test.each(Object.keys(errors))(
    "says what %s means, at an anchor of its own that its row links to",
    (code) => {
      const row = rows.find((row) => row.code === code);
      expect(row?.meaning?.length).toBeGreaterThan(10);
      expect(row?.link).toContain(`(#${code.toLowerCase()})`);
      const heading = lines.indexOf(`### ${code}`);
      expect(heading).toBeGreaterThan(0);
      expect(lines.lastIndexOf(`### ${code}`)).toBe(heading);
      const next = lines.findIndex((line, at) => at > heading && line.startsWith("#"));
      const words = lines.slice(heading + 1, next < 0 ? undefined : next).join(" ");
      expect(words.length).toBeGreaterThan(80);
      expect(words).toContain("**What to do:**");
    },
  );
});

describe("the table of errors", () => {
  test("never asks for a repetition of what the sender did wrong, nor gives up on what the server did wrong", () => {
    for (const [code, { status, retry }] of Object.entries(errors)) {
      if (status >= 500 || status === 408 || status === 429)
        expect({ code, retry }).toEqual({ code, retry: "later" });
      else expect({ code, retry }).not.toEqual({ code, retry: "later" });
    }
  });

  test("has titles that are sentences without a full stop", () => {
    for (const { title } of Object.values(errors)) expect(title).toMatch(/^[A-Z][^.]+$/);
  });

  test("knows its own codes and none that every object has", () => {
    expect(isErrorCode("badJson")).toBe(true);
    expect(isErrorCode("tooManyStamps")).toBe(false);
    for (const name of ["constructor", "toString", "__proto__", "hasOwnProperty"])
      expect(isErrorCode(name)).toBe(false);
  });
});
