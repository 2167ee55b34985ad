/** A conversation and the list beside it: what keys act on, what is seen of it, what comes back, and what was never there. */
import { prepare, send } from "@posthorn/client";
import { uuidV7 } from "@posthorn/protocol";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  composer,
  hasValue,
  startWebClients,
  type WebClient,
  type WebClients,
} from "../src/browser/index.ts";
import { importMails, makeMail } from "../src/import-mail.ts";
import { joinAs, type TestPerson } from "../src/people.ts";
import { picture } from "../src/picture.ts";

const slow = 120_000;
const patience = { timeout: 15_000 };
const letters = 26;

let clients: WebClients;
let alice: TestPerson;
let bob: TestPerson;
let client: WebClient;
let page: Page;
let thread: string;

beforeAll(async () => {
  clients = await startWebClients();
  alice = await joinAs(clients.net, clients.net.node("alpha"), "alice");
  bob = await joinAs(clients.net, clients.net.node("beta"), "bob");
  const carol = await joinAs(clients.net, clients.net.node("beta"), "carol");
  thread = uuidV7(clients.net.clock.now(), clients.net.platform.randomBytes(16));
  await write(bob, { subject: "The trip", body: "Bob says this.", thread });
  await write(carol, { subject: "The trip", body: "Carol says this.", thread });
  for (let number = 1; number <= letters; number++)
    await write(bob, { subject: `Letter ${number}`, body: `What letter ${number} says.` });
  client = await clients.open(clients.net.node("alpha"));
  page = client.page;
  page.setDefaultTimeout(patience.timeout);
  await client.signIn(alice);
  await row("Letter 20").waitFor();
}, slow);
afterAll(() => clients.close());

async function write(
  who: TestPerson,
  draft: { subject: string; body: string; thread?: string },
): Promise<void> {
  const { message } = await prepare(who.session, { ...draft, from: who.address, to: [alice.address] });
  await send(who.session, message);
}

function row(subject: string, where: Page = page): Locator {
  return where.getByRole("row", { name: new RegExp(`${subject}\\b`) });
}

function reader(): Locator {
  return page.locator("article[data-part=reader]");
}

async function press(...keys: string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}

async function open(subject: string): Promise<void> {
  await row(subject).click();
  await page.getByRole("heading", { name: subject, level: 1 }).waitFor();
}

test("the first row that was archived comes back in sight, and where the next key will act is marked", async () => {
  await row("Letter 26").focus();
  await press("e");
  await row("Letter 26").waitFor({ state: "detached" });
  await expect.poll(() => row("Letter 25").getAttribute("data-marked"), patience).toBe("");
  await press("z");
  await row("Letter 26").waitFor();
  await expect.poll(() => page.getByRole("grid").evaluate((grid) => grid.scrollTop), patience).toBe(0);
  expect(await page.getByRole("button", { name: /^\d+ new$/ }).count()).toBe(0);
  await press("g", "l");
  await page.getByRole("heading", { name: "Nothing snoozed" }).waitFor();
  await press("g", "i");
  await row("Letter 26").waitFor();
});

test("who reads on by a key sees in the list where they are", async () => {
  await open("Letter 26");
  for (let number = 25; number >= 8; number--) {
    await press("j");
    await page.getByRole("heading", { name: `Letter ${number}`, exact: true, level: 1 }).waitFor();
  }
  const list = await page.getByRole("grid").boundingBox();
  const here = await row("Letter 8").boundingBox();
  expect(here?.y).toBeLessThan((list?.y ?? 0) + (list?.height ?? 0) - 40);
});

test("Ctrl+A while one reads chooses words, not letters, and the next key acts on what is open", async () => {
  await reader().getByText("What letter 8 says.").click();
  await press("Control+a");
  expect(await page.getByText(/selected$/).count()).toBe(0);
  expect(await page.evaluate(() => getSelection()?.toString())).toContain("What letter 8 says.");
  await press("e");
  await row("Letter 8").waitFor({ state: "detached" });
  await row("Letter 9").waitFor();
  await press("z");
  await row("Letter 8").waitFor();
});

test("what is opened by its address can be acted on, wherever it lies", async () => {
  await open("Letter 7");
  const address = page.url();
  await reader()
    .getByRole("button", { name: /^Archive/ })
    .click();
  await row("Letter 7").waitFor({ state: "detached" });
  await page.goto(address);
  await page.getByRole("heading", { name: "Letter 7", level: 1 }).waitFor();
  await reader().getByRole("button", { name: /^Star/ }).click();
  await reader()
    .getByRole("button", { name: /^Remove star|^Unstar/ })
    .waitFor();
  await reader()
    .getByRole("button", { name: /^Archive/ })
    .click();
  await page.getByText("It is there already. Nothing has changed.").waitFor();
});

test("r answers the message that has the focus, and each message has its own answers", async () => {
  await press("g", "i");
  await open("The trip");
  await reader().getByText("Carol says this.").waitFor();
  await press("p", "p");
  await press("r");
  await composer(page).getByText(bob.address).first().waitFor();
  await press("Escape");
  const first = page.locator("[data-message]").first();
  await first.getByRole("button", { name: "Forward" }).click();
  await hasValue(composer(page).getByLabel("Subject"), "Fwd: The trip");
  await press("Escape");
});

test("a conversation and a label that are not there say so", async () => {
  await page.goto(new URL("/inbox/t999999", page.url()).href);
  await page.getByRole("heading", { name: "This conversation is not here" }).waitFor();
  await page.goto(new URL("/label/f999", page.url()).href);
  await page.getByRole("heading", { name: "This label is not here any more" }).waitFor();
  await page.getByRole("button", { name: "Go to your inbox" }).click();
  await row("Letter 26").waitFor();
});

test("after a first key one that goes nowhere does nothing", async () => {
  await row("Letter 26").focus();
  await press("g", "h");
  await press("g", "#");
  expect(await page.getByRole("dialog").count()).toBe(0);
  await row("Letter 26").waitFor();
});

test("a picture that came with a letter and stands nowhere in it is among its files", async () => {
  const html = '<p>Look</p><img src="cid:shown@far.example">';
  const pictures = { "shown@far.example": picture(40, 30), "attached@far.example": picture(30, 40) };
  await importMails(alice.session, [
    makeMail({ to: alice.address, subject: "From the sea", html, pictures }),
  ]);
  await page.goto(new URL("/inbox", page.url()).href);
  await row("From the sea").click();
  await page.frameLocator("iframe").last().locator("img").waitFor();
  await expect
    .poll(() => reader().getByRole("list", { name: /file/i }).getByRole("listitem").count(), patience)
    .toBe(1);
  expect(client.faults).toEqual([]);
});
