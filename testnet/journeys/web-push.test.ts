/** Notifications of a browser whose pages are closed: what its push service is told, and what becomes of it. */
import { sql } from "@posthorn/server";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  hasCount,
  hoursAroundNow,
  type NotificationCentre,
  openSettings,
  startNotified,
  startWebClients,
  type WebClient,
  type WebClients,
} from "../src/browser/index.ts";
import { joinAs, type TestPerson, writeAs } from "../src/people.ts";
import { type PushService, startPushService } from "../src/push-service.ts";

let clients: WebClients;
let service: PushService;
let ana: TestPerson;
let bo: TestPerson;
let client: WebClient;
let centre: NotificationCentre;

beforeAll(async () => {
  clients = await startWebClients({ settings: { screening: "yes" } });
  service = await startPushService(clients.net);
  ({ ana, bo, client, centre } = await startNotified(clients, ({ context }) => service.serve(context)));
}, 120_000);
afterAll(async () => {
  await service.close();
  await clients.close();
});

const within = { timeout: 20_000 };
const isOn = (page: Page) =>
  page.getByText("You are told of new mail, also while Posthorn is closed.").waitFor();
const switchHere = (page: Page) => page.getByRole("switch", { name: "Notifications in this browser" });

/** Runs in a page: what is left for the service worker to say. */
async function readWords(): Promise<string> {
  return (await (await caches.match("/notifications/words"))?.text()) ?? "";
}

/** What has come at the push service after so many, the first of it, is given to the browser. */
async function bring(after: number): Promise<Record<string, unknown>> {
  await expect.poll(() => service.received.length, within).toBeGreaterThan(after);
  const said = service.received[after]?.said ?? {};
  await centre.push(said);
  return said;
}

test("who turns it on below their first mail is told so once the push service has proven to come through", async () => {
  const { page } = client;
  const ask = page.getByRole("region", { name: "Get notified about people you know?" });
  await writeAs(bo, ana, "The first");
  await ask.getByRole("button", { name: "Turn on" }).click();
  await ask.waitFor({ state: "detached" });
  await openSettings(client, "Notifications");
  await page.getByText("The push service of your browser has not sent its first message yet.").waitFor();
  expect(await bring(0)).toMatchObject({ "@type": "PushVerification" });
  await isOn(page);
  await page.reload();
  await isOn(page);
  expect(await centre.shown()).toEqual([]);
});

test("while no page is open the push service hears of what comes into the inbox alone, and the browser shows that it has", async () => {
  const { page, context } = client;
  const stranger = await joinAs(clients.net, clients.net.node("beta"), "stranger");
  const blank = await context.newPage();
  await page.close();
  await centre.toolsAt(blank);
  await writeAs(stranger, ana, "You do not know me");
  await writeAs(bo, ana, "You know me");
  const said = await bring(1);
  expect(said).toMatchObject({ "@type": "StateChange" });
  const [types = {}] = Object.values(Object(said.changed));
  expect(Object.keys(Object(types))).toEqual(["InboxDelivery"]);
  const told = { title: "New message", body: ana.address, silent: false };
  await expect.poll(() => centre.shown(), within).toMatchObject([told]);
  expect(JSON.stringify(service.received)).not.toContain("You know me");
  expect(service.received).toHaveLength(2);
  await centre.press("New message");
  expect(await centre.opened()).toEqual(["/inbox"]);
  expect(await centre.shown()).toEqual([]);
  client.page = await context.newPage();
  await client.page.goto(new URL("/settings/notifications", page.url()).href);
  await blank.close();
  await centre.toolsAt(client.page);
  await isOn(client.page);
});

test("in quiet hours what the push service brings while no page is open makes no sound", async () => {
  const { page, context } = client;
  await page.getByRole("switch", { name: "Quiet hours" }).click();
  const { from, to } = hoursAroundNow();
  await page.getByLabel("From").fill(from);
  await page.getByLabel("To", { exact: true }).fill(to);
  await expect.poll(() => page.evaluate(readWords)).toContain(JSON.stringify({ from, to }));
  const blank = await context.newPage();
  await page.close();
  await centre.toolsAt(blank);
  const before = service.received.length;
  await writeAs(bo, ana, "In the night");
  await bring(before);
  await expect.poll(() => centre.shown(), within).toMatchObject([{ title: "New message", silent: true }]);
  client.page = await context.newPage();
  await client.page.goto(page.url());
  await blank.close();
  await centre.toolsAt(client.page);
  // Whoever looks has been told.
  await expect.poll(() => centre.shown(), within).toEqual([]);
});

