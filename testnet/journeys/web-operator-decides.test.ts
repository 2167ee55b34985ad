/** What an operator decides in the browser: the rules of the server while it runs, and mail that is not tried any more. */
import {
  changeAccount,
  changePolicy,
  eachAccount,
  prepare,
  readPolicy,
  send,
  waitUntilSettled,
} from "@posthorn/client";
import type { AccountInfo } from "@posthorn/protocol";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hasCount, hasValue } from "../src/browser/composing.ts";
import { findBarriers } from "../src/browser/find-barriers.ts";
import { startWebClients, type WebClient, type WebClients } from "../src/browser/index.ts";
import { joinAs, operatorOf, type TestPerson } from "../src/people.ts";
import type { TestNode } from "../src/testnet.ts";

let clients: WebClients;
let alpha: TestNode;
let beta: TestNode;
let ana: TestPerson;
let bob: TestPerson;
let client: WebClient;

beforeAll(async () => {
  clients = await startWebClients();
  [alpha, beta] = [clients.net.node("alpha"), clients.net.node("beta")];
  ana = await joinAs(clients.net, alpha, "ana");
  bob = await joinAs(clients.net, beta, "bob");
  await changeAccount(await operatorOf(clients.net, alpha), "ana", { operator: true });
  client = await clients.open(alpha);
  await client.signIn(ana);
});
afterAll(async () => {
  await clients.close();
});

async function openTopic(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: "Server", exact: true }).click();
  await page.getByRole("navigation", { name: "Server" }).getByRole("link", { name, exact: true }).click();
  await page.getByRole("heading", { name, level: 1 }).waitFor();
}

async function accountOf(name: string): Promise<AccountInfo | undefined> {
  for await (const account of eachAccount(await operatorOf(clients.net, alpha))) {
    if (account.name === name) return account;
  }
  return undefined;
}

function letter(from: TestPerson, to: TestPerson, subject: string) {
  return { from: from.address, to: [to.address], subject, body: "Or not?" };
}

/** Sends a letter, and gives its id. */
async function write(from: TestPerson, to: TestPerson, subject: string): Promise<string> {
  const { message } = await prepare(from.session, letter(from, to, subject));
  await send(from.session, message);
  return message.id;
}

