/** Password and phrase are lost: the address goes on under other keys, and the old phrase, once found, opens the old mail. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { changeAccount, lookUpContact, openOperator, prepare, send } from "@posthorn/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hasCount } from "../src/browser/composing.ts";
import { findBarriers } from "../src/browser/find-barriers.ts";
import { startWebClients, type WebClient, type WebClients } from "../src/browser/index.ts";
import { joinAs, newDevice, type TestPerson } from "../src/people.ts";
import type { TestNode } from "../src/testnet.ts";

let clients: WebClients;
let alpha: TestNode;
let ana: TestPerson;
let bo: TestPerson;
/** Who writes before and after, and is at the same server, which hands on new keys at once. */
let dan: TestPerson;
let olga: TestPerson;
let page: WebClient["page"];
let browser: WebClient;
let link: string;

const newPassword = "ana begins anew";

beforeAll(async () => {
  clients = await startWebClients();
  alpha = clients.net.node("alpha");
  ana = await joinAs(clients.net, alpha, "ana");
  bo = await joinAs(clients.net, clients.net.node("beta"), "bo");
  dan = await joinAs(clients.net, alpha, "dan");
  olga = await joinAs(clients.net, alpha, "olga");
  const operator = JSON.parse(await readFile(join(alpha.folder, "operator.json"), "utf8"));
  await changeAccount(openOperator(clients.net.platform, operator), "olga", { operator: true });
  await write(bo, "Before the loss", "Sealed to the old keys.");
  await write(dan, "Also before", "Sealed to them, too.");
  browser = await clients.open(alpha);
  page = browser.page;
}, 120_000);
afterAll(async () => {
  await clients.close();
});

async function write(
  { address, session }: Pick<TestPerson, "address" | "session">,
  subject: string,
  body: string,
) {
  const draft = { from: address, to: [ana.address], subject, body };
  await send(session, (await prepare(session, draft)).message);
}

test("who has neither password nor phrase is told what is lost, and what is not", async () => {
  await page.getByRole("button", { name: "Use your recovery phrase" }).click();
  await page.getByRole("button", { name: "A device is still signed in" }).click();
  await page.getByText(/get a new recovery phrase: with it you set a new password here/).waitFor();
  await page.getByRole("button", { name: "I have neither" }).click();
  await page
    .getByText(
      "We cannot open the old mail. No one can. Your address keeps working from today, and old mail stays in case you find the phrase.",
    )
    .waitFor();
  await page.getByText(`Ask whoever runs ${alpha.host} for a link`).waitFor();
  expect(await findBarriers(page)).toEqual([]);
});