test("a browser whose push service has dropped it is told anew at the next start, and says since when it was not", async () => {
  const { page } = client;
  const before = service.received.length;
  await page.evaluate(() => localStorage.removeItem("test.push"));
  await page.reload();
  await page.getByText(/notifications may have been off since/).waitFor();
  expect(await bring(before)).toMatchObject({ "@type": "PushVerification" });
  await isOn(page);
  expect(service.received[before]?.path).not.toBe(service.received[0]?.path);
});

test("who wants nothing told is woken for nothing, and again when they want it, as if nothing had been", async () => {
  const { page } = client;
  const before = service.received.length;
  const which = page.getByRole("combobox", { name: "Tell me of" });
  await which.selectOption("Nothing");
  await page.getByText("You have chosen to be told of nothing.").waitFor();
  await expect
    .poll(() => page.evaluate(() => localStorage.getItem("posthorn.told")))
    .toContain('"push":null');
  await writeAs(bo, ana, "Told to nobody");
  await which.selectOption("People you know");
  expect(await bring(before)).toMatchObject({ "@type": "PushVerification" });
  await isOn(page);
  await hasCount(page.getByText(/may have been off/), 0);
});

test("what is turned off is gone at the browser and at the server", async () => {
  const { page } = client;
  const before = service.received.length;
  await switchHere(page).click();
  await expect.poll(() => switchHere(page).getAttribute("aria-checked")).toBe("false");
  await expect.poll(() => page.evaluate(() => localStorage.getItem("test.push"))).toBeNull();
  await page.getByText("Saved").first().waitFor();
  await writeAs(bo, ana, "Told to nobody");
  await switchHere(page).click();
  // The first that comes is for the new one.
  expect(await bring(before)).toMatchObject({ "@type": "PushVerification" });
  await isOn(page);
});

async function signOut(page: Page): Promise<void> {
  await page.getByRole("button", { name: /^Account/ }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("Address", { exact: true }).waitFor();
}

const subscribed = async () =>
  (await clients.net.node("alpha").server.store.read.all(sql`SELECT id FROM push_subscription`)).length;

/** The server finds when the next letter comes that nobody is there any more. */
async function nobodyIsPushedTo(): Promise<void> {
  const before = service.received.length;
  await writeAs(bo, ana, "After she has left");
  await expect.poll(subscribed, within).toBe(0);
  expect(service.received).toHaveLength(before);
  expect(await centre.shown()).toEqual([]);
}

test("who signs out leaves the push service too: the server has nobody to push to, and nothing that was shown stays", async () => {
  const { page } = client;
  await page.getByRole("switch", { name: "Quiet hours" }).click();
  await expect.poll(() => page.evaluate(readWords)).toContain('"quiet":null');
  await centre.look(false);
  await writeAs(bo, ana, "Before she leaves");
  await expect.poll(() => centre.shown(), within).toMatchObject([{ body: "Before she leaves" }]);
  expect(await subscribed()).toBe(1);
  await signOut(page);
  await expect.poll(() => centre.shown(), within).toEqual([]);
  expect(await page.evaluate(() => localStorage.getItem("test.push"))).toBeNull();
  expect(await page.evaluate(readWords)).toBe("");
  await nobodyIsPushedTo();
});

test("who signs out while the push service cannot be reached is shown nothing either, and leaves it with the next start", async () => {
  const { page } = client;
  const before = service.received.length;
  await client.signIn(ana);
  await openSettings(client, "Notifications");
  await switchHere(page).click();
  await bring(before);
  await isOn(page);
  await centre.look(false);
  await writeAs(bo, ana, "Before she leaves again");
  await expect.poll(() => centre.shown(), within).toMatchObject([{ body: "Before she leaves again" }]);
  await page.evaluate(() => localStorage.setItem("test.pushUnreachable", "yes"));
  await signOut(page);
  await expect.poll(() => centre.shown(), within).toEqual([]);
  expect(await page.evaluate(readWords)).toBe("");
  expect(await page.evaluate(() => localStorage.getItem("test.push"))).not.toBeNull();
  await nobodyIsPushedTo();
  await page.evaluate(() => localStorage.removeItem("test.pushUnreachable"));
  await page.reload();
  await expect.poll(() => page.evaluate(() => localStorage.getItem("test.push")), within).toBeNull();
  expect(client.faults).toEqual([]);
});
