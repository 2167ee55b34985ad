/** Every page there is, and every dialog and menu that opens over one, bars nobody: by the rules of WCAG, in light and in dark. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findBarriers } from "../src/browser/find-barriers.ts";
import { openClient, type WebClient } from "../src/browser/web-client.ts";
import { type Seeded, seedMailbox } from "../src/looks/mailbox.ts";
import { home, openStage, type Stage } from "../src/looks/stage.ts";
import { keepSettings } from "../src/own-records.ts";

const slow = 400_000;

let stage: Stage;
let seeded: Seeded;
let client: WebClient;
let page: Page;

beforeAll(async () => {
  stage = await openStage();
  seeded = await seedMailbox(stage.net, stage.wall);
  await keepSettings(seeded.owner.session, { templateThanks: "Thanks\nDear {{name}}, thank you." });
  client = await openClient(stage.browser, stage.net.node(home), { timezoneId: stage.wall.zone });
  page = client.page;
  page.setDefaultTimeout(30_000);
}, slow);
afterAll(() => stage.close());

const settings = [
  "",
  ..."profile appearance keyboard notifications identities templates labels rules away screener privacy devices".split(
    " ",
  ),
  ..."recovery import export storage developer deletion about".split(" "),
];
const admin = ["overview", "users", "queue", "peers", "policy"];
const places = ["later", "starred", "drafts", "archive", "spam", "trash", "all"];

/** Goes there, waits until it shows what it has, and says what bars somebody. */
async function barriersAt(path: string): Promise<string[]> {
  await page.goto(new URL(path, page.url()).href);
  await page.getByRole("heading", { level: 1 }).first().waitFor({ state: "attached" });
  await page.locator("[data-waiting]").first().waitFor({ state: "detached" });
  return findBarriers(page);
}

async function lookAt(paths: readonly string[]): Promise<void> {
  const found: [string, string[]][] = [];
  for (const path of paths) found.push([path, await barriersAt(path)]);
  expect(found.filter(([, barriers]) => barriers.length > 0)).toEqual([]);
}

test(
  "the ways in bar nobody, whole or broken",
  async () => {
    await lookAt([
      "/sign-in",
      "/recover",
      "/link",
      "/link#broken",
      "/welcome/AAAAAAAAAAAAAAAAAAAAAA",
      "/reset#broken",
      "/setup#broken",
    ]);
    await page.goto(new URL("/sign-in", page.url()).href);
    await client.signIn(seeded.owner);
  },
  slow,
);

test("no place of mail does, full or empty", () => lookAt(places.map((name) => `/${name}`)), slow);

test("no settings do", () => lookAt(settings.map((topic) => `/settings/${topic}`)), slow);

test("no page of the operator's does", () => lookAt(admin.map((topic) => `/admin/${topic}`)), slow);

test(
  "nor does an address at which there is nothing, or a conversation that is not there",
  () => lookAt(["/nowhere", "/inbox/tnothing"]),
  slow,
);

/** What opens over a page, and how. */
const overlays: readonly (readonly [string, () => Promise<unknown>])[] = [
  ["the palette", () => page.keyboard.press("Control+k")],
  ["the keys", () => page.keyboard.press("?")],
  ["labels", () => press("l")],
  ["moving", () => press("v")],
  ["snoozing", () => press("b")],
  ["all that can be done", () => press(".")],
];

/** A key on the row of a conversation. */
async function press(key: string): Promise<void> {
  await page.getByRole("row").filter({ hasText: "Tickets for the ferry" }).first().focus();
  await page.keyboard.press(key);
}

test(
  "what opens over the list bars nobody, and Escape leads back",
  async () => {
    await page.goto(new URL("/inbox", page.url()).href);
    await page.getByRole("row").filter({ hasText: "Tickets for the ferry" }).first().waitFor();
    const found: [string, string[]][] = [];
    for (const [name, open] of overlays) {
      await open();
      await page.getByRole("dialog").first().waitFor();
      found.push([name, await findBarriers(page)]);
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").first().waitFor({ state: "detached" });
    }
    expect(found.filter(([, barriers]) => barriers.length > 0)).toEqual([]);
  },
  slow,
);

test(
  "a letter in its corner, when it is sent and how, bars nobody",
  async () => {
    await page.keyboard.press("c");
    await page.getByRole("textbox", { name: "Subject" }).fill("To be sent later");
    expect(await findBarriers(page)).toEqual([]);
    await page.getByRole("button", { name: "More ways to send" }).click();
    expect(await findBarriers(page)).toEqual([]);
    await page.getByRole("button", { name: "Send later …" }).click();
    await page.getByRole("dialog", { name: "Send later" }).waitFor();
    expect(await findBarriers(page)).toEqual([]);
    await page.keyboard.press("Escape");
  },
  slow,
);

test(
  "a template that is written, called in a letter, or chosen from all bars nobody",
  async () => {
    const dialog = page.getByRole("dialog", { name: /template/i });
    const letter = page.locator("[data-keys=compose]:visible");
    await page.goto(new URL("/settings/templates", page.url()).href);
    await page.getByRole("button", { name: "New template" }).click();
    await dialog.waitFor();
    expect(await findBarriers(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await page.keyboard.press("c");
    await letter.getByRole("textbox", { name: "Message" }).pressSequentially(";tha");
    await letter.getByRole("option", { name: /Thanks/ }).waitFor();
    expect(await findBarriers(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await letter.getByRole("button", { name: "More formatting" }).click();
    await page.getByRole("button", { name: "Insert a template …" }).click();
    await dialog.waitFor();
    expect(await findBarriers(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
  },
  slow,
);

test(
  "the sidebar over a narrow page bars nobody",
  async () => {
    await page.setViewportSize({ width: 900, height: 1_100 });
    await page.goto(new URL("/inbox", page.url()).href);
    await page.getByRole("button", { name: "Mailboxes", exact: true }).click();
    expect(await findBarriers(page)).toEqual([]);
    expect(client.faults).toEqual([]);
  },
  slow,
);
