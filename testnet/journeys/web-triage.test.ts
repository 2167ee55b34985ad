/** Thirty letters put in order: by keys alone, by a hand that points, and in two tabs. */
import { callMethod, eachMessage, getMailbox, prepare, send } from "@posthorn/client";
import { shape } from "@posthorn/protocol";
import type { Locator, Page } from "playwright-core";
import { Type } from "typebox";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  pressInRow,
  startWebClients,
  type WebClient,
  type WebClients,
  withoutNetwork,
} from "../src/browser/index.ts";
import { joinAs, type TestPerson } from "../src/people.ts";

const letters = 30;
const slow = 120_000;

let clients: WebClients;
let alice: TestPerson;
let bob: TestPerson;
let client: WebClient;
let page: Page;

beforeAll(async () => {
  clients = await startWebClients();
  alice = await joinAs(clients.net, clients.net.node("alpha"), "alice");
  bob = await joinAs(clients.net, clients.net.node("beta"), "bob");
  for (let number = 1; number <= letters; number++) await write(`Letter ${number}`);
  client = await clients.open(clients.net.node("alpha"));
  page = client.page;
  await client.signIn(alice);
  await row(letters - 12).waitFor();
}, slow);
afterAll(async () => {
  await clients.close();
});

async function write(subject: string): Promise<void> {
  const draft = { from: bob.address, to: [alice.address], subject, body: `What ${subject} says.` };
  const { message } = await prepare(bob.session, draft);
  await send(bob.session, message);
}

function row(number: number, where: Page = page): Locator {
  return where.getByRole("row", { name: new RegExp(`Letter ${number}\\b`) });
}

async function press(...keys: string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}

/** What one points at stays, so what goes away by itself is looked at with the hand off. */
async function pointAway(): Promise<void> {
  await page.mouse.move(20, 880);
}

/** Who has the focus, by its name. */
async function focused(): Promise<string> {
  return page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? "");
}

test("the list is a grid: it says how many rows it has, one of them has the focus, and arrows go into a row", async () => {
  const grid = page.getByRole("grid", { name: "Inbox" });
  expect(await grid.getAttribute("aria-rowcount")).toBe(String(letters));
  expect(await row(letters).getAttribute("aria-rowindex")).toBe("1");
  expect(await grid.locator("[role=row][tabindex='0']").count()).toBe(1);
  await press("j");
  expect(await focused()).toMatch(/^Unread\. bob\. Letter 30\. What Letter 30 says\./);
  await press("ArrowRight");
  expect(await focused()).toBe("Select conversation: Letter 30");
  await press("ArrowRight");
  expect(await focused()).toBe("Archive");
  await press("ArrowLeft", "ArrowLeft", "ArrowDown");
  expect(await focused()).toContain("Letter 29");
});

test("keys archive, delete, star and mark, the focus goes on to the next row, and `z` takes three of them back", async () => {
  await press("e");
  await row(29).waitFor({ state: "detached" });
  expect(await focused()).toContain("Letter 28");
  await press("#");
  await row(28).waitFor({ state: "detached" });
  expect(await focused()).toContain("Letter 27");
  await press("!");
  await row(27).waitFor({ state: "detached" });
  // Those below have moved up, and say so.
  await expect.poll(() => row(26).getAttribute("aria-rowindex")).toBe("2");
  expect(await row(25).getAttribute("aria-rowindex")).toBe("3");
  await press("s");
  await page.getByRole("row", { name: /Letter 26.*Starred/ }).waitFor();
  await press("Shift+I");
  await page.getByRole("row", { name: /^bob\. Letter 26/ }).waitFor();
  await press("Shift+U");
  await page.getByRole("row", { name: /^Unread\. bob\. Letter 26/ }).waitFor();
  // Two marks and a star come off before the three.
  await press("z", "z", "z", "z");
  await row(27).waitFor();
  await press("z");
  await row(28).waitFor();
  await press("z");
  await row(29).waitFor();
  expect(await page.getByRole("grid").getAttribute("aria-rowcount")).toBe(String(letters));
});

test("keys rest while somebody types, and two keys go to a place", async () => {
  await press("/");
  await page.keyboard.type("e#!");
  expect(await page.getByLabel("Search mail").inputValue()).toBe("e#!");
  await press("Escape");
  await page.getByRole("heading", { name: "Inbox" }).waitFor();
  await press("g", "t");
  await page.getByRole("heading", { name: "Sent", exact: true }).waitFor();
  await press("g", "i");
  await row(30).waitFor();
});