test("an operator makes a link, and is told that nobody reads old mail by it", async () => {
  const desk = await clients.open(alpha);
  await desk.signIn(olga);
  await desk.page.goto(`${alpha.endpoint}/admin/users`);
  await desk.page.getByRole("button", { name: `Change ${ana.address}` }).click();
  await desk.page.getByRole("button", { name: "Reset", exact: true }).click();
  const dialog = desk.page.getByRole("dialog", { name: `Reset ${ana.address}` });
  await dialog
    .getByText(/Resetting ana’s password will not let you or ana read old mail without the phrase/)
    .waitFor();
  expect(await findBarriers(desk.page)).toEqual([]);
  await dialog.getByRole("button", { name: "Make the link" }).click();
  link = await desk.page.getByRole("textbox", { name: "Link to begin anew" }).inputValue();
  expect(link).toMatch(/\/reset#[\w-]{43}$/);
  expect(await findBarriers(desk.page)).toEqual([]);
  expect(desk.faults).toEqual([]);
  await desk.context.close();
}, 60_000);

test("the link gives a new password, new keys and a new phrase; contacts hear that nobody vouches for them", async () => {
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.goto(link);
  await page.getByText(`This link is for ${ana.address}`).waitFor();
  await page.getByText("It stays in case you find the old recovery phrase.").waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await page.getByRole("textbox", { name: "New password" }).fill(newPassword);
  await page.getByRole("button", { name: "Begin anew" }).click();
  await page.getByRole("heading", { name: "Your recovery phrase" }).waitFor();
  const words = (await page.locator("ol[translate=no] > li").allInnerTexts()).join(" ");
  expect(words).not.toBe(ana.recoveryPhrase);
  await page.getByLabel("Check that you have it").fill(words);
  await page.getByRole("button", { name: "I have it" }).click();
  // The token is in no request's address.
  expect(asked.filter((url) => url.includes(link.slice(-43)))).toEqual([]);

  // On a device that has not asked for her keys within the last minutes.
  const other = await newDevice(clients.net.platform, dan);
  expect(await lookUpContact(other, ana.address)).toMatchObject({ kind: "sealed", news: "reset" });
  await write({ address: dan.address, session: other }, "After the loss", "Sealed to the new keys.");
  await page.getByRole("row", { name: /After the loss/ }).click();
  await page.getByRole("article").getByText("Sealed to the new keys.").waitFor();
  await page
    .getByRole("row", { name: /cannot be opened/ })
    .last()
    .click();
  await page.getByText(/sealed to the keys that you had before your password was reset/).waitFor();
  expect(await findBarriers(page)).toEqual([]);
}, 60_000);

test("the link works no second time, and the old password no more", async () => {
  const late = await clients.open(alpha);
  await late.page.goto(link);
  await late.page.getByRole("heading", { name: "This link does not work any more" }).waitFor();
  await late.page.getByText(/If you have just set a password, sign in with it/).waitFor();
  expect(await findBarriers(late.page)).toEqual([]);
  await late.page.goto(`${alpha.endpoint}/sign-in`);
  await late.page.getByLabel("Address").fill(ana.address);
  await late.page.getByRole("textbox", { name: "Password" }).fill(ana.password);
  await late.page.getByRole("button", { name: "Sign in", exact: true }).click();
  await late.page.getByText("That address and password do not match.").waitFor();
  await late.context.close();
});

test("the old phrase, once found, opens the old mail on this device and on others", async () => {
  const other = await clients.open(alpha);
  await other.signIn({ ...ana, password: newPassword });
  await other.page.goto(`${alpha.endpoint}/settings/recovery`);
  const lost = other.page.getByRole("heading", { name: "Mail from before the reset" });
  await lost.waitFor();
  // A second page there has a letter open that does not open, and is not loaded anew.
  const reader = await other.context.newPage();
  await reader.goto(`${alpha.endpoint}/inbox`);
  const unread = reader.getByRole("row", { name: /cannot be opened/ });
  await unread.last().click();
  await reader.getByText(/sealed to the keys that you had before your password was reset/).waitFor();
  await page.getByRole("button", { name: "Enter the old phrase" }).click();
  const field = page.getByLabel("Your twelve words from then");
  await field.fill(bo.recoveryPhrase);
  await page.getByRole("button", { name: "Open the old mail" }).click();
  await page.getByText(/That phrase opens none of the mail from before/).waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await field.fill(ana.recoveryPhrase);
  await page.getByRole("button", { name: "Open the old mail" }).click();
  await page.getByText("The old mail is open again.").waitFor();
  await page.goto(`${alpha.endpoint}/inbox`);
  await page.getByRole("row", { name: /Before the loss/ }).click();
  await page.getByRole("article").getByText("Sealed to the old keys.").waitFor();

  await lost.waitFor({ state: "detached" });
  await reader
    .getByRole("article")
    .getByText(/Sealed to (the old keys|them, too)\./)
    .waitFor();
  await hasCount(unread, 0);
  await reader.getByRole("row", { name: /Before the loss/ }).click();
  await reader.getByRole("article").getByText("Sealed to the old keys.").waitFor();
  await reader.getByRole("row", { name: /Also before/ }).waitFor();
  // What is found there now is found by its words, too.
  await reader.keyboard.press("/");
  await reader.keyboard.type("subject:loss");
  await reader.keyboard.press("Enter");
  await reader.getByRole("row", { name: /Before the loss/ }).waitFor();
  // The address that a link leaves behind leads nowhere but back.
  await page.goto(`${alpha.endpoint}/reset`);
  await page.getByRole("button", { name: "Back to my mail" }).click();
  await page.getByRole("heading", { name: "Inbox" }).waitFor();
  expect([...browser.faults, ...other.faults]).toEqual([]);
}, 60_000);
