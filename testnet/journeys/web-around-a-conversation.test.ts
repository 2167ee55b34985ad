/** A conversation and the list beside it: what keys act on, what is seen of it, what comes back, and what was never there. */
import { getMailbox, prepare, send } from "@posthorn/client";
import { uuidV7 } from "@posthorn/protocol";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  composer,
  hasValue,
  startWebClients,
  type WebClient,
  type WebClients,
  withoutNetwork,
  writeTo,
} from "../src/browser/index.ts";
import { joinAs, type TestPerson } from "../src/people.ts";

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

/** At its beginning, for it is where it was left. */
async function goToInbox(): Promise<void> {
  // What one points at stays as it is.
  await page.mouse.move(20, 880);
  await page.goto(new URL("/inbox", page.url()).href);
  await page.getByRole("row").first().waitFor();
  await page.getByRole("grid").evaluate((grid) => grid.scrollTo(0, 0));
  await row("Letter 25").waitFor();
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
  await page.getByRole("grid", { name: "Inbox" }).waitFor();
});

test("after a first key one that goes nowhere does nothing", async () => {
  await goToInbox();
  await row("Letter 26").focus();
  await press("g", "h");
  await press("g", "#");
  expect(await page.getByRole("dialog").count()).toBe(0);
  await row("Letter 26").waitFor();
  // Whoever has chosen something and searches is where they were.
  await press("x");
  await page.getByText("1 selected").waitFor();
  await press("/");
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("INPUT");
  expect(new URL(page.url()).pathname).toBe("/inbox");
  await press("Escape");
});

test("a letter that waits for the server can be read, and is a draft again only when somebody says so", async () => {
  await goToInbox();
  await withoutNetwork(client.context, async () => {
    await writeTo(page, bob.address, "From the train", "No network here.");
    await press("Control+Enter");
    await page.getByRole("link", { name: /^Drafts/ }).click();
    await row("From the train").click();
    await page.getByRole("heading", { name: "From the train", level: 1 }).waitFor();
    await reader().getByText("No network here.").waitFor();
    expect(await composer(page).count()).toBe(0);
    await reader().getByRole("button", { name: "Back to the list" }).click();
    await row("From the train").getByTitle("Waits to be sent").waitFor();
    await row("From the train").click();
    await reader().getByRole("button", { name: "Take back and edit" }).click();
    await hasValue(composer(page).getByLabel("Subject"), "From the train");
  });
  await press("Escape");
});

test("who chooses in a dialog or takes something back is where they were", async () => {
  await goToInbox();
  await row("Letter 24").focus();
  await press(".");
  await page.getByRole("dialog").getByRole("option", { name: /^Star/ }).click();
  await expect.poll(focusedRow, patience).toContain("Letter 24");
  await row("Letter 24").getByText("Starred").or(row("Letter 24")).first().waitFor();
  await press("e");
  await row("Letter 24").waitFor({ state: "detached" });
  await page.getByRole("button", { name: /^Undo/ }).click();
  await row("Letter 24").waitFor();
  await expect.poll(focusedRow, patience).toMatch(/Letter \d+/);
});

/** The row that has the focus, by its name. */
async function focusedRow(): Promise<string> {
  return page.evaluate(() => document.activeElement?.closest("[role=row]")?.getAttribute("aria-label") ?? "");
}

test("what was ticked in the list of labels holds however it is left", async () => {
  await goToInbox();
  await row("Letter 23").focus();
  await press("l");
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("combobox").fill("Sea");
  await dialog.getByRole("option", { name: "Make “Sea”" }).click();
  await dialog.getByRole("option", { name: "Sea", exact: true }).waitFor();
  await press("Escape");
  await page.getByRole("link", { name: /^Sea/ }).click();
  await row("Letter 23").waitFor();
});

test("a conversation that is moved out of a label goes as a whole, with what one has said in it oneself", async () => {
  const ofVisit = uuidV7(clients.net.clock.now(), clients.net.platform.randomBytes(16));
  await write(bob, { subject: "The visit", body: "When do you come?", thread: ofVisit });
  const answer = { from: alice.address, to: [bob.address], subject: "The visit", body: "On Friday." };
  await send(alice.session, (await prepare(alice.session, { ...answer, thread: ofVisit })).message);
  await goToInbox();
  await row("The visit").getByText("(2)").waitFor();
  await row("The visit").click();
  await reader().getByText("When do you come?").waitFor();
  await press("l");
  await page.getByRole("dialog").getByRole("combobox").fill("Visits");
  await page.getByRole("option", { name: "Make “Visits”" }).click();
  await page.getByRole("option", { name: "Visits", exact: true }).waitFor();
  await press("Escape");
  await page.getByRole("link", { name: /^Visits/ }).click();
  await row("The visit").click();
  await reader().getByText("When do you come?").waitFor();
  await press("v");
  await page.getByRole("dialog").getByRole("combobox").fill("Archive");
  await page.getByRole("option", { name: "Archive" }).click();
  await row("The visit").waitFor({ state: "detached" });
  await expect.poll(async () => (await getMailbox(alice.session, "Visits")).totalEmails, patience).toBe(0);
});