test("a range is chosen by keys and by Shift with the pointer, labelled as one, and the label stands in the sidebar", async () => {
  await row(25).getByRole("checkbox").click();
  await row(22).click({ modifiers: ["Shift"] });
  await page.getByText("4 selected").waitFor();
  await press("Shift+J");
  await page.getByText("5 selected").waitFor();
  await press("l");
  await page.getByRole("dialog", { name: "Labels of 5 conversations" }).waitFor();
  await page.keyboard.type("Work");
  await page.getByRole("option", { name: "Make “Work”" }).waitFor();
  await press("Enter");
  await page.getByRole("link", { name: /^Work/ }).click();
  await page.getByRole("grid", { name: "Work" }).waitFor();
  for (const number of [25, 24, 23, 22, 21]) await row(number).waitFor();
  expect(await page.getByRole("grid").getAttribute("aria-rowcount")).toBe("5");
});

test("a label is made within another, renamed, and removed; what it was on stays, and it comes back", async () => {
  await page.getByRole("button", { name: "New label", exact: true }).click();
  await page.getByLabel("Name", { exact: true }).fill("Travel");
  await page.getByLabel("In", { exact: true }).selectOption({ label: "Work" });
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("button", { name: "Label Work/Travel" }).click();
  await page.getByRole("option", { name: "Rename" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Trips");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("button", { name: "Label Work/Trips" }).click();
  await page.getByRole("option", { name: "Remove" }).click();
  await page.getByRole("link", { name: "Trips" }).waitFor({ state: "detached" });
  await page.getByRole("button", { name: /^Undo/ }).click();
  await page.getByRole("link", { name: "Trips" }).waitFor();
});

test("rows are dragged onto a label", async () => {
  await press("g", "i");
  await row(20).dragTo(page.getByRole("link", { name: "Trips" }));
  await page.getByRole("link", { name: /^Trips/ }).click();
  await row(20).waitFor();
});

test("what is snoozed waits in Later, what wakes next above, and is back on top by itself when its time has come", async () => {
  await press("g", "i");
  await row(27).getByRole("checkbox").click();
  await press("b");
  await page.getByRole("dialog", { name: "Snooze until" }).waitFor();
  await press("Enter");
  await row(27).waitFor({ state: "detached" });
  await row(29).getByRole("checkbox").click();
  await press("b");
  await page.getByRole("button", { name: /^Next week/ }).click();
  await row(29).waitFor({ state: "detached" });
  await press("g", "l");
  await pointAway();
  await expect.poll(() => row(29).getAttribute("aria-rowindex")).toBe("2");
  expect(await row(27).getAttribute("aria-rowindex")).toBe("1");
  await pressInRow(row(29), "Bring back now");
  await pointAway();
  await row(29).waitFor({ state: "detached" });
  await row(27)
    .getByText(/^until /)
    .waitFor();
  // Another device makes it two seconds.
  // That the other was brought back is told to the server beside it.
  await expect.poll(snoozedIds).toHaveLength(1);
  const [id = ""] = await snoozedIds();
  const until = new Date(Date.now() + 2_000).toISOString();
  const { updated } = await callMethod(
    alice.session,
    { method: "Email/set", arguments: { update: { [id]: { snoozedUntil: until } } } },
    shape(Type.Object({ updated: Type.Any(), notUpdated: Type.Any() })),
  );
  expect(updated).toHaveProperty(id);
  await row(27).waitFor({ state: "detached" });
  await press("g", "i");
  await row(27).waitFor();
  await expect.poll(() => row(27).getAttribute("aria-rowindex")).toBe("1");
  await row(27)
    .getByText(/^Snoozed, from /)
    .waitFor();
  expect(await row(30).getAttribute("aria-rowindex")).toBe("2");
});

async function snoozedIds(): Promise<string[]> {
  const { id } = await getMailbox(alice.session, "snoozed");
  const ids: string[] = [];
  for await (const email of eachMessage(alice.session, { mailbox: id })) ids.push(email.id);
  return ids;
}

test("mail that comes while somebody points at a row moves nothing under the hand, and waits behind a button", async () => {
  await row(18).hover();
  const before = await row(18).boundingBox();
  await write("Between hover and click");
  await page.getByRole("button", { name: "1 new" }).waitFor();
  expect(await row(18).boundingBox()).toEqual(before);
  await page.mouse.down();
  await page.mouse.up();
  await page.getByRole("heading", { name: "Letter 18" }).waitFor();
  await page.getByRole("button", { name: "1 new" }).click();
  await page.getByRole("row", { name: /Between hover and click/ }).waitFor();
});

test("a network that goes and comes back moves nothing under the hand", async () => {
  await row(18).hover();
  const before = await row(18).boundingBox();
  const line = page.getByText(/^Offline\. /);
  await withoutNetwork(client.context, async () => {
    await line.waitFor();
    expect(await row(18).boundingBox()).toEqual(before);
  });
  await line.waitFor({ state: "detached" });
  expect(await row(18).boundingBox()).toEqual(before);
});

test("what is archived while it is read makes room for the next one, and leaving it leads to its row", async () => {
  await press("e");
  await page.getByRole("heading", { name: "Letter 17" }).waitFor();
  await press("k");
  await page.getByRole("heading", { name: "Letter 19" }).waitFor();
  await press("u");
  await page.getByRole("heading", { name: "Nothing open" }).waitFor();
  await expect.poll(focused).toContain("Letter 19");
});

test("the palette finds commands, places and letters by a few keys, and does what is chosen with what has the focus", async () => {
  await press("Control+k");
  const field = page.getByRole("combobox", { name: /Type a command/ });
  await field.fill("letter 12");
  await page.getByRole("option", { name: /^Letter 12/ }).waitFor();
  await field.fill("archive and show the n");
  await press("Enter");
  await row(19).waitFor({ state: "detached" });
  await press("z");
  await row(19).waitFor();
});

test("keys can be another program's, one's own, or off", async () => {
  await press("?");
  const sheet = page.getByRole("dialog", { name: "Keys" });
  const archiveKey = sheet.getByRole("button", { name: /^Change the key of Archive\b/ }).first();
  await archiveKey.click();
  await press("ArrowDown");
  await sheet.getByText("The page needs this key. Press another").waitFor();
  // Whoever goes on by Tab has not given it away.
  await press("Tab");
  await sheet.getByRole("button", { name: /^Change the key of Archive\s*e/ }).click();
  await press("j");
  await sheet.getByText("Also for Next conversation").waitFor();
  await sheet.getByRole("button", { name: "The usual key for Archive", exact: true }).click();
  await sheet.getByRole("button", { name: /^Change the key of Archive\s*e/ }).click();
  await press("F9");
  await press("Escape");
  // What is told is the key that it has now.
  await row(16).hover();
  await row(16).getByTitle("Archive (F9)").waitFor();
  await press("?");
  await sheet.getByRole("button", { name: "Keys as they were" }).click();
  await sheet.getByLabel("Keys of").selectOption("off");
  await press("Escape");
  await row(16).focus();
  await press("e", "#");
  await press("Control+k");
  await page.getByRole("combobox", { name: /Type a command/ }).fill("show the keys");
  await press("Enter");
  await sheet.getByLabel("Keys of").selectOption("gmail");
  await press("Escape");
  await row(16).focus();
  await press("e");
  await row(16).waitFor({ state: "detached" });
});

test("what is done in one tab is seen in the other", async () => {
  const second = await client.context.newPage();
  await second.goto(page.url());
  await row(15, second).waitFor();
  await pressInRow(row(15, second), "Archive");
  await pointAway();
  await page.getByRole("button", { name: /^Write/ }).focus();
  await row(15).waitFor({ state: "detached" });
  await second.close();
  expect(client.faults).toEqual([]);
});

test("in Archive what is read goes back into the inbox, in Sent nothing is offered that would do nothing", async () => {
  await press("g", "i");
  await pressInRow(row(14), "Archive");
  await page.getByRole("link", { name: /^Archive/ }).click();
  await row(14).click();
  const reader = page.getByRole("article");
  await reader.getByRole("button", { name: "Move to Inbox" }).click();
  await row(14).waitFor({ state: "detached" });
  await press("g", "i");
  await row(14).waitFor();
  const { message } = await prepare(alice.session, {
    from: alice.address,
    to: [bob.address],
    subject: "From Alice",
    body: "Hello",
  });
  await send(alice.session, message);
  await press("g", "t");
  await page.getByRole("row", { name: /From Alice.*elivered/ }).click();
  await reader.getByRole("button", { name: "Reply to bob" }).first().waitFor();
  expect(await page.getByRole("button", { name: /^Archive|^Move to Inbox/ }).count()).toBe(0);
  await page.goto(`${clients.net.node("alpha").endpoint}/label/none`);
  await page.getByRole("heading", { name: "This label is not here any more" }).waitFor();
  await expect.poll(() => page.title()).toBe("This label is not here any more – Posthorn");
  expect(client.faults).toEqual([]);
});