test("an operator changes the rules, which hold for whoever comes next, also after a start; and takes them back", async () => {
  const { page } = client;
  await openTopic(page, "Policy");
  const room = page.getByRole("row", { name: /^Room of a new account/ });
  const strangers = page.getByRole("row", { name: /^First messages of strangers/ });
  await room.getByText("--quota").waitFor();
  await strangers.getByText("Come straight into the inbox").waitFor();
  await page.getByRole("button", { name: "Change the rules" }).click();
  const dialog = page.getByRole("dialog", { name: "Change the rules" });
  await dialog.getByLabel("Room of a new account (GB)").fill("much");
  await dialog.getByText("Write a number of gigabytes, such as 5.").waitFor();
  await dialog.getByLabel("Room of a new account (GB)").fill("2");
  await dialog.getByRole("switch", { name: "First messages of strangers wait in the Screener" }).click();
  expect(await findBarriers(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Save" }).click();
  await room.getByText("2 GB").waitFor();
  await room.getByText(/Here; started with 5\.4 GB/).waitFor();
  await strangers.getByText("Wait in the Screener of new accounts").waitFor();
  expect(await findBarriers(page)).toEqual([]);

  await alpha.stop();
  await alpha.start();
  const dora = await joinAs(clients.net, alpha, "dora");
  expect(await accountOf("dora")).toMatchObject({ quotaBytes: 2_000_000_000 });
  const hello = await write(bob, dora, "Hello");
  const { recipients } = await waitUntilSettled(bob.session, hello, { timeoutMs: 30_000 });
  expect(recipients).toMatchObject([{ status: "held" }]);

  await room.getByRole("button", { name: "Take back: Room of a new account" }).click();
  await room.getByText("--quota").waitFor();
  await page.locator("tr:focus").getByText("Room of a new account").waitFor();
  await strangers.getByRole("button", { name: "Take back: First messages of strangers" }).click();
  await strangers.getByText("--screening").waitFor();
  expect(await readPolicy(await operatorOf(clients.net, alpha))).toMatchObject({ changed: [] });
  await joinAs(clients.net, alpha, "emil");
  expect((await accountOf("emil"))?.quotaBytes).toBeGreaterThan(5_000_000_000);
});

test("room that nobody has changed stays what it was to the byte, of the rules and of a person", async () => {
  const { page } = client;
  const odd = 5_368_709_123;
  await changePolicy(await operatorOf(clients.net, alpha), { quotaBytes: odd });
  await changeAccount(await operatorOf(clients.net, alpha), "dora", { quotaBytes: odd });
  await page.reload();
  await page.getByRole("button", { name: "Change the rules" }).click();
  const dialog = page.getByRole("dialog", { name: "Change the rules" });
  await hasValue(dialog.getByLabel("Room of a new account (GB)"), "5.37");
  await dialog.getByRole("switch", { name: "First messages of strangers wait in the Screener" }).click();
  await dialog.getByRole("button", { name: "Save" }).click();
  await hasCount(dialog, 0);
  expect(await readPolicy(await operatorOf(clients.net, alpha))).toMatchObject({
    quotaBytes: odd,
    screening: true,
  });

  await openTopic(page, "People");
  await page.getByRole("button", { name: `Change dora@${alpha.host}` }).click();
  const hers = page.getByRole("dialog", { name: `dora@${alpha.host}` });
  await hasValue(hers.getByLabel("Room, in GB"), "5.37");
  await hers.getByLabel("Room, in GB").fill("7");
  await hers.getByLabel("Room, in GB").fill("5.37");
  await hers.getByRole("button", { name: "Save" }).click();
  await hasCount(hers, 0);
  expect(await accountOf("dora")).toMatchObject({ quotaBytes: odd });
  await changePolicy(await operatorOf(clients.net, alpha), { quotaBytes: null, screening: null });
  await openTopic(page, "Policy");
  expect(client.faults).toEqual([]);
});

test("what is written in a dialog stays while the server cannot be asked, and takes back nothing of another operator’s", async () => {
  const { page } = client;
  await page.getByRole("button", { name: "Change the rules" }).click();
  const dialog = page.getByRole("dialog", { name: "Change the rules" });
  const contact = dialog.getByLabel("How you are reached");
  await contact.fill("the porter");
  await changePolicy(await operatorOf(clients.net, alpha), { greeting: false });
  await page
    .getByRole("row", { name: /^First letters/ })
    .getByText("New accounts are empty")
    .waitFor();
  await page.route("**/admin/policy", (route) => route.abort());
  await page.getByRole("button", { name: "Try again" }).waitFor();
  await page.unroute("**/admin/policy");
  await page.getByRole("button", { name: "Try again" }).waitFor({ state: "detached" });
  expect(await contact.inputValue()).toBe("the porter");
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.waitFor({ state: "detached" });
  const operator = await operatorOf(clients.net, alpha);
  expect(await readPolicy(operator)).toMatchObject({ contact: "the porter", greeting: false });
  await changePolicy(operator, { contact: null, greeting: null });
});

test("how much may be sent is another from the moment on at which an operator says so", async () => {
  const { page } = client;
  await page.getByRole("button", { name: "Change the rules" }).click();
  const dialog = page.getByRole("dialog", { name: "Change the rules" });
  await dialog.getByLabel("Recipients an account may write to in a minute").fill("1");
  await dialog.getByLabel("Recipients at once, when an account has not written for a while").fill("1");
  await dialog.getByRole("button", { name: "Save" }).click();
  await page
    .getByRole("row", { name: /^Sending at once/ })
    .getByText("1 recipient")
    .first()
    .waitFor();
  // What has been saved up may be spent, and one letter more.
  await write(ana, bob, "One");
  await write(ana, bob, "Two");
  await expect(write(ana, bob, "Three")).rejects.toMatchObject({ problem: { code: "rateLimited" } });
  await page.getByRole("button", { name: "Take back: Sending at once" }).click();
  await page.getByRole("button", { name: "Take back: Sending", exact: true }).click();
  await page
    .getByRole("row", { name: /^Sending at once/ })
    .getByText("--send-burst")
    .waitFor();
});

test("what is not tried any more ends for its sender as not delivered, told once and with the reason in words", async () => {
  const { page } = client;
  await openTopic(page, "Queue");
  const { message } = await prepare(ana.session, letter(ana, bob, "Are you there"));
  await beta.stop();
  await send(ana.session, message);
  await page.getByText(/^Failed (?:once|\d+ times), next try/).waitFor();
  await page.getByRole("button", { name: `Stop trying: ${beta.host}` }).click();
  const dialog = page.getByRole("dialog", { name: `Stop trying to deliver one message to ${beta.host}?` });
  await dialog.getByText("Each sender is told that it was not delivered").waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Keep trying" }).click();
  await page.getByRole("button", { name: `Stop trying: ${beta.host}` }).click();
  await dialog.getByRole("button", { name: "Stop trying" }).click();
  await page.getByText(`Stopped one for ${beta.host}. Its sender is told.`).first().waitFor();
  await page.getByRole("heading", { name: "Queue is empty" }).waitFor();
  const { recipients } = await waitUntilSettled(ana.session, message.id);
  expect(recipients).toMatchObject([{ status: "failed", problem: { code: "givenUp" } }]);
  await beta.start();

  await page.getByRole("button", { name: "Mail", exact: true }).click();
  const told = page.getByRole("row", { name: /Not delivered: bob@/ });
  await told.waitFor();
  expect(await told.count()).toBe(1);
  await told.click();
  await page.getByText("The operator of your server stopped trying.").first().waitFor();
  expect(client.faults).toEqual([]);
});
