/**
 * Crypto, the wire and the SDK in a real browser: in a dedicated worker, bundled as for people, under a policy that lets
 * nothing else in. What they find in every vector file is held here against what the file says, by the cases that Node's
 * own tests run.
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { availableBackends } from "@posthorn/crypto/parts";
import { type VectorCase, xWingFiles } from "@posthorn/crypto/vector-cases";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type OpenPage,
  openBrowser,
  openPage,
  type ServedBundle,
  serveBundle,
} from "../src/browser/index.ts";
import type { VectorQuestion } from "../src/browser/vectors-worker.ts";
import { plainFiles } from "../src/vector-cases/index.ts";

const folder = new URL("../../vectors/", import.meta.url);
const textOf = (file: string) => readFileSync(new URL(file, folder), "utf8");
const [nodesOwn] = await availableBackends();
if (nodesOwn === undefined) throw new Error("Node has no X-Wing.");
const xWing = nodesOwn;

/** What the browser is to find. */
const expectedOf = (cases: readonly VectorCase[]) =>
  cases.map(({ name, expected }) => ({ name, found: expected }));
const ofXWing = Object.entries(xWingFiles).map(([file, casesOf]) => {
  const expected = expectedOf(casesOf(textOf(file), xWing));
  return { file, count: expected.length, expected };
});
const ofOthers = Object.entries(plainFiles).map(([file, casesOf]) => {
  const expected = expectedOf(casesOf(textOf(file)));
  return { file, count: expected.length, expected };
});

test("every vector file that names a test of its own is run in a browser", () => {
  const readme = textOf("README.md").split("\n### ").slice(1);
  const named = readme
    .filter((section) => /`(?:crypto|protocol|testnet)\/src\//.test(section))
    .map((section) => section.slice(0, section.indexOf("\n")));
  expect(named.length).toBeGreaterThan(0);
  const run = new Set([...Object.keys(xWingFiles), ...Object.keys(plainFiles)]);
  expect([...run].sort()).toEqual(named.sort());
  expect(readdirSync(folder)).toEqual(expect.arrayContaining(named));
});

let bundle: ServedBundle;
beforeAll(async () => {
  bundle = await serveBundle(fileURLToPath(import.meta.resolve("../src/browser/vectors.html")));
});
afterAll(() => bundle.stop());

describe.each([
  {
    which: "a browser without post-quantum cryptography of its own",
    args: ["--disable-blink-features=WebCryptoPQC"],
    available: ["javascript"],
  },
  {
    which: "a browser with all of it",
    args: ["--enable-blink-features=WebCryptoPQC"],
    available: ["platform", "composed", "javascript"],
  },
])("in $which", ({ args, available }) => {
  let browser: Browser;
  let open: OpenPage;
  beforeAll(async () => {
    browser = await openBrowser(args);
    open = await openPage(browser, bundle.origin);
  });
  afterAll(() => browser.close());

  const ask = (question: VectorQuestion) =>
    open.page.evaluate((asked) => globalThis.askVectors(asked), question);

  test(`X-Wing is done by “${available[0]}”, the best of ${available.join(", ")}`, async () => {
    expect(await ask({ ask: "backends" })).toEqual({ available, chosen: available[0] });
  });

  test("what one X-Wing encapsulates every other finds", async () => {
    const all = available.flatMap((from) => available.map((to) => ({ from, to, agree: true })));
    expect(await ask({ ask: "agreements" })).toEqual(all);
  });

  test.each(ofXWing)(`$file: $count cases, each with ${available.join(", ")}`, async ({ file, expected }) => {
    for (const backend of available) {
      expect(await ask({ ask: "cases", file, text: textOf(file), backend })).toEqual(expected);
    }
  });

  test.each(ofOthers)("$file: $count cases", async ({ file, expected }) => {
    expect(await ask({ ask: "cases", file, text: textOf(file) })).toEqual(expected);
  });

  test("what is sealed there is opened by Node", async () => {
    const seed = Buffer.alloc(32, 3).toString("base64url");
    const payload = Buffer.from("From a browser.").toString("base64url");
    const letter = await ask({ ask: "letter", seed, payload });
    const cases = xWingFiles["sealed-messages.json"]?.(String(letter), xWing) ?? [];
    expect(await Promise.all(cases.map(({ find }) => find()))).toEqual([payload]);
  });

  test("nothing that it does is at fault or against its policy, which forbids what it should", async () => {
    expect(open.faults).toEqual([]);
    await open.page.evaluate(() => fetch("http://localhost:9").catch(() => undefined));
    expect(open.faults).not.toEqual([]);
    for (const fault of open.faults) expect(fault).toContain("Content Security Policy");
  });
});
