/** Somebody deletes their account in a browser: they see what becomes of it, and keep it after all. */
import { prepare, send } from "@posthorn/client";
import { formatTime } from "@posthorn/protocol";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hasCount, letterText, writeTo } from "../src/browser/composing.ts";
import { findBarriers } from "../src/browser/find-barriers.ts";
import { startWebClients, type WebClient, type WebClients } from "../src/browser/index.ts";
import { joinAs, newDevice, type TestPerson } from "../src/people.ts";

const slow = 120_000;
let clients: WebClients;
let ana: TestPerson;
let bo: TestPerson;
let client: WebClient;
let page: Page;

beforeAll(async () => {
  clients = await startWebClients();
  const [alpha, beta] = [clients.net.node("alpha"), clients.net.node("beta")];
  ana = await joinAs(clients.net, alpha, "ana");
  bo = await joinAs(clients.net, beta, "bo");
  await write(bo, ana.address, "Before");
  client = await clients.open(alpha);
  await client.signIn(ana);
  page = client.page;
  page.setDefaultTimeout(30_000);
  await page.getByRole("row", { name: /Before/ }).waitFor();
}, slow);
afterAll(() => clients.close());

async function write(from: TestPerson, to: string, subject: string, sendAt?: string): Promise<void> {
  const date = sendAt === undefined ? {} : { date: sendAt };
  const draft = { from: from.address, to: [to], subject, body: "As I said.", ...date };
  const { message } = await prepare(from.session, draft);
  await send(from.session, message, { sendAt });
}

function goTo(path: string): Promise<unknown> {
  return page.goto(new URL(path, page.url()).href);
}

/** What asks for an address and a password, filled in. */
async function fillIn(address: string, password: string): Promise<void> {
  await page.getByLabel("Type your address to confirm").fill(address);
  await page.getByRole("textbox", { name: "Password" }).fill(password);
}

const closed = /This account will be deleted on \d+ \w+ \d{4}/;

test(
  "who deletes the account is told what becomes of it before, and nothing is done by a wrong address or password",
  async () => {
    const nextWeek = formatTime(Date.now() + 7 * 86_400_000);
    await write(ana, bo.address, "For next week", nextWeek);
    await goTo("/settings/deletion");
    await page.getByText("1 letter that waits to be sent is not sent.").waitFor();
    for (const words of [
      `${ana.address} stops working at once. Nobody else ever gets this address`,
      "Whoever writes to you is told that the address is no longer in use.",
      "After 14 days all your messages, files, drafts and settings are deleted",
      "What other people already have from you stays with them.",
    ])
      await page.getByText(words).waitFor();
    expect(await findBarriers(page)).toEqual([]);
    const verb = page.getByRole("button", { name: "Delete account", exact: true });
    await fillIn(bo.address, ana.password);
    expect(await verb.isDisabled()).toBe(true);
    await fillIn(ana.address, "not her password");
    await verb.click();
    await page.getByText("That is not the password of this account.").waitFor();
    expect(await page.getByText(closed).count()).toBe(0);
    await page.getByRole("button", { name: "Export everything first" }).click();
    await page.getByRole("heading", { name: "Export", level: 1 }).waitFor();
  },
  slow,
);

test(
  "for fourteen days nothing comes and nothing goes, and every page says until when and how it is kept",
  async () => {
    const other = await clients.open(clients.net.node("alpha"));
    await other.signIn(ana);
    await goTo("/settings/deletion");
    await fillIn(ana.address.toUpperCase(), ana.password);
    await page.getByRole("button", { name: "Delete account", exact: true }).click();
    await page.getByText(new RegExp(`^${ana.address} will be deleted on`)).waitFor();
    await page.getByText(closed).waitFor();
    expect(await findBarriers(page)).toEqual([]);
    const session = await newDevice(clients.net.platform, bo);
    await expect(write({ ...bo, session }, ana.address, "Hello?")).rejects.toMatchObject({
      problem: { code: "recipientGone" },
    });

    await goTo("/drafts");
    await page.getByRole("row", { name: /For next week/ }).waitFor();
    await goTo("/inbox");
    await page.getByText(closed).waitFor();
    await page.getByRole("row", { name: /Before/ }).waitFor();
    // Another device says so as well, without having been loaded anew.
    await other.page.getByRole("status").filter({ hasText: closed }).waitFor();
    expect(await findBarriers(other.page)).toEqual([]);
    await writeTo(other.page, bo.address, "One more", "Nothing goes.");
    await letterText(other.page).press("Control+Enter");
    await other.page
      .getByText(/is to be deleted on .* so nothing is sent from it/)
      .first()
      .waitFor();

    const telephone = await clients.open(clients.net.node("alpha"), {
      viewport: { width: 390, height: 844 },
      locale: "de-DE",
    });
    await telephone.page.getByLabel("Adresse", { exact: true }).fill(ana.address);
    await telephone.page.getByRole("textbox", { name: "Passwort" }).fill(ana.password);
    await telephone.page.getByRole("button", { name: "Anmelden" }).click();
    await telephone.page.getByText(/Dieses Konto wird am .* gelöscht/).waitFor();
    expect(await findBarriers(telephone.page)).toEqual([]);
    await telephone.page.getByRole("button", { name: "Konto behalten" }).click();
    await telephone.page.getByText("Ihr Konto bleibt.").waitFor();
    await hasCount(telephone.page.getByText(/Dieses Konto wird am/), 0);

    await hasCount(page.getByText(closed), 0);
    await hasCount(other.page.getByText(closed), 0);
    await write(bo, ana.address, "Still there?");
    await page.getByRole("row", { name: /Still there/ }).waitFor();
    expect([...client.faults, ...other.faults, ...telephone.faults]).toEqual([]);
  },
  slow,
);
