import { readFileSync } from "node:fs";
import { join } from "node:path";
import { errors, ProblemError, problem } from "@posthorn/protocol";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { faultOf } from "../state/worker/fault.ts";
import { faultWords } from "./fault-words.ts";
import { speak } from "./words.ts";

beforeAll(() => vi.stubGlobal("document", { documentElement: {} }));
afterAll(async () => {
  await speak("en");
  vi.unstubAllGlobals();
});

test.each(["en", "de"])("every code of the table of errors has words in %s", (tag) => {
  const path = join(import.meta.dirname, "..", "..", "messages", `${tag}.json`);
  const words: Record<string, string> = JSON.parse(readFileSync(path, "utf8"));
  const without = Object.keys(errors).filter((code) => (words[`fault.${code}`] ?? "") === "");
  expect(without).toEqual([]);
});

const wrong = faultOf(new ProblemError(problem("unauthorized", "That address and password do not match.")));

test("a fault is told in the language of the page, by what was asked for", async () => {
  await speak("de");
  expect(faultWords(wrong, "signIn")).toBe("Adresse und Passwort passen nicht zusammen.");
  expect(faultWords(wrong)).toMatch(/^Sie sind nicht oder nicht mehr angemeldet\./);
  expect(faultWords({ sentence: "No such word.", code: "ofALaterVersion" })).toBe("No such word.");
});

test("in English it is told as the server has said it", async () => {
  await speak("en");
  expect(faultWords(wrong, "signIn")).toBe("That address and password do not match.");
});

test("what nobody foresaw is told without its raw text, which is in its code", async () => {
  await speak("en");
  const fault = faultOf(new TypeError("x is not a function"));
  expect(faultWords(fault)).toMatch(/^This page had a problem of its own\./);
  expect(faultWords(fault)).not.toContain("not a function");
  expect(fault).toMatchObject({ code: "page", instance: "x is not a function" });
});
