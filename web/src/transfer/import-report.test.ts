import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { speak } from "../words/words.ts";
import { writeReport } from "./import-report.ts";

beforeAll(() => vi.stubGlobal("document", { documentElement: {} }));
afterAll(async () => {
  await speak("en");
  vi.unstubAllGlobals();
});

const refused = {
  why: "refused",
  within: "Old.mbox",
  subject: "Hello",
  from: "eve@b.test",
  code: "badRequest",
  sentence: "This is no mail: it has no header field (RFC 5322 §2.1).",
} as const;

test("what a server has refused is told in the language of the page", async () => {
  await speak("de");
  const report = writeReport([refused]);
  expect(report).toContain("Sie wurde abgelehnt. Der Server kann sie nicht als E-Mail aufnehmen.");
  expect(report).not.toContain("header field");
});

test("in English it is told as the server has said it, and so is what there are no words for", async () => {
  await speak("en");
  expect(writeReport([refused])).toContain("It was refused. This is no mail: it has no header field");
  await speak("de");
  expect(writeReport([{ ...refused, code: "ofALaterVersion" }])).toContain(refused.sentence);
});
