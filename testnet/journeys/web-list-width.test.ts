/** How much room a list has: by the hand, by keys, as the device remembers it, and all of it. */
import { prepare, send } from "@posthorn/client";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findBarriers } from "../src/browser/find-barriers.ts";
import { startWebClients, type WebClient, type WebClients } from "../src/browser/index.ts";
import { joinAs } from "../src/people.ts";

const slow = 120_000;
const within = { timeout: 10_000, interval: 50 };

let clients: WebClients;
let client: WebClient;
let page: Page;

beforeAll(async () => {
  clients = await startWebClients();
  const alice = await joinAs(clients.net, clients.net.node("alpha"), "alice");
  const bob = await joinAs(clients.net, clients.net.node("beta"), "bob");
  for (const subject of ["First", "Second", "Third"]) {
    const draft = { from: bob.address, to: [alice.address], subject, body: `What ${subject} says.` };
    await send(bob.session, (await prepare(bob.session, draft)).message);
  }
  client = await clients.open(clients.net.node("alpha"));
  page = client.page;
  page.setDefaultTimeout(10_000);
  await client.signIn(alice);
  await row("First").waitFor();
}, slow);
afterAll(() => clients.close());

const edge = () => page.getByRole("separator", { name: "Width of the list" });
const list = () => page.getByRole("region", { name: "Inbox" });
const reader = () => page.getByRole("article");

function row(subject: string): Locator {
  return page.getByRole("row", { name: new RegExp(subject) });
}

async function hasWidth(width: number): Promise<void> {
  await expect.poll(async () => (await list().boundingBox())?.width, within).toBe(width);
  expect(await edge().getAttribute("aria-valuenow")).toBe(String(width));
}

/** By the hand, so far to the right. */
async function drag(by: number): Promise<void> {
  const box = await edge().boundingBox();
  if (box === null) throw new Error("The border is not to be seen.");
  const [x, y] = [box.x + box.width / 2, box.y + 400];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + by / 2, y, { steps: 4 });
  await page.mouse.move(x + by, y);
  await page.mouse.up();
}

test("the border is drawn to where the hand leaves it, and no further than lists and letters can be read", async () => {
  await hasWidth(400);
  await drag(90);
  await hasWidth(490);
  await drag(300);
  await hasWidth(560);
  await drag(-600);
  await hasWidth(340);
});

test("arrows move it too, and it is where it was left when the page is loaded anew", async () => {
  await edge().focus();
  await page.keyboard.press("ArrowRight");
  await hasWidth(356);
  await page.keyboard.press("End");
  await hasWidth(560);
  await page.keyboard.press("ArrowLeft");
  await hasWidth(544);
  await page.reload();
  await row("First").waitFor();
  await hasWidth(544);
  expect(await findBarriers(page)).toEqual([]);
});

test("a double click sets it back", async () => {
  await edge().dblclick();
  await hasWidth(400);
});

test("where the page is written from right to left, it goes the other way", async () => {
  await page.evaluate(() => {
    document.documentElement.dir = "rtl";
  });
  await drag(-60);
  await hasWidth(460);
  await edge().focus();
  await page.keyboard.press("ArrowLeft");
  await hasWidth(476);
  await page.keyboard.press("Enter");
  await hasWidth(400);
  await page.evaluate(() => {
    document.documentElement.dir = "ltr";
  });
});

test("a wide list has all the room and one line a row, and what is opened takes its place", async () => {
  await page.goto(new URL("/settings/appearance", page.url()).href);
  await page.getByRole("switch", { name: "Wide list" }).click();
  await page.getByRole("link", { name: /^Inbox/ }).click();
  await row("Second").waitFor();
  await expect.poll(async () => (await list().boundingBox())?.width ?? 0, within).toBeGreaterThan(1_000);
  await expect.poll(async () => (await row("Second").boundingBox())?.height, within).toBe(40);
  expect(await edge().count()).toBe(0);
  expect(await findBarriers(page)).toEqual([]);
  await row("Second").click();
  await reader().getByText("What Second says.").waitFor();
  await list().waitFor({ state: "hidden" });
  expect((await reader().boundingBox())?.width ?? 0).toBeGreaterThan(1_000);
  await page.keyboard.press("j");
  await reader().getByText("What First says.").waitFor();
  await page.keyboard.press("u");
  await reader().waitFor({ state: "detached" });
  await expect
    .poll(() => row("First").evaluate((element) => element === document.activeElement), within)
    .toBe(true);
  await page.setViewportSize({ width: 800, height: 900 });
  await expect.poll(async () => (await row("Second").boundingBox())?.height, within).toBe(64);
  expect(client.faults).toEqual([]);
});
