/** A conversation that one wants to hear no more of: by its key, by what its menu says, on another device too, and undone. */
import { prepare, replyTo, send } from "@posthorn/client";
import type { Message } from "@posthorn/protocol";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startWebClients, type WebClient, type WebClients } from "../src/browser/index.ts";
import { joinAs, type TestPerson } from "../src/people.ts";

const slow = 120_000;

let clients: WebClients;
let alice: TestPerson;
let bob: TestPerson;
let client: WebClient;
let page: Page;
let first: Message;

beforeAll(async () => {
  clients = await startWebClients();
  alice = await joinAs(clients.net, clients.net.node("alpha"), "alice");
  bob = await joinAs(clients.net, clients.net.node("beta"), "bob");
  await write({ subject: "Lunch", body: "On Tuesday?" });
  first = await write({ subject: "Party plans", body: "Who brings what?" });
  client = await clients.open(clients.net.node("alpha"));
  page = client.page;
  page.setDefaultTimeout(10_000);
  await client.signIn(alice);
  await row(/Party plans/).waitFor();
}, slow);
afterAll(async () => {
  await clients.close();
});

async function write(what: { subject: string; body: string; thread?: string; inReplyTo?: string }) {
  const { message } = await prepare(bob.session, { from: bob.address, to: [alice.address], ...what });
  await send(bob.session, message);
  return message;
}

/** Bob has one thing more to say in it. */
async function answer(body: string): Promise<void> {
  const { thread, inReplyTo } = replyTo(first, bob.address);
  await write({ subject: "Party plans", body, thread, inReplyTo });
}

function row(name: RegExp): Locator {
  return page.getByRole("row", { name });
}

/** A toast says so. */
async function told(words: string): Promise<void> {
  await page.getByRole("group").getByText(words, { exact: true }).waitFor();
}

/** Something that is not muted has come after it, so that it would have been seen too. */
async function afterwards(subject: string): Promise<void> {
  await write({ subject, body: "Something else." });
  await page.mouse.move(20, 880);
  await row(new RegExp(subject)).waitFor();
}

async function blur(): Promise<void> {
  await page.evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur());
}

test("`m` takes a conversation out of the inbox, says so, and the way back brings it there as it was", async () => {
  await row(/Party plans/).focus();
  await page.keyboard.press("m");
  await row(/Party plans/).waitFor({ state: "detached" });
  await told("Muted");
  await page.getByRole("button", { name: /^Undo/ }).click();
  await row(/Party plans/).waitFor();
  expect(await row(/Party plans.*Muted/).count()).toBe(0);
  await row(/Party plans/).focus();
  await page.keyboard.press("m");
  await row(/Party plans/).waitFor({ state: "detached" });
});

test("an answer to it is in Archive with its sign, and not in the inbox", async () => {
  await blur();
  await answer("I bring bread.");
  await afterwards("Train times");
  expect(await row(/Party plans/).count()).toBe(0);
  await page.keyboard.press("g");
  await page.keyboard.press("a");
  await row(/^Unread\. bob\. \d messages\. Party plans\. I bring bread\..*Muted/).click();
  await page.getByText("Muted: what comes here goes to Archive").waitFor();
  await page.getByRole("article").getByText("I bring bread.").waitFor();
});

test("another device knows of it too", async () => {
  const other = await clients.open(clients.net.node("alpha"));
  await other.signIn(alice);
  await other.page.goto(new URL("/archive", other.page.url()).href);
  await other.page.getByRole("row", { name: /Party plans.*Muted/ }).waitFor();
  await other.context.close();
});

test("the palette ends it, and the next answer comes to the inbox", async () => {
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: /Type a command/ }).waitFor();
  await page.keyboard.type("unmute");
  await page.getByRole("option", { name: "Mute or unmute" }).waitFor();
  await page.keyboard.press("Enter");
  await told("Unmuted");
  await page.getByText("Muted: what comes here goes to Archive").waitFor({ state: "detached" });
  await page.keyboard.press("u");
  await page.keyboard.press("g");
  await page.keyboard.press("i");
  await page.getByRole("grid", { name: "Inbox" }).waitFor();
  await blur();
  await answer("And cheese.");
  await page.mouse.move(20, 880);
  await row(/Party plans\. And cheese\./).waitFor();
});

test("its menu mutes what is chosen, and ends that again", async () => {
  await page.getByRole("checkbox", { name: "Select conversation: Lunch" }).click();
  await page.getByRole("checkbox", { name: "Select conversation: Party plans" }).click();
  await page.keyboard.press(".");
  await page.getByRole("option", { name: /^Mute/ }).click();
  await told("Muted 2");
  await page.mouse.move(20, 880);
  await row(/Lunch/).waitFor({ state: "detached" });
  await page.keyboard.press("g");
  await page.keyboard.press("a");
  await row(/Lunch.*Muted/).click({ button: "right" });
  await page.getByRole("option", { name: /^Unmute/ }).click();
  await told("Unmuted");
  await page.mouse.move(20, 880);
  await expect.poll(() => row(/Lunch.*Muted/).count()).toBe(0);
  await row(/Party plans.*Muted/).waitFor();
  expect(client.faults).toEqual([]);
});
