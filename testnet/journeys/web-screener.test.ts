/** Whoever writes for the first time is accepted or not: a person, a server, or all who write to one address; and it is taken back. */
import { prepare, send } from "@posthorn/client";
import type { Locator } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hasCount } from "../src/browser/composing.ts";
import { findBarriers } from "../src/browser/find-barriers.ts";
import { startWebClients, type WebClient, type WebClients } from "../src/browser/index.ts";
import { joinAs, type TestPerson } from "../src/people.ts";

let clients: WebClients;
let ana: TestPerson;
let client: WebClient;
let page: WebClient["page"];
let host: string;

beforeAll(async () => {
  clients = await startWebClients({ settings: { screening: "yes" } });
  host = clients.net.node("beta").host;
  ana = await joinAs(clients.net, clients.net.node("alpha"), "ana");
  client = await clients.open(clients.net.node("alpha"));
  page = client.page;
  await client.signIn(ana);
}, 120_000);
afterAll(async () => {
  await clients.close();
});

const shopAddress = () => ana.address.replace("@", "+shop@");

async function stranger(name: string, subject: string, to = ana.address): Promise<TestPerson> {
  const person = await joinAs(clients.net, clients.net.node("beta"), name);
  const draft = { from: person.address, to: [to], subject, body: "We have met." };
  await send(person.session, (await prepare(person.session, draft)).message);
  return person;
}

function card(subject: string): Locator {
  return page.getByRole("listitem").filter({ hasText: subject });
}

function row(subject: string): Locator {
  return page.getByRole("row", { name: new RegExp(subject) });
}

const goTo = (name: RegExp) => page.getByRole("link", { name }).click();
const undo = () => page.getByRole("button", { name: "Undo" }).last().click();

test("a person who was declined, or accepted, waits again when that is taken back", async () => {
  await stranger("bo", "From Bo");
  await goTo(/^Screener\s*1/);
  await card("From Bo").getByRole("button", { name: "Decline" }).click();
  await page.getByRole("heading", { name: "No one new" }).waitFor();
  await undo();
  await card("From Bo").waitFor();
  await goTo(/^Spam/);
  await page.getByRole("heading", { name: "Spam", level: 1 }).waitFor();
  await page.getByRole("heading", { name: "No spam" }).waitFor();
  await hasCount(row("From Bo"), 0);
  await goTo(/^Screener\s*1/);
  await card("From Bo").getByRole("button", { name: "Accept" }).click();
  await page.getByRole("heading", { name: "No one new" }).waitFor();
  // An act before it is not what its key takes back.
  await page.getByText("is accepted").first().waitFor();
  await page.keyboard.press("z");
  await card("From Bo").waitFor();
  await goTo(/^Inbox/);
  await page.getByRole("heading", { name: "All clear" }).waitFor();
  await hasCount(row("From Bo"), 0);
});

test("all of a server are blocked by one button, and that is taken back for all of them", async () => {
  await stranger("carol", "From Carol");
  await goTo(/^Screener\s*2/);
  await card("From Carol").waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await card("From Bo")
    .getByRole("button", { name: `Block server ${host}` })
    .click();
  await page.getByText(`${host} is blocked`).first().waitFor();
  await page.getByRole("heading", { name: "No one new" }).waitFor();
  await goTo(/^Spam/);
  await row("From Carol").waitFor();
  await row("From Bo").waitFor();
  await undo();
  await hasCount(row("From Carol"), 0);
  await goTo(/^Screener\s*2/);
  await card("From Carol").waitFor();
  await card("From Bo").waitFor();
});

test("everything to an address of one's own with a tag is accepted, whoever writes to it then", async () => {
  await stranger("dave", "From Dave", shopAddress());
  await goTo(/^Screener\s*3/);
  await card("From Dave").getByText(`To ${shopAddress()}`).waitFor();
  const accept = async () => {
    await card("From Dave")
      .getByRole("button", { name: /^More for dave/ })
      .click();
    const dialog = page.getByRole("dialog");
    expect(await findBarriers(page)).toEqual([]);
    await dialog.getByRole("option", { name: `Accept everything to ${shopAddress()}` }).click();
    await card("From Dave").waitFor({ state: "detached" });
  };
  await accept();
  // Nobody else is accepted by it.
  await card("From Carol").waitFor();
  await undo();
  await card("From Dave").waitFor();
  await accept();
  await stranger("erin", "From Erin", shopAddress());
  await goTo(/^Inbox/);
  await row("From Dave").waitFor();
  await row("From Erin").waitFor();
  await hasCount(row("From Carol"), 0);
  expect(client.faults).toEqual([]);
});

test("all of a server are accepted, and who reads what waits there can take back a no, too", async () => {
  await goTo(/^Screener\s*2/);
  await card("From Carol").getByRole("button", { name: "Read" }).click();
  const reader = page.locator("article[data-part=reader]");
  await reader.getByRole("button", { name: "Decline" }).click();
  await card("From Bo").waitFor();
  await hasCount(card("From Carol"), 0);
  await undo();
  await card("From Carol")
    .getByRole("button", { name: /^More for carol/ })
    .click();
  await page
    .getByRole("dialog")
    .getByRole("option", { name: `Accept all of ${host}` })
    .click();
  await page.getByRole("heading", { name: "No one new" }).waitFor();
  await goTo(/^Inbox/);
  await row("From Carol").waitFor();
  await row("From Bo").waitFor();
  expect(client.faults).toEqual([]);
});
