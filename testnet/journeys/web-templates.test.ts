/** Texts that somebody writes again and again: kept in the settings, called while a letter is written, on every device. */
import { prepare, send } from "@posthorn/client";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  composer,
  discardAll,
  hasCount,
  hasFocus,
  hasValue,
  letterText,
  received,
  startWebClients,
  type WebClient,
  type WebClients,
  writeTo,
} from "../src/browser/index.ts";
import { keepSettings } from "../src/own-records.ts";
import { joinAs, type TestPerson } from "../src/people.ts";

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
  await keepSettings(alice.session, { undoS: 0 });
  const draft = {
    from: bob.address,
    to: [alice.address],
    fromName: "Bob Marsh",
    subject: "Hello",
    body: "Hi.",
  };
  await send(bob.session, (await prepare(bob.session, draft)).message);
  client = await clients.open(clients.net.node("alpha"));
  page = client.page;
  page.setDefaultTimeout(10_000);
  await client.signIn(alice);
  await page.getByRole("row", { name: /Bob Marsh/ }).waitFor();
  await page.getByText("Up to date").waitFor();
}, slow);
afterAll(async () => {
  await clients.close();
});

const form = () => page.getByRole("dialog", { name: /template/i });
const suggested = () => composer(page).getByRole("listbox", { name: "Templates" });
const picker = () => page.getByRole("dialog", { name: "Insert a template" });

function item(name: string): Locator {
  return page.getByRole("listitem").filter({ hasText: name });
}

async function make(name: string, text: string): Promise<void> {
  await page.getByRole("button", { name: "New template" }).click();
  await hasFocus(form().getByLabel("Name"));
  await form().getByLabel("Name").fill(name);
  await form().getByLabel("Text").fill(text);
  await form().getByRole("button", { name: "Save" }).click();
  await form().waitFor({ state: "detached" });
  await item(name).waitFor();
}

async function chooseFromAll(): Promise<void> {
  await composer(page).getByRole("button", { name: "More formatting" }).click();
  await composer(page).getByRole("button", { name: "Insert a template …" }).click();
}

async function discard(): Promise<void> {
  await page.keyboard.press("Control+Shift+d");
  await hasCount(composer(page), 0);
}

test("templates are made, changed, and removed with the way back", async () => {
  await page.goto(new URL("/settings/templates", page.url()).href);
  await page.getByText("No templates yet.").waitFor();
  await make("Thanks", "Dear {{name}},\n\nthank you for **everything**.");
  await make("Lunch", "Shall we eat?");
  await make("Leaving", "I am leaving.");
  await page.getByRole("button", { name: "Edit the template Lunch" }).click();
  await hasValue(form().getByLabel("Text"), "Shall we eat?");
  await form().getByLabel("Text").fill("Shall we have lunch, {{name}}?");
  await form().getByRole("button", { name: "Save" }).click();
  await item("Lunch").getByText("Shall we have lunch, {{name}}?").waitFor();
  await page.getByRole("button", { name: "Remove the template Leaving" }).click();
  await hasCount(item("Leaving"), 0);
  await page.getByRole("button", { name: /^Undo/ }).click();
  await item("Leaving").getByText("I am leaving.").waitFor();
});

test("a `;` and what follows it call one: it greets by name, is formatted as it says, and is sent so", async () => {
  await page.getByRole("link", { name: "Mail" }).first().click();
  await writeTo(page, bob.address, "With a template", "");
  await letterText(page).pressSequentially(";l");
  await hasCount(suggested().getByRole("option"), 2);
  expect(await letterText(page).getAttribute("aria-activedescendant")).toBe(
    await suggested().getByRole("option", { selected: true }).getAttribute("id"),
  );
  await page.keyboard.press("ArrowDown");
  await suggested().getByRole("option", { name: /Lunch/, selected: true }).waitFor();
  await page.keyboard.press("Backspace");
  await letterText(page).pressSequentially("tha");
  await suggested()
    .getByRole("option", { name: /Thanks/, selected: true })
    .waitFor();
  await page.keyboard.press("Enter");
  await hasCount(suggested(), 0);
  await letterText(page).locator("strong", { hasText: "everything" }).waitFor();
  await page.keyboard.type(" Yours");
  await hasValue(letterText(page), "Dear Bob,\n\nthank you for everything. Yours");
  await page.keyboard.press("Control+Enter");
  const { message } = await received(bob, "alice", "With a template");
  expect(message).toMatchObject({ body: "Dear Bob,\n\nthank you for **everything**. Yours" });
});

test("who means a semicolon has it: by Escape, at the end of a line, and where nothing is called so", async () => {
  await writeTo(page, bob.address, "Semicolons", "");
  await letterText(page).pressSequentially("Well ;lun");
  await suggested().waitFor();
  await page.keyboard.press("Escape");
  await hasCount(suggested(), 0);
  await letterText(page).pressSequentially("ch ;");
  await suggested().waitFor();
  await page.keyboard.press("Enter");
  await letterText(page).pressSequentially("x ;-)");
  await hasCount(suggested(), 0);
  await hasValue(letterText(page), "Well ;lunch ;\n\nx ;-)");
  await discard();
});

