/** Whoever writes for the first time is accepted or not: a person, a server, or all who write to one address; and it is taken back. */
import { changeRule, listRules, prepare, send } from "@posthorn/client";
import type { Locator } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hasCount } from "../src/browser/composing.ts";
import { findBarriers } from "../src/browser/find-barriers.ts";
import {
  openSettings,
  pressInRow,
  startWebClients,
  type WebClient,
  type WebClients,
} from "../src/browser/index.ts";
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
/** In a toast, and not in what was done. */
const told = (words: string) => page.getByText(words).filter({ visible: true }).first();
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
  await told("is accepted").waitFor();
  await page.keyboard.press("z");
  await card("From Bo").waitFor();
  await goTo(/^Inbox/);
  await page.getByRole("heading", { name: "All clear" }).waitFor();
  await hasCount(row("From Bo"), 0);
});

test("what was decided, ruled and named is taken back by `z` in its turn with all else, also after the page was loaded anew", async () => {
  await goTo(/^Screener\s*1/);
  await card("From Bo").getByRole("button", { name: "Accept" }).click();
  await told("is accepted").waitFor();
  await goTo(/^Inbox/);
  await pressInRow(row("From Bo"), "Archive");
  await row("From Bo").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "People", exact: true }).click();
  await page.getByRole("link", { name: /^bo/ }).click();
  await page.getByRole("button", { name: "Call them something else" }).click();
  await page.getByLabel("What you call them").fill("Lamp seller");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByRole("heading", { name: "Lamp seller" }).waitFor();
  await openSettings(client, "Rules");
  await page.getByRole("button", { name: "New rule" }).click();
  const dialog = page.getByRole("dialog", { name: "New rule" });
  await dialog.getByLabel("Name of the rule").fill("Lamps");
  await dialog.getByRole("textbox", { name: "From" }).fill(`bo@${host}`);
  await dialog.getByRole("checkbox", { name: "Mark as read" }).check();
  await dialog.getByRole("button", { name: "Keep rule" }).click();
  const rule = page.getByRole("switch", { name: "Rule Lamps" });
  await rule.click();
  await hasCount(page.getByRole("switch", { name: "Rule Lamps", checked: false }), 1);
  await page.getByRole("button", { name: "Remove rule Lamps" }).click();
  await page.getByText("No rules yet.").waitFor();

  await page.reload();
  await page.getByText("No rules yet.").waitFor();
  await page.getByRole("button", { name: "What you did last" }).click();
  const list = page.getByRole("region", { name: "What you did" });
  await expect
    .poll(async () =>
      (await list.getByRole("listitem").locator("span:first-child").allInnerTexts()).slice(0, 6),
    )
    .toEqual([
      "Rule “Lamps” removed",
      "Rule “Lamps” changed",
      "Rule “Lamps” made",
      `Name for bo@${host} changed`,
      "Archived",
      `bo@${host} is accepted`,
    ]);
  expect(await findBarriers(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await page.keyboard.press("z");
  await hasCount(page.getByRole("switch", { name: "Rule Lamps", checked: false }), 1);
  await page.keyboard.press("z");
  await hasCount(page.getByRole("switch", { name: "Rule Lamps", checked: true }), 1);
  await page.keyboard.press("z");
  await page.getByText("No rules yet.").waitFor();
  await page.getByRole("button", { name: "People", exact: true }).click();
  await page.getByRole("link", { name: /^Lamp seller/ }).waitFor();
  await page.keyboard.press("z");
  await page.getByRole("link", { name: /^bo/ }).waitFor();
  await goTo(/^Inbox/);
  await page.keyboard.press("z");
  await row("From Bo").waitFor();
  await page.keyboard.press("z");
  await row("From Bo").waitFor({ state: "detached" });
  await goTo(/^Screener\s*1/);
  await card("From Bo").waitFor();
  expect(client.faults).toEqual([]);
});

test("who takes a yes back after its letter was put away leaves that where it is", async () => {
  await stranger("cleo", "From Cleo");
  await goTo(/^Screener/);
  await card("From Cleo").getByRole("button", { name: "Accept" }).click();
  await told("is accepted").waitFor();
  await goTo(/^Inbox/);
  await pressInRow(row("From Cleo"), "Archive");
  await row("From Cleo").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "What you did last" }).click();
  await page
    .getByRole("region", { name: "What you did" })
    .getByRole("listitem")
    .filter({ hasText: `cleo@${host} is accepted` })
    .getByRole("button", { name: /^Undo/ })
    .click();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "People", exact: true }).click();
  await page.getByRole("link", { name: /^cleo/ }).click();
  await page.getByText(/it waits in the Screener/).waitFor();
  await goTo(/^Archive/);
  await row("From Cleo").waitFor();
  await goTo(/^Screener\s*1/);
});

test("what was made otherwise since is not taken back: a sentence says so, and the key goes on to what was done before", async () => {
  await card("From Bo").getByRole("button", { name: "Decline" }).click();
  await told("is declined").waitFor();
  await openSettings(client, "Rules");
  await page.getByRole("button", { name: "New rule" }).click();
  const dialog = page.getByRole("dialog", { name: "New rule" });
  await dialog.getByLabel("Name of the rule").fill("Shades");
  await dialog.getByRole("textbox", { name: "From" }).fill(`bo@${host}`);
  await dialog.getByRole("checkbox", { name: "Mark as read" }).check();
  await dialog.getByRole("button", { name: "Keep rule" }).click();
  await page.getByRole("switch", { name: "Rule Shades" }).waitFor();
  const [rule] = await listRules(ana.session);
  await changeRule(ana.session, rule?.id ?? "", { name: "Shades of lamps" });
  await page.keyboard.press("z");
  await told("Changed since, so it stays as it is now: Rule “Shades” made").waitFor();
  await page.getByRole("switch", { name: "Rule Shades of lamps" }).waitFor();
  await page.keyboard.press("z");
  await goTo(/^Screener\s*1/);
  await card("From Bo").waitFor();
  expect(client.faults).toEqual([]);
});

test("all of a server are blocked by one button, and that is taken back for all of them", async () => {
  await stranger("carol", "From Carol");
  await goTo(/^Screener\s*2/);
  await card("From Carol").waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await card("From Bo")
    .getByRole("button", { name: `Block server ${host}` })
    .click();
  await told(`${host} is blocked`).waitFor();
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
