/** Strangers on cards, and mail that is found by its words: by operators, without a network, and on another device. */
import { prepare, send } from "@posthorn/client";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  pressInRow,
  startWebClients,
  type WebClient,
  type WebClients,
  withoutNetwork,
} from "../src/browser/index.ts";
import { joinAs, type TestPerson } from "../src/people.ts";

const slow = 120_000;
const patienceMs = 10_000;

let clients: WebClients;
let alice: TestPerson;
let bob: TestPerson;
let carol: TestPerson;
let client: WebClient;
let page: Page;

beforeAll(async () => {
  clients = await startWebClients({ settings: { screening: "yes" } });
  const [alpha, beta] = [clients.net.node("alpha"), clients.net.node("beta")];
  alice = await joinAs(clients.net, alpha, "alice");
  bob = await joinAs(clients.net, beta, "bob");
  carol = await joinAs(clients.net, beta, "carol");
  client = await clients.open(alpha);
  page = client.page;
  page.setDefaultTimeout(patienceMs);
  await client.signIn(alice);
}, slow);
afterAll(() => clients.close());

async function write(who: TestPerson, subject: string, body: string): Promise<void> {
  const { message } = await prepare(who.session, { from: who.address, to: [alice.address], subject, body });
  await send(who.session, message);
}

function row(words: RegExp, where: Page = page): Locator {
  return where.getByRole("row", { name: words });
}

async function searchFor(text: string, where: Page = page): Promise<void> {
  await where.keyboard.press("/");
  await where.getByRole("combobox", { name: "Search mail" }).fill(text);
}

test("who writes for the first time waits on a card, outside of the inbox", async () => {
  await write(bob, "Hello from a stranger", "We have met at the fair: https://example.com/fair");
  await page.getByRole("link", { name: /^Screener\s*1/ }).waitFor();
  await page.getByRole("heading", { name: "All clear" }).waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press("e");
  const card = page.getByRole("listitem").filter({ hasText: "Hello from a stranger" });
  await card.getByText("We have met at the fair").waitFor();
  // Nothing in it can be pressed.
  expect(await card.getByRole("link").count()).toBe(0);
  // Nor where the whole of it is read.
  await card.getByRole("button", { name: "Read" }).click();
  const reader = page.locator("article[data-part=reader]");
  await reader.getByText("We have met at the fair: https://example.com/fair").waitFor();
  expect(await reader.getByRole("link").count()).toBe(0);
  await reader.getByText(/^May .* write to you/).waitFor();
  await page.getByRole("button", { name: "Back to the list" }).click();
  await card.getByRole("button", { name: "Accept" }).click();
  await page.getByRole("heading", { name: "No one new" }).waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press("i");
  await row(/Hello from a stranger/).waitFor();
});

test("whoever has written is told that it was delivered, and nothing of what was decided", async () => {
  const dave = await joinAs(clients.net, clients.net.node("beta"), "dave");
  await write(dave, "May I ask", "A question.");
  await page.getByRole("link", { name: /^Screener\s*1/ }).waitFor();
  const his = await clients.open(clients.net.node("beta"));
  await his.signIn(dave);
  await his.page.getByRole("link", { name: "Sent" }).click();
  await row(/May I ask/, his.page)
    .getByTitle("Delivered")
    .waitFor();
  await row(/May I ask/, his.page).click();
  await his.page
    .getByText(/^Delivered/)
    .first()
    .waitFor();
  await his.context.close();
  await page.getByRole("link", { name: /^Screener\s*1/ }).click();
  await page.getByRole("button", { name: "Decline" }).click();
  await page.getByRole("heading", { name: "No one new" }).waitFor();
});

test("who is declined is in Spam, and nobody else is", async () => {
  await write(carol, "Buy this", "Cheap.");
  await page.getByRole("link", { name: /^Screener\s*1/ }).click();
  await page.getByRole("button", { name: "Read" }).click();
  const reader = page.locator("article[data-part=reader]");
  await reader.getByText("Cheap.").waitFor();
  await reader.getByRole("button", { name: "Decline" }).click();
  await page.getByRole("heading", { name: "No one new" }).waitFor();
  await page.getByRole("link", { name: "Spam" }).click();
  await row(/Buy this/).waitFor();
  await page.getByRole("link", { name: /^Inbox/ }).click();
  await row(/Hello from a stranger/).waitFor();
  expect(await row(/Buy this/).count()).toBe(0);
});

test("mail is found while one types, with what was found marked, and how much was searched is said", async () => {
  await write(bob, "Quarterly report", "The harvest of pears was good.");
  await write(bob, "Dinner on Friday", "Bring the quarterly numbers.");
  await write(bob, "Holidays", "Nothing but sun.");
  await row(/Holidays\. Nothing but sun/).waitFor();
  await searchFor("quarter");
  await row(/Quarterly report/).waitFor();
  await row(/Dinner on Friday/).waitFor();
  await page.getByText("2 found").waitFor();
  await page.getByText("Everything searched").waitFor();
  expect(await page.locator("mark").allInnerTexts()).toEqual(expect.arrayContaining(["Quarter", "quarter"]));
  expect(new URL(page.url()).searchParams.get("q")).toBe("quarter");
  expect(await row(/Holidays/).count()).toBe(0);
});

