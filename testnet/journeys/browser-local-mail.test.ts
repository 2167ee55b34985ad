/**
 * Somebody's mail kept in a real browser: two tabs of it, one of which keeps it the same as on the server, on pages of that
 * server's own origin and under their policy.
 */
import { fileURLToPath } from "node:url";
import { prepare, send } from "@posthorn/client";
import type { Browser, BrowserContext } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type BundledFiles,
  bundlePage,
  type OpenPage,
  openAppPage,
  openBrowser,
} from "../src/browser/index.ts";
import type { LocalInput, LocalOutput } from "../src/browser/local-page.ts";
import type { LocalSteps } from "../src/browser/local-worker.ts";
import { joinAs, type TestPerson } from "../src/people.ts";
import { startTestnet, type TestNode, type Testnet } from "../src/testnet.ts";

let net: Testnet;
let alpha: TestNode;
let alice: TestPerson;
let bob: TestPerson;
let files: BundledFiles;
let browser: Browser;
/** Two tabs of hers, and another browser. */
let one: OpenPage;
let two: OpenPage;
let other: OpenPage;

beforeAll(async () => {
  net = await startTestnet({ names: ["alpha"], wire: "sockets" });
  alpha = net.node("alpha");
  alice = await joinAs(net, alpha, "alice");
  bob = await joinAs(net, alpha, "bob");
  files = await bundlePage(fileURLToPath(import.meta.resolve("../src/browser/local.html")));
  browser = await openBrowser();
  const context = await newContext();
  one = await openAppPage(context, alpha.endpoint, files);
  two = await openAppPage(context, alpha.endpoint, files);
  other = await openAppPage(await newContext(), alpha.endpoint, files);
});
afterAll(async () => {
  await browser.close();
  await net.close();
});

function newContext(): Promise<BrowserContext> {
  return browser.newContext({ ignoreHTTPSErrors: true });
}

function on<Step extends keyof LocalSteps>(
  { page }: OpenPage,
  step: Step,
  input: LocalInput<Step>,
): Promise<LocalOutput<Step>> {
  return page.evaluate<LocalOutput<Step>>(
    `doLocalStep(${JSON.stringify(step)}, ${JSON.stringify(input ?? null)})`,
  );
}

async function bobWrites(subject: string): Promise<void> {
  const draft = { from: bob.address, to: [alice.address], subject, body: `About ${subject}` };
  const { message } = await prepare(bob.session, draft);
  await send(bob.session, message);
}

async function subjectsOn(open: OpenPage): Promise<unknown[]> {
  return (await on(open, "inbox", { isOffline: false })).map(({ subject }) => subject);
}

const patient = { timeout: 30_000 };

test("her inbox is there in both tabs, read by one of them", async () => {
  await bobWrites("one");
  await on(one, "keepMail", alice);
  await on(two, "keepMail", alice);
  await expect.poll(() => on(one, "status", undefined), patient).toBe("live");
  await expect.poll(() => on(two, "status", undefined), patient).toBe("live");
  await expect.poll(() => subjectsOn(one), patient).toEqual(["one"]);
  expect(await subjectsOn(two)).toEqual(["one"]);
});

test("what comes is in both, and what she does in one is in the other and in another browser", async () => {
  await bobWrites("two");
  await expect.poll(() => subjectsOn(two), patient).toEqual(["two", "one"]);
  await on(other, "keepMail", alice);
  await expect.poll(() => on(other, "status", undefined), patient).toBe("live");
  const [letter] = await on(two, "inbox", { isOffline: false });
  await on(two, "star", { id: letter?.id ?? "" });
  for (const open of [one, other]) {
    await expect
      .poll(async () => (await on(open, "inbox", { isOffline: false }))[0]?.keywords, patient)
      .toEqual(["$flagged"]);
  }
});

test("when the tab that speaks to the server is closed the other goes on", async () => {
  await one.page.close();
  await bobWrites("three");
  await expect.poll(() => subjectsOn(two), patient).toEqual(["three", "two", "one"]);
});

test("without a network what was opened is there, and what she does is done when there is one again", async () => {
  await two.page.context().setOffline(true);
  const [letter, ...others] = await on(two, "inbox", { isOffline: true });
  expect([letter, ...others].map((email) => email?.subject)).toEqual(["three", "two", "one"]);
  await on(two, "star", { id: letter?.id ?? "" });
  expect((await on(two, "inbox", { isOffline: true }))[0]?.keywords).toEqual(["$flagged"]);
  await two.page.context().setOffline(false);
  await expect
    .poll(async () => (await on(other, "inbox", { isOffline: false }))[0]?.keywords, { timeout: 60_000 })
    .toEqual(["$flagged"]);
});
