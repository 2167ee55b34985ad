/** A letter to a server that does not answer: it is said that it waits, where, and what to do, wherever one looks. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  composer,
  hasCount,
  hasValue,
  startWebClients,
  type WebClient,
  type WebClients,
  writeTo,
} from "../src/browser/index.ts";
import { keepSettings } from "../src/own-records.ts";
import { joinAs } from "../src/people.ts";

let clients: WebClients;
let alice: WebClient;
let page: Page;

beforeAll(async () => {
  clients = await startWebClients();
  const writer = await joinAs(clients.net, clients.net.node("alpha"), "alice");
  await keepSettings(writer.session, { undoS: 4 });
  alice = await clients.open(clients.net.node("alpha"));
  page = alice.page;
  page.setDefaultTimeout(20_000);
  await alice.signIn(writer);
  await page.getByText("Up to date").waitFor();
}, 120_000);
afterAll(() => clients.close());

const silent = "eve@nowhere.test";
const row = () => page.getByRole("row", { name: /Anybody there/ });
const status = (words: RegExp | string) => page.getByRole("status").getByText(words);

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
    "nowhere.test is not answering. Check the address. It waits on this device and is tried again by itself; take it back to edit it.",
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
    "nowhere.test antwortet nicht. Prüfen Sie die Adresse. Er wartet auf diesem Gerät und wird von selbst wieder versucht; zum Bearbeiten nehmen Sie ihn zurück.",
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