test("where somebody is in a list is kept when the page is loaded anew", async () => {
  await goToInbox();
  const top = () => page.getByRole("grid").evaluate((grid) => grid.scrollTop);
  await page.getByRole("grid").evaluate((grid) => grid.scrollTo(0, 500));
  await expect.poll(top, patience).toBe(500);
  await page.reload();
  await expect.poll(top, patience).toBe(500);
});

test("who has scrolled through a list goes on with keys from what they see", async () => {
  await goToInbox();
  await page.reload();
  const grid = page.getByRole("grid");
  await grid.waitFor();
  await grid.evaluate((list) => list.scrollTo(0, 640));
  await row("Letter 14").waitFor();
  await press("j");
  await expect
    .poll(() => page.evaluate(() => document.activeElement?.getAttribute("aria-rowindex")))
    .toBe("11");
  expect(await grid.evaluate((list) => list.scrollTop)).toBeGreaterThan(640 - 64);
});

test("after archiving one is where one has chosen to be", async () => {
  await page.goto(new URL("/settings/appearance", page.url()).href);
  await page.getByRole("radio", { name: "Back to the list" }).click();
  await press("g", "i");
  await open("Letter 16");
  await press("e");
  await page.getByRole("heading", { name: "Nothing open" }).waitFor();
  await press("z");
  await row("Letter 16").waitFor();
  await page.goto(new URL("/settings/appearance", page.url()).href);
  await page.getByRole("radio", { name: "Next newer" }).click();
  await press("g", "a");
  await open("Letter 16");
  await press("e");
  await page.getByRole("heading", { name: "Letter 17", level: 1 }).waitFor();
});

test("what is in the trash goes for good when somebody says so, one by one or all of it", async () => {
  await goToInbox();
  for (const number of [24, 22, 21]) {
    await row(`Letter ${number}`).focus();
    await press("#");
    await row(`Letter ${number}`).waitFor({ state: "detached" });
  }
  await page.getByRole("link", { name: "Trash" }).click();
  await row("Letter 24").focus();
  await press("#");
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Keep as it is" }).click();
  await row("Letter 24").focus();
  await press("#");
  await dialog.getByRole("button", { name: "Delete for good" }).click();
  await row("Letter 24").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Empty trash" }).click();
  await page.getByRole("dialog", { name: "Delete 2 conversations for good?" }).waitFor();
  await dialog.getByRole("button", { name: "Delete for good" }).click();
  await page.getByRole("heading", { name: "Trash is empty" }).waitFor();
});

test("what is open in a tab that nobody looks at is read when somebody does", async () => {
  await goToInbox();
  await page.evaluate(() =>
    Object.defineProperty(document, "visibilityState", { configurable: true, get: () => "hidden" }),
  );
  await open("Letter 5");
  await reader().getByText("What letter 5 says.").waitFor();
  const name = () => row("Letter 5").getAttribute("aria-label");
  expect(await name()).toMatch(/^Unread/);
  await page.evaluate(() => {
    Reflect.deleteProperty(document, "visibilityState");
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await expect.poll(name, patience).not.toMatch(/^Unread/);
});

test("what is not understood of a search is said", async () => {
  await page.goto(new URL("/search?q=before%3Afoo", page.url()).href);
  await page.getByText(/“before:foo” is not understood/).waitFor();
});

test("mailboxes over the page have the focus, and Esc leaves them", async () => {
  await page.setViewportSize({ width: 900, height: 800 });
  await goToInbox();
  await page.getByRole("button", { name: "Mailboxes", exact: true }).click();
  const isInSidebar = () =>
    page.evaluate(() => document.activeElement?.closest("[data-part=sidebar]") !== null);
  await expect.poll(isInSidebar, patience).toBe(true);
  await press("Escape");
  await expect.poll(() => page.getByRole("link", { name: /^Inbox/ }).isVisible(), patience).toBe(false);
  expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("Mailboxes");
  // Beside what is open the list is not seen there, and its search is one key away.
  await open("Letter 26");
  await press("/");
  await expect.poll(() => page.evaluate(() => document.activeElement?.tagName), patience).toBe("INPUT");
  await press("Escape");
  await page.setViewportSize({ width: 1440, height: 900 });
});

test("the page has its theme before anything of it is drawn", async () => {
  await page.goto(new URL("/settings/appearance", page.url()).href);
  await page.getByRole("radio", { name: "Dark" }).click();
  const other = await client.context.newPage();
  await other.route("**/assets/*.js", (route) => route.abort());
  await other.goto(page.url(), { waitUntil: "commit" });
  await other.locator("html[data-theme=dark]").waitFor({ state: "attached" });
  await other.close();
  expect(client.faults).toEqual([]);
});
