/** Two people of two servers, each in a browser, with nothing but an invitation to begin with. */

import { prepare, send } from "@posthorn/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startWebClients, type WebClient, type WebClients, withoutNetwork } from "../src/browser/index.ts";
import { inviteTo, joinAs, type TestPerson, writeAs } from "../src/people.ts";

let clients: WebClients;
let bob: TestPerson;
let alice: WebClient;

beforeAll(async () => {
  clients = await startWebClients();
  bob = await joinAs(clients.net, clients.net.node("beta"), "bob");
}, 120_000);
afterAll(async () => {
  await clients.close();
});

test("an invitation's link leads to an account, and its recovery phrase is shown once", async () => {
  const alpha = clients.net.node("alpha");
  const { url } = await inviteTo(clients.net, alpha, "alice");
  alice = await clients.open(alpha);
  const { page } = alice;
  await page.goto(url);
  await page.getByRole("heading", { name: /^Welcome to alpha/ }).waitFor();
  await page.getByRole("textbox", { name: "Password" }).fill("alice on alpha");
  await page.getByRole("button", { name: "Create my account" }).click();
  await page.getByRole("heading", { name: "Your recovery phrase" }).waitFor();
  const words = await page.locator("ol > li").allInnerTexts();
  expect(words).toHaveLength(12);
  await page.getByLabel("Check that you have it").fill(words.join(" ").toUpperCase());
  await page.getByRole("button", { name: "I have it" }).click();
  await page.getByRole("heading", { name: "All clear" }).waitFor();
  expect(await page.getByText("You do not have your recovery phrase yet.").count()).toBe(0);
  expect(alice.faults).toEqual([]);
});

test("a phrase that was left unseen is not forgotten: whoever goes on without it is told until they have it", async () => {
  const alpha = clients.net.node("alpha");
  const { url } = await inviteTo(clients.net, alpha, "lea");
  const { page, context, faults } = await clients.open(alpha);
  await page.goto(url);
  await page.getByRole("textbox", { name: "Password" }).fill("lea on alpha");
  await page.getByRole("button", { name: "Create my account" }).click();
  await page.getByRole("heading", { name: "Your recovery phrase" }).waitFor();
  const words = await page.locator("ol > li").allInnerTexts();
  await page.goto(`${alpha.endpoint}/inbox`);
  const owed = page.getByRole("region", { name: "Your recovery phrase" });
  await owed.getByRole("button", { name: "I have it" }).click();
  await page.getByLabel("Your twelve words").fill(words.join(" "));
  await page.getByRole("button", { name: "Test my phrase" }).click();
  await owed.waitFor({ state: "detached" });
  expect(faults).toEqual([]);
  await context.close();
});

test("a sealed letter from another server shows itself in the open inbox, and is read", async () => {
  const { page } = alice;
  const to = `alice@${clients.net.node("alpha").host}`;
  const draft = { from: bob.address, to: [to], subject: "From far away", body: "It came sealed." };
  const { message } = await prepare(bob.session, draft);
  await send(bob.session, message);
  const row = page.getByRole("row", { name: /From far away/ });
  await row.click();
  await page.getByRole("heading", { name: "From far away" }).waitFor();
  await page.getByRole("article").getByText("It came sealed.").waitFor();
  expect(await page.title()).toBe("From far away – Inbox – Posthorn");
  expect(alice.faults).toEqual([]);
});

test("old mail is offered below the first letters, until somebody declines", async () => {
  const { page } = alice;
  await page.getByRole("link", { name: "Bring your old mail" }).waitFor();
  await page.getByRole("button", { name: "Do not offer it again" }).click();
  await page.reload();
  await page.getByRole("row", { name: /From far away/ }).waitFor();
  expect(await page.getByRole("link", { name: "Bring your old mail" }).count()).toBe(0);
});

test("what is archived is gone at once, and is back when that is taken back", async () => {
  const { page } = alice;
  await page.getByRole("button", { name: "Archive", exact: true }).last().click();
  await page.getByRole("heading", { name: "All clear" }).waitFor();
  await page.getByRole("button", { name: /^Undo/ }).click();
  await page.getByRole("row", { name: /From far away/ }).waitFor();
});

test("a trial's door for browsers leads to the same, and nothing has to be trusted for it", async () => {
  const there = await clients.open(clients.net.node("beta"), { isPlain: true, ignoreHTTPSErrors: false });
  await there.signIn(bob);
  await there.page.getByRole("link", { name: "Sent" }).click();
  await there.page.getByRole("row", { name: /From far away/ }).waitFor();
  expect(there.faults).toEqual([]);

  // It is there without a network too, with all that was read.
  await there.page.waitForFunction("navigator.serviceWorker.controller !== null");
  await withoutNetwork(there.context, async () => {
    await there.page.reload();
    await there.page.getByRole("row", { name: /From far away/ }).click();
    await there.page.getByRole("article").getByText("It came sealed.").waitFor();
  });
});

test("who reads German is told in German that a password is wrong, and what a trial is", async () => {
  const { page, context } = await clients.open(clients.net.node("beta"), { locale: "de-DE" });
  await page.getByLabel("Adresse", { exact: true }).fill(bob.address);
  await page.getByRole("textbox", { name: "Passwort" }).fill("not this one");
  await page.getByRole("button", { name: "Anmelden" }).click();
  await page.getByText("Adresse und Passwort passen nicht zusammen.").waitFor();
  const password = page.getByRole("textbox", { name: "Passwort" });
  expect(await password.getAttribute("aria-invalid")).toBe("true");
  await password.fill(bob.password);
  await password.press("Enter");
  await page.getByText("Lokaler Versuch. Nichts verlässt diesen Computer.").waitFor();
  await context.close();
});

test("an address of another server is told where it is signed in", async () => {
  const { page } = await clients.open(clients.net.node("alpha"));
  await page.getByLabel("Address", { exact: true }).fill(bob.address);
  await page.getByRole("textbox", { name: "Password" }).fill(bob.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  const { host } = clients.net.node("beta");
  await page.getByText(`Sign in at https://${host}.`).waitFor();
});

test("a browser that says its language by no tag, as Chromium does where a machine has none set, shows mail and its times", async () => {
  const plain = await clients.open(clients.net.node("beta"));
  await plain.context.addInitScript(() =>
    Object.defineProperty(navigator, "languages", { get: () => ["en-US@posix"] }),
  );
  const carol = await joinAs(clients.net, clients.net.node("beta"), "carol");
  await writeAs(carol, bob, "Half past");
  await plain.page.reload();
  await plain.signIn(bob);
  await plain.page.getByRole("row", { name: /Half past.*\d{1,2}:\d\d/ }).waitFor();
  expect(plain.faults).toEqual([]);
  await plain.context.close();
});
