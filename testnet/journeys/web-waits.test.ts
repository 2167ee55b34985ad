/**
 * A letter on its way is told of as it is: that keys are looked up, that it is being sent, and of one to a server that does not
 * answer that it waits, where, until when, and what to do.
 */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  composer,
  hasCount,
  hasValue,
  received,
  startWebClients,
  type WebClient,
  type WebClients,
  writeTo,
} from "../src/browser/index.ts";
import { busyProblem } from "../src/busy-server.ts";
import { keepSettings } from "../src/own-records.ts";
import { joinAs, type TestPerson } from "../src/people.ts";

let clients: WebClients;
let alice: WebClient;
let page: Page;
let bob: TestPerson;

beforeAll(async () => {
  clients = await startWebClients();
  const writer = await joinAs(clients.net, clients.net.node("alpha"), "alice");
  bob = await joinAs(clients.net, clients.net.node("beta"), "bob");
  await keepSettings(writer.session, { undoS: 4 });
  alice = await clients.open(clients.net.node("alpha"));
  page = alice.page;
  page.setDefaultTimeout(20_000);
  await alice.signIn(writer);
  await page.getByText("Up to date").waitFor();
}, 120_000);
afterAll(() => clients.close());

const silent = "eve@nowhere.test";
const busy = {
  status: 503,
  contentType: "application/problem+json",
  body: JSON.stringify(busyProblem),
};
const row = () => page.getByRole("row", { name: /Anybody there/ });
const status = (words: RegExp | string) => page.getByRole("status").getByText(words);

test("whoever waits long to be let in is told so, can give it up, and is let in when they try again", async () => {
  const other = await clients.open(clients.net.node("beta"));
  const sheet = other.page;
  await sheet.route("**/auth/login/**", () => undefined);
  await sheet.getByLabel("Address", { exact: true }).fill(bob.address);
  await sheet.getByRole("textbox", { name: "Password" }).fill(bob.password);
  await sheet.getByRole("button", { name: "Sign in" }).click();
  await sheet.getByRole("status").getByText("Still waiting for the server to answer …").waitFor();
  await sheet.getByRole("button", { name: "Cancel" }).click();
  await sheet.getByText("Stopped.").waitFor();
  await sheet.locator("[type=submit]:focus").getByText("Sign in").waitFor();
  await hasCount(sheet.getByRole("alert"), 0);
  await sheet.unrouteAll({ behavior: "ignoreErrors" });
  await sheet.getByRole("button", { name: "Sign in" }).click();
  await sheet.getByRole("heading", { name: "Inbox" }).waitFor();
  expect(other.faults).toEqual([]);
  await other.context.close();
});

test("whoever waits long for their account to be recovered can give that up, and recovers it when they try again", async () => {
  const cleo = await joinAs(clients.net, clients.net.node("beta"), "cleo");
  const other = await clients.open(clients.net.node("beta"));
  const sheet = other.page;
  await sheet.route("**/auth/recover/**", () => undefined);
  await sheet.getByLabel("Address", { exact: true }).fill(cleo.address);
  await sheet.getByRole("button", { name: "Use your recovery phrase" }).click();
  await sheet.getByLabel("Recovery phrase").fill(cleo.recoveryPhrase);
  await sheet.getByRole("textbox", { name: "New password" }).fill("cleo was patient");
  await sheet.getByRole("button", { name: "Open my account" }).click();
  await sheet.getByRole("status").getByText("Still waiting for the server to answer …").waitFor();
  await sheet.getByRole("button", { name: "Cancel" }).click();
  await sheet.getByText("Stopped. If the server had the new password already").waitFor();
  await sheet.locator("[type=submit]:focus").getByText("Open my account").waitFor();
  await hasCount(sheet.getByRole("alert"), 0);
  await sheet.unrouteAll({ behavior: "ignoreErrors" });
  await sheet.getByRole("button", { name: "Open my account" }).click();
  await sheet.getByRole("heading", { name: "Inbox" }).waitFor();
  expect(other.faults).toEqual([]);
  await other.context.close();
});

