/** What is kept of mail in a real browser: IndexedDB in a dedicated worker, one tab, two tabs, and tabs that are closed. */
import { fileURLToPath } from "node:url";
import { storeCases } from "@posthorn/client/store-cases";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openBrowser, type ServedBundle, serveBundle } from "../src/browser/index.ts";
import type { LocalInput, LocalOutput } from "../src/browser/local-page.ts";
import type { LocalSteps } from "../src/browser/local-worker.ts";

let bundle: ServedBundle;
let browser: Browser;
beforeAll(async () => {
  bundle = await serveBundle(fileURLToPath(import.meta.resolve("../src/browser/local.html")));
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  await bundle.stop();
});

/** A browser of its own, with nothing stored. */
function newContext(): Promise<BrowserContext> {
  return browser.newContext();
}

async function newTab(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await page.goto(bundle.origin);
  return page;
}

/** Has a tab's worker do something. */
function on<Step extends keyof LocalSteps>(
  page: Page,
  step: Step,
  input: LocalInput<Step>,
): Promise<LocalOutput<Step>> {
  return page.evaluate<LocalOutput<Step>>(
    `doLocalStep(${JSON.stringify(step)}, ${JSON.stringify(input ?? null)})`,
  );
}

test.each([
  { which: "a browser", isOlder: false },
  { which: "an older browser", isOlder: true },
])("in $which it does what every store does", async ({ isOlder }) => {
  const tab = await newTab(await newContext());
  expect(await on(tab, "runCases", { isOlder })).toEqual(
    storeCases.map(({ name }) => ({ name, found: "so it is" })),
  );
});

test("two tabs have the same, and each hears what the other changes", async () => {
  const context = await newContext();
  const [one, two] = [await newTab(context), await newTab(context)];
  await on(two, "listen", undefined);
  await on(one, "put", { from: 0, count: 3 });
  expect(await on(two, "count", undefined)).toBe(3);
  await expect.poll(() => on(two, "heard", undefined)).toBe(1);
  await on(two, "put", { from: 3, count: 1 });
  expect(await on(one, "count", undefined)).toBe(4);
});

test("of a transaction in the middle of which its tab is closed nothing is left", async () => {
  const context = await newContext();
  const [one, two] = [await newTab(context), await newTab(context)];
  await on(one, "put", { from: 0, count: 3 });
  expect(await on(one, "stayInTheMiddle", { from: 3, count: 1_000 })).toBe(1_003);
  await one.close();
  expect(await on(two, "count", undefined)).toBe(3);
  await on(two, "put", { from: 3, count: 1 });
  expect(await on(two, "count", undefined)).toBe(4);
});

test("a lock is held by one tab, and by the next when that is closed", async () => {
  const context = await newContext();
  const [one, two] = [await newTab(context), await newTab(context)];
  expect(await on(one, "holdLock", { name: "sync" })).toBe("held");
  expect(await on(two, "getLock", { name: "sync", withinMs: 50 })).toBe(false);
  await one.close();
  expect(await on(two, "getLock", { name: "sync", withinMs: 30_000 })).toBe(true);
});

test("when there is no room left that is said, what was there stays, and it can be begun anew", async () => {
  const context = await newContext();
  const tab = await newTab(context);
  const tools = await context.newCDPSession(tab);
  // Before anything is kept, for the browser remembers for a while how much room there was.
  const quota = { origin: bundle.origin, quotaSize: 1_000_000 };
  await tools.send("Storage.overrideQuotaForOrigin", quota);
  await on(tab, "put", { from: 0, count: 3 });
  expect(await on(tab, "fill", { count: 300 })).toBe("full");
  expect(await on(tab, "count", undefined)).toBe(3);
  await on(tab, "remove", undefined);
  expect(await on(tab, "count", undefined)).toBe(0);
  await on(tab, "put", { from: 0, count: 4 });
  expect(await on(tab, "count", undefined)).toBe(4);
});

test("with 30,000 letters the newest fifty are there at once", async ({ annotate }) => {
  const tab = await newTab(await newContext());
  const took = await on(tab, "measure", { count: 30_000 });
  await annotate(JSON.stringify(took));
  // Ten times what a quiet machine takes, so that only a slowness of another kind fails.
  expect(took.pageMs).toBeLessThan(50);
});
