/** Old mail is brought into a sealed account in a browser, read and found there, and taken to another server. */
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findBarriers } from "../src/browser/find-barriers.ts";
import { startWebClients, type WebClient, type WebClients } from "../src/browser/index.ts";
import { mboxOf, oldMail, richMail } from "../src/old-mail.ts";
import { joinAs, type TestPerson } from "../src/people.ts";

let clients: WebClients;
let alice: TestPerson;
let bob: TestPerson;
let client: WebClient;

const count = 500;

/** 500 mails, and what is wrong with old mail: two are there twice, one is none, one has more than one “From ” in it. */
function oldBox(): Uint8Array {
  const mails = Array.from({ length: count }, (_, number) =>
    oldMail({
      number,
      labels: number % 10 === 0 ? "Inbox,Unread,Reise" : "Archived,Arbeit/Berichte",
      ...(number === 7
        ? { body: "From here\r\n>From there\r\n\r\nFrom that it follows: Zitronenfalter." }
        : {}),
    }),
  );
  const [first = "", second = ""] = mails;
  return mboxOf([
    ...mails.slice(0, 250),
    first,
    "\u0001 broken\r\n",
    second,
    richMail(200),
    ...mails.slice(250),
  ]);
}

const file = { name: "Old mail.mbox", mimeType: "application/mbox", buffer: Buffer.from(oldBox()) };

beforeAll(async () => {
  clients = await startWebClients();
  alice = await joinAs(clients.net, clients.net.node("alpha"), "alice");
  bob = await joinAs(clients.net, clients.net.node("beta"), "bob");
  client = await clients.open(clients.net.node("alpha"));
  // Where a file is to be saved is asked by a window of the browser's own, which no test can answer.
  await client.context.addInitScript("delete window.showSaveFilePicker");
  await client.page.reload();
  await client.signIn(alice);
});
afterAll(async () => {
  await clients.close();
});

test("an empty inbox leads there, and files are looked into before anything is brought", async () => {
  const { page } = client;
  await page.getByRole("link", { name: "Bring your old mail" }).click();
  await page.getByText("Each mail is sealed on this device before it goes up").waitFor();
  await page.getByLabel("Choose files").last().setInputFiles(file);
  await page.getByText(`${count + 3} mails`, { exact: true }).waitFor();
  await page.getByText("2 are there more than once, and are brought once.").waitFor();
  await page.getByText("One cannot be read. The report says why.").waitFor();
  const labels = page.getByRole("row");
  expect(await labels.nth(1).textContent()).toContain("451");
  await page.getByLabel("Where “Arbeit/Berichte” goes").waitFor();
  await page.getByLabel("Where “Reise” goes").selectOption("none");
  expect(await findBarriers(page)).toEqual([]);
});

test("it is paused, and goes on where it was after the page was closed", async () => {
  const { page } = client;
  await page.getByRole("button", { name: `Bring ${count + 3} mails` }).click();
  await page.getByText(/^[1-9]\d* brought$/).waitFor();
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByText("Paused. It goes on where it was.").waitFor();
  await page.reload();
  await page.getByText("The page was closed before all mail was brought.").waitFor();
  await page
    .getByLabel("Choose files")
    .last()
    .setInputFiles({ ...file, name: "Another.mbox" });
  await page.getByText("These are not the files that it began with.").waitFor();
  await page.getByLabel("Choose files").last().setInputFiles(file);
  await page.getByText(`${count + 1} mails were brought`).waitFor({ timeout: 120_000 });
  await page.getByText("2 were here already").waitFor();
  await page.getByText("one left out").waitFor();
  expect(await findBarriers(page)).toEqual([]);
}, 180_000);

test("what was left out is told in a file", async () => {
  const { page } = client;
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Save the report" }).click(),
  ]);
  const report = await readFile(await download.path(), "utf8");
  expect(report).toContain("3 mails were not brought:");
  expect(report).toContain("Letter 0 · eve.adams@elsewhere.example\n  It was in the account already.");
  expect(report).toContain("Old mail.mbox\n  It is no mail: it cannot be read as one.");
});

test("it lies where its labels say, is found by what it says, and is shown as it was", async () => {
  const { page } = client;
  await page.getByRole("link", { name: /^Inbox/ }).click();
  await page.getByRole("row", { name: /Letter 490/ }).waitFor();
  await page.getByRole("link", { name: /Berichte/ }).click();
  await page.getByRole("row", { name: /Letter 499/ }).waitFor();
  await page.goto(`${clients.net.node("alpha").endpoint}/search?q=zitronenfalter`);
  await page.getByRole("row", { name: /Letter 7/ }).click({ timeout: 60_000 });
  await page.getByRole("article").getByText("From that it follows: Zitronenfalter.").waitFor();
  await page.goto(`${clients.net.node("alpha").endpoint}/search?q=kirschbaum`);
  await page.getByRole("row", { name: /Grüße/ }).click({ timeout: 60_000 });
  await page.getByText("plan.pdf").waitFor();
  const frame = page.frameLocator("iframe").first();
  await frame.getByText("Kirschbaum").waitFor();
  expect(client.faults).toEqual([]);
}, 120_000);

test("all of it is taken out, and brought to another server", async () => {
  const { page } = client;
  await page.goto(`${clients.net.node("alpha").endpoint}/settings/export`);
  await page
    .getByText("The file is not sealed. Keep it where nobody else looks.")
    .waitFor({ timeout: 60_000 });
  expect(await findBarriers(page)).toEqual([]);
  await page.getByRole("button", { name: "Save everything" }).click();
  await page.getByText(`${count + 1} mails are in the file`).waitFor({ timeout: 120_000 });
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Save the file" }).click(),
  ]);
  const zip = await readFile(await download.path());
  const there = await clients.open(clients.net.node("beta"));
  await there.signIn(bob);
  await there.page.goto(`${clients.net.node("beta").endpoint}/settings/import`);
  await there.page
    .getByLabel("Choose files")
    .last()
    .setInputFiles({ name: "out.zip", mimeType: "application/zip", buffer: zip });
  await there.page.getByRole("button", { name: `Bring ${count + 1} mails` }).click();
  await there.page.getByText(`${count + 1} mails were brought`).waitFor({ timeout: 120_000 });
  await there.page.getByRole("link", { name: /Berichte/ }).click();
  await there.page.getByRole("row", { name: /Letter 499/ }).waitFor();
  expect(there.faults).toEqual([]);
  expect(client.faults).toEqual([]);
}, 300_000);
