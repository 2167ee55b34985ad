import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { shellWord } from "./shell-word.ts";

test("A shell reads every word as it was, and plain ones stand as they are", () => {
  const words = [
    "alice@a.test:8441",
    "/home/ann/my data",
    "it's",
    '$HOME `id` "x"\\',
    "a;b&c",
    "*",
    "",
    "Grüße 👍",
  ];
  const script = `printf '%s\\n' ${words.map(shellWord).join(" ")}`;
  expect(execFileSync("/bin/sh", ["-c", script], { encoding: "utf8" })).toBe(`${words.join("\n")}\n`);
  expect(shellWord("alice@a.test:8441")).toBe("alice@a.test:8441");
});