test("while the keys of a recipient are looked up that is said, and that it is being sent once it is", async () => {
  const isFound = Promise.withResolvers<void>();
  await page.route("**/keys/**", async (route) => {
    await isFound.promise;
    await route.continue();
  });
  await writeTo(page, bob.address, "Who are you?", "Hello Bob");
  await page.keyboard.press("Control+Enter");
  await status(`Looking up the keys of ${bob.address} …`).waitFor();
  await hasCount(composer(page), 0);
  await hasCount(status(/^Sending in/), 0);
  isFound.resolve();
  await status("Sending in 4 s").waitFor();
  await hasCount(status(/^Looking up the keys/), 0);
  await received(bob, "alice", "Who are you?");
  await page.unrouteAll({ behavior: "ignoreErrors" });
});

test("what the server is too busy for says nothing of a letter: that is not said to wait for a network", async () => {
  await page.route("**/jmap/api", async (route) => {
    const isTold = route.request().postDataBuffer()?.includes("Record/set");
    await (isTold === true ? route.fulfill(busy) : route.continue());
  });
  await writeTo(page, bob.address, "Busy?", "Hello again");
  await status(/^Not up to date: /).waitFor();
  await page.keyboard.press("Control+Enter");
  await status("Sending in 4 s").waitFor();
  await received(bob, "alice", "Busy?");
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await page.getByText("Up to date").waitFor();
});

test("who sends it is told that it waits, and the list of what was done does not say that it was sent", async () => {
  await writeTo(page, silent, "Anybody there?", "Hello Eve");
  await composer(page)
    .getByRole("button", { name: /nowhere\.test is not answering/ })
    .waitFor();
  await page.keyboard.press("Control+Enter");
  await status("Waits on this device until nowhere.test answers").waitFor();
  await hasCount(composer(page), 0);
  await page.getByText("1 letter waits", { exact: true }).waitFor();
  await hasCount(page.getByText("Up to date"), 0);
  await page.getByRole("button", { name: "What you did last" }).click();
  const done = page.getByRole("region", { name: "What you did" }).getByRole("listitem").first();
  await done.getByText("Letter to eve@nowhere.test").waitFor();
  await done.getByText("Waits to be sent").waitFor();
  await page.keyboard.press("Escape");
});

test("a phone says it above the mail, and leads to it; there the list says why, and the letter what happens next", async () => {
  await page.setViewportSize({ width: 390, height: 800 });
  const line = status(/^A letter waits on this device: nowhere\.test is not answering\. Check the address\./);
  await line.waitFor();
  await line.getByRole("button", { name: "Show" }).click();
  await row().getByText("Not sent yet: nowhere.test is not answering. Check the address.").waitFor();
  await row().click();
  await status(
    /^nowhere\.test is not answering\. Check the address\. It waits on this device, next try \d{1,2}:\d\d; take it back to edit it\.$/,
  ).waitFor();
  const said = await page.getByText("Hello Eve").boundingBox();
  const title = await page.getByRole("heading", { name: "Anybody there?" }).boundingBox();
  expect(said?.x).toBe(title?.x);
  await page.setViewportSize({ width: 1440, height: 900 });
});

test("a German page says it in German", async () => {
  await page.goto(new URL("/settings/appearance", page.url()).href);
  await page.getByRole("combobox", { name: "Language" }).selectOption("de");
  await status(/^Ein Brief wartet auf diesem Gerät: nowhere\.test antwortet nicht\. Prüfen Sie die Adresse\./)
    .getByRole("button", { name: "Zeigen" })
    .click();
  await row()
    .getByText("Noch nicht gesendet: nowhere.test antwortet nicht. Prüfen Sie die Adresse.")
    .waitFor();
  await row().click();
  await status(
    /^nowhere\.test antwortet nicht\. Prüfen Sie die Adresse\. Er wartet auf diesem Gerät, nächster Versuch \d{1,2}:\d\d; zum Bearbeiten nehmen Sie ihn zurück\.$/,
  ).waitFor();
  await page.goto(new URL("/settings/appearance", page.url()).href);
  await page.getByRole("combobox", { name: "Sprache" }).selectOption("en");
});

test("taken back it is a letter to be edited, and nothing waits any more", async () => {
  await page.goto(new URL("/drafts", page.url()).href);
  await row().click();
  await page.getByRole("button", { name: "Take back and edit" }).click();
  await hasValue(composer(page).getByLabel("Subject"), "Anybody there?");
  await composer(page)
    .getByRole("button", { name: /nowhere\.test is not answering/ })
    .waitFor();
  await hasCount(status(/^A letter waits on this device/), 0);
  await page.getByText("Up to date").waitFor();
  expect(alice.faults).toEqual([]);
});
