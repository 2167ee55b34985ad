import { readFileSync } from "node:fs";
import { join } from "node:path";
import { errors, ProblemError, problem, reason, reasonCodes } from "@posthorn/protocol";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { compileCatalogue } from "../../build/compile-words.ts";
import { faultOf } from "../state/worker/fault.ts";
import { checkWords, faultWords } from "./fault-words.ts";
import { speak } from "./words.ts";

vi.mock("../../messages/en.json", () => catalogueOf("en"));
vi.mock("../../messages/de.json", () => catalogueOf("de"));

function wordsOf(tag: string): Record<string, string> {
  return JSON.parse(readFileSync(join(import.meta.dirname, "..", "..", "messages", `${tag}.json`), "utf8"));
}

/** As the build makes it. */
function catalogueOf(tag: string): { default: object } {
  return { default: compileCatalogue(wordsOf(tag)) };
}

beforeAll(() => vi.stubGlobal("document", { documentElement: {} }));
afterAll(async () => {
  await speak("en");
  vi.unstubAllGlobals();
});

test.each(["en", "de"])("every code of the table of errors has words in %s", (tag) => {
  const words = wordsOf(tag);
  const without = Object.keys(errors).filter((code) => (words[`fault.${code}`] ?? "") === "");
  expect(without).toEqual([]);
});

test.each(["en", "de"])("every reason of a server's checks has words in %s", (tag) => {
  const words = wordsOf(tag);
  const told = Object.keys(words).filter((id) => id.startsWith("fault.reason."));
  expect(told).toEqual(reasonCodes.map((code) => `fault.reason.${code}`));
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

test("what a server finds wrong with itself is told in the language of the page, by its reason", async () => {
  const english = "The certificate expires on 2026-11-30, in 2 days. Renew it.";
  const soon = reason("certificateEndsSoon", { at: "2026-11-30T12:00:00.000Z", days: "2" });
  await speak("en");
  expect(checkWords("certificate", english, soon)).toBe(english);
  await speak("de");
  expect(checkWords("certificate", english, soon)).toBe(
    "Das Zertifikat läuft am 30.11.2026 ab, in 2 Tagen. Erneuern Sie es.",
  );
  const silent = reason("noAnswer", { host: "b.test", failure: "dns" });
  expect(checkWords("others", "b.test did not answer.", silent)).toBe(
    "b.test hat nicht geantwortet: Der Name wurde nicht gefunden.",
  );
  const values = { has: "some", names: "a.test, b.test, c.test", more: "2", name: "d.test" };
  expect(checkWords("own", english, reason("certificateOtherHost", values))).toBe(
    "Das Zertifikat gilt für a.test, b.test, c.test und 2 weitere, nicht für d.test. Besorgen Sie eines für d.test.",
  );
});

test("of a server that gives no reason, or one of a later version, it is told as it came", async () => {
  await speak("de");
  expect(checkWords("own", "The moon is full.", undefined)).toBe("Der Server sagt: The moon is full.");
  const later = { code: "fullMoon", values: {} };
  expect(checkWords("own", "The moon is full.", later)).toBe("Der Server sagt: The moon is full.");
});