test("in Markdown too, in the middle of a line", async () => {
  await writeTo(page, bob.address, "As Markdown", "");
  await composer(page).getByRole("button", { name: "More formatting" }).click();
  await composer(page).getByRole("button", { name: "Write as plain text" }).click();
  await letterText(page).fill("");
  await letterText(page).pressSequentially("And? ;lun");
  await suggested().getByRole("option", { name: /Lunch/ }).waitFor();
  await page.keyboard.press("Tab");
  await hasValue(letterText(page), "And? Shall we have lunch, Bob?");
  await hasFocus(letterText(page));
  await page.keyboard.type(" ;th");
  await suggested()
    .getByRole("option", { name: /Thanks/ })
    .click();
  await hasValue(
    letterText(page),
    "And? Shall we have lunch, Bob? Dear Bob,\n\nthank you for **everything**.",
  );
  await composer(page).getByRole("button", { name: "More formatting" }).click();
  await composer(page).getByRole("button", { name: "Write as plain text" }).click();
  await discard();
});

test("the button and the palette show all, and a name that nobody knows yet is typed over", async () => {
  await page.keyboard.press("c");
  await composer(page).getByLabel("Subject").fill("To nobody yet");
  await letterText(page).click();
  await chooseFromAll();
  await hasCount(picker().getByRole("option"), 3);
  await page.keyboard.type("lun");
  await hasCount(picker().getByRole("option"), 1);
  await page.keyboard.press("Enter");
  await hasValue(letterText(page), "Shall we have lunch, {{name}}?");
  await hasFocus(letterText(page));
  await page.keyboard.type("Carol");
  await hasValue(letterText(page), "Shall we have lunch, Carol?");
  await page.keyboard.press("End");
  await page.keyboard.type(" ");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: /Type a command/ }).fill("template");
  await page.getByRole("option", { name: "Insert a template" }).click();
  await picker().getByRole("option", { name: "Leaving" }).click();
  await hasValue(letterText(page), "Shall we have lunch, Carol? I am leaving.");
  await chooseFromAll();
  await picker().getByRole("button", { name: "Edit templates" }).click();
  await page.getByRole("heading", { name: "Templates", level: 1 }).waitFor();
  expect(client.faults).toEqual([]);
});

test("a name that was missing when the template came is asked for before the letter goes, and filled in", async () => {
  await page.getByRole("link", { name: "Mail" }).first().click();
  await discardAll(page);
  await page.keyboard.press("c");
  await composer(page).getByLabel("Subject").fill("Whose name?");
  await letterText(page).click();
  await chooseFromAll();
  await picker().getByRole("option", { name: "Thanks" }).click();
  await hasValue(letterText(page), "Dear {{name}},\n\nthank you for everything.");
  const hint = composer(page).getByRole("status").filter({ hasText: "is still in your letter" });
  await hasCount(hint, 0);
  await composer(page).getByLabel("To", { exact: true }).fill(bob.address);
  await page.keyboard.press("Enter");
  await hint.getByText("“{{name}}” is still in your letter, where a name belongs.").waitFor();
  await page.keyboard.press("Control+Enter");
  await hint.getByText(/^Not sent yet/).waitFor();
  await hint.getByRole("button", { name: "Send as it is" }).waitFor();
  await hint.getByRole("button", { name: "Fill in" }).click();
  await hasValue(letterText(page), "Dear Bob,\n\nthank you for everything.");
  await hasCount(hint, 0);
  await hasFocus(letterText(page));
  await page.keyboard.press("Control+Enter");
  const { message } = await received(bob, "alice", "Whose name?");
  expect(message).toMatchObject({ body: "Dear Bob,\n\nthank you for **everything**." });
});

test("a blank that is meant goes as it is, when somebody says so", async () => {
  await writeTo(page, bob.address, "How templates are written", "Write {{name}} there.");
  await page.keyboard.press("Control+Enter");
  await composer(page).getByRole("button", { name: "Send as it is" }).click();
  const { message } = await received(bob, "alice", "How templates are written");
  expect(message).toMatchObject({ body: "Write {{name}} there." });
});

test("a template that says nothing is not kept, and one that is half written is not thrown away by Escape or Cancel", async () => {
  await page.goto(new URL("/settings/templates", page.url()).href);
  await page.getByRole("button", { name: "New template" }).click();
  await hasFocus(form().getByLabel("Name"));
  await form().getByLabel("Name").fill("Farewell");
  await form().getByLabel("Text").fill("   ");
  await form().getByRole("button", { name: "Save" }).click();
  const refusal = form().getByLabel("Text");
  expect(await refusal.evaluate((element: HTMLTextAreaElement) => element.validationMessage)).toBe(
    "Write something that the template says.",
  );
  await page.keyboard.press("Escape");
  await form().getByText("What you have written here is not saved.").waitFor();
  await form().getByRole("button", { name: "Stay" }).click();
  await hasValue(form().getByLabel("Name"), "Farewell");
  await form().getByRole("button", { name: "Cancel" }).click();
  await form().getByText("What you have written here is not saved.").waitFor();
  await form().getByRole("button", { name: "Stay" }).click();
  await hasValue(form().getByLabel("Name"), "Farewell");
  await form().getByLabel("Text").fill("See you later.");
  await form().getByRole("button", { name: "Save" }).click();
  await form().waitFor({ state: "detached" });
  await item("Farewell").waitFor();
  await page.getByRole("button", { name: "Edit the template Farewell" }).click();
  await hasValue(form().getByLabel("Text"), "See you later.");
  await form().getByRole("button", { name: "Cancel" }).click();
  await form().waitFor({ state: "detached" });
  expect(client.faults).toEqual([]);
});

test("another device has them", async () => {
  const other = await clients.open(clients.net.node("alpha"));
  await other.signIn(alice);
  await other.page.goto(new URL("/settings/templates", other.page.url()).href);
  await other.page.getByRole("listitem").filter({ hasText: "Thanks" }).waitFor();
  await other.context.close();
});