test("Enter searches at once for what is typed by then, and goes to no row that stood there before", async () => {
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.getByRole("heading", { name: "Inbox" }).waitFor();
  // Both in one task, as nobody can type but a quick hand on a slow device does.
  const focused = await page.evaluate(() => {
    const field = document.querySelector<HTMLInputElement>("search input");
    if (field === null) return "no field";
    field.focus();
    document.execCommand("insertText", false, "sun");
    field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
    return document.activeElement?.getAttribute("aria-label") ?? "";
  });
  expect(new URL(page.url()).searchParams.get("q")).toBe("sun");
  expect(focused).not.toMatch(/Quarterly|Dinner/);
  await row(/Holidays/).waitFor();
  expect(await row(/Quarterly report/).count()).toBe(0);
});

test("operators narrow it, stand as chips, and people are suggested for them", async () => {
  await searchFor("subject:quarterly");
  await page.getByText("1 found").waitFor();
  await row(/Quarterly report/).waitFor();
  await searchFor("pears from:bo");
  await page.getByRole("option", { name: /^bob@/ }).click();
  await expect.poll(() => new URL(page.url()).searchParams.get("q")).toBe(`pears from:${bob.address}`);
  await row(/Quarterly report/).waitFor();
  await searchFor("pears -from:bob");
  await page.getByRole("heading", { name: /^Nothing for/ }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Remove -from:bob" }).click();
  await row(/Quarterly report/).waitFor();
});

test("a word that nothing has is answered with the one that was perhaps meant", async () => {
  await searchFor("qarterly");
  await page.getByRole("button", { name: "Did you mean quarterly?" }).click();
  await page.getByText("2 found").waitFor();
});

test("what is found is opened beside the list, and one comes back to where one was", async () => {
  await page.keyboard.press("Enter");
  await searchFor("pears");
  await page.getByText("1 found").waitFor();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Quarterly report" }).waitFor();
  await page.keyboard.press("u");
  await page.getByRole("heading", { name: "Nothing open" }).waitFor();
  expect(new URL(page.url()).pathname).toBe("/search");
  await page.keyboard.press("u");
  await page.getByRole("heading", { name: "Inbox" }).waitFor();
});

test("what is thrown away goes out of what is found and stands beside it, where it is looked for when that is asked", async () => {
  await write(bob, "A zebra on Monday", "Black and white.");
  await write(bob, "A zebra on Friday", "White and black.");
  await row(/A zebra on Friday/).waitFor();
  await searchFor("zebra");
  await page.getByText("2 found").waitFor();
  await pressInRow(row(/A zebra on Friday/), "Delete");
  await page.getByRole("button", { name: "1 more in Trash" }).waitFor();
  await page.getByText("1 found").waitFor();
  expect(await row(/A zebra on Friday/).count()).toBe(0);
  await row(/A zebra on Monday/).waitFor();
  await page.getByRole("button", { name: "1 more in Trash" }).click();
  await row(/A zebra on Friday/).waitFor();
  expect(new URL(page.url()).searchParams.get("q")).toBe("zebra in:trash");
  await page.getByRole("button", { name: /^Undo/ }).click();
  await page.getByRole("heading", { name: /^Nothing for/ }).waitFor();
  await page.getByRole("link", { name: /^Inbox/ }).click();
  await row(/A zebra on Friday/).waitFor();
});

test("without a network the same is found, and what is done waits and says so", async () => {
  await withoutNetwork(client.context, async () => {
    await page
      .getByText(/^Offline\./)
      .first()
      .waitFor();
    await searchFor("pears");
    await page.getByText("1 found").waitFor();
    await row(/Quarterly report/).click();
    await page.getByRole("article").getByText("The harvest of pears was good.").waitFor();
    await page.keyboard.press("#");
    await page.getByText("Offline. 1 change waiting.").waitFor();
  });
  await page
    .getByText(/^Offline\./)
    .first()
    .waitFor({ state: "detached" });
  await page.keyboard.press("z");
});

test("where nothing is found there is nothing to open either", async () => {
  await searchFor("zeppelin");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Nothing for “zeppelin”" }).waitFor();
  expect(await page.getByRole("heading", { name: "Nothing open" }).count()).toBe(0);
});

test("another device finds the same", async () => {
  const second = await clients.open(clients.net.node("alpha"));
  second.page.setDefaultTimeout(patienceMs);
  await second.signIn(alice);
  await row(/Holidays/, second.page).waitFor();
  await searchFor("pears OR sun", second.page);
  await row(/Quarterly report/, second.page).waitFor();
  await row(/Holidays/, second.page).waitFor();
  await second.page.getByText("Everything searched").waitFor();
  expect(second.faults).toEqual([]);
});

test("nobody has expected a fault, and there was none but for the network that was away", () => {
  const others = client.faults.filter((fault) => !/ERR_INTERNET_DISCONNECTED|Failed to fetch/.test(fault));
  expect(others).toEqual([]);
});
