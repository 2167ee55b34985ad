/** Whose keys are whose, and who may do what: people in browsers of two servers. */

import { listSessions, lookUpContact, readConsent, readSafetyNumber } from "@posthorn/client";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findBarriers } from "../src/browser/find-barriers.ts";
import {
  hasFocus,
  openSettings,
  startWebClients,
  type WebClient,
  type WebClients,
  withoutNetwork,
} from "../src/browser/index.ts";
import { joinAs, newDevice, type TestPerson, writeAs } from "../src/people.ts";

let clients: WebClients;
let alice: TestPerson;
let bob: TestPerson;
let carol: TestPerson;
let hers: WebClient;
let his: WebClient;
let bobsPhrase = "";

beforeAll(async () => {
  clients = await startWebClients();
  const [alpha, beta] = [clients.net.node("alpha"), clients.net.node("beta")];
  alice = await joinAs(clients.net, alpha, "alice");
  bob = await joinAs(clients.net, beta, "bob");
  carol = await joinAs(clients.net, beta, "carol");
  await writeAs(bob, alice, "Long ago");
  await writeAs(alice, bob, "Of old");
  hers = await clients.open(alpha);
  his = await clients.open(beta);
  await hers.signIn(alice);
  await his.signIn(bob);
}, 120_000);
afterAll(async () => {
  await clients.close();
});

async function openPerson({ page }: WebClient, address: string): Promise<void> {
  await page.getByRole("button", { name: "People", exact: true }).click();
  await page.getByRole("link", { name: address }).first().click();
  await page.getByRole("heading", { name: address }).waitFor();
}

async function shownNumber(page: Page): Promise<string> {
  const groups = page.getByRole("list", { name: "Safety number" }).getByRole("listitem");
  await groups.first().waitFor();
  return (await groups.allInnerTexts()).join(" ");
}

test("two who read the same sixty digits to each other are verified on both sides", async () => {
  await openPerson(hers, bob.address);
  await openPerson(his, alice.address);
  const numbers = await Promise.all(
    [hers.page, his.page].map(async (page) => {
      await page.getByRole("button", { name: "Verify", exact: true }).click();
      return shownNumber(page);
    }),
  );
  expect(numbers[0]).toMatch(/^(\d{5} ){11}\d{5}$/);
  expect(numbers[0]).toBe(numbers[1]);
  await his.page.getByRole("button", { name: "They are the same" }).click();
  await his.page.getByText("Verified: you and").waitFor();

  // She takes the code from his screen instead; that of her own device proves nothing.
  const own = await readSafetyNumber(alice.session, bob.address);
  const theirs = await readSafetyNumber(bob.session, alice.address);
  await hers.page.getByRole("button", { name: "Paste a code" }).click();
  await hers.page.getByLabel("Code of the other device").fill(own.verifyText);
  await hers.page.getByRole("button", { name: "Compare" }).click();
  await hers.page.getByText("This is the code that your own device shows.").waitFor();
  await hers.page.getByLabel("Code of the other device").fill(theirs.verifyText);
  await hers.page.getByRole("button", { name: "Compare" }).click();
  await hers.page.getByText("Verified: you and").waitFor();
  await hers.page.getByRole("link", { name: /Verified/ }).waitFor();
  // Also loaded anew where the server cannot be reached.
  await hers.page.route("**/jmap/**", (route) => route.abort());
  await hers.page.reload();
  await hers.page.getByRole("link", { name: /Verified/ }).waitFor();
  await hers.page.unrouteAll({ behavior: "ignoreErrors" });
  const elsewhere = await newDevice(clients.net.platform, alice);
  expect(await readSafetyNumber(elsewhere, bob.address)).toMatchObject({ isCompared: true });
});

test("who replaces the keys after a leak is told what follows, and the other must compare again", async () => {
  const { page } = his;
  await openSettings(his, "Recovery and password");
  await page.getByRole("button", { name: "My password has leaked" }).click();
  const dialog = page.getByRole("dialog", { name: "Replace your keys and password" });
  await dialog.getByText("All other devices are signed out.").waitFor();
  await dialog.getByRole("textbox", { name: "Password you have now" }).fill("not this one");
  await dialog.getByRole("textbox", { name: "New password" }).fill("bob begins anew");
  await dialog.getByRole("button", { name: "Make new keys" }).click();
  await dialog.getByText("not the password").waitFor();
  await hasFocus(dialog.getByRole("button", { name: "Make new keys" }));
  // It is read out with the field that it is about.
  const now = dialog.getByRole("textbox", { name: "Password you have now" });
  expect(await now.getAttribute("aria-invalid")).toBe("true");
  await dialog.getByRole("textbox", { name: "Password you have now" }).fill(bob.password);
  await dialog.getByRole("button", { name: "Make new keys" }).click();
  await dialog.getByText("Nothing has changed yet.").waitFor();
  const words = await dialog.locator("ol > li").allInnerTexts();
  expect(words).toHaveLength(12);
  bobsPhrase = words.join(" ");
  await dialog.getByLabel("Check that you have it").fill(bobsPhrase);
  await dialog.getByRole("button", { name: "Replace my keys" }).click();
  await dialog.getByText("You have new keys.").waitFor();
  await dialog.getByRole("button", { name: "Close" }).last().click();

  await hers.page.reload();
  await hers.page.getByText("has replaced the keys that you verified").waitFor();
  await hers.page.getByRole("button", { name: "Verify again" }).click();
  const again = await shownNumber(hers.page);
  await openPerson(his, alice.address);
  await his.page
    .getByRole("button", { name: /^(Verify|Show the number)/ })
    .first()
    .click();
  await expect.poll(() => shownNumber(his.page)).toBe(again);
  await hers.page.getByRole("button", { name: "They are the same" }).click();
  await hers.page.getByText("Verified: you and").waitFor();
  expect(hers.faults).toEqual([]);
  expect(his.faults).toEqual([]);
});

test("who finds other numbers is verified no more, and nothing is sent until both have compared again", async () => {
  const { page } = hers;
  await page.getByRole("button", { name: "Show the number" }).click();
  const dialog = page.getByRole("dialog", { name: /^Verify/ });
  await dialog.getByRole("button", { name: "They are different" }).click();
  await dialog.getByText(/^Your device and that of bob/).waitFor();
  await dialog.getByRole("button", { name: "Close" }).last().click();
  await page.getByText("had different numbers when you compared them last").waitFor();
  await page.getByRole("link", { name: /Was verified/ }).waitFor();
  const elsewhere = await newDevice(clients.net.platform, alice);
  expect(await lookUpContact(elsewhere, bob.address)).toMatchObject({ kind: "mustCompare", why: "differs" });
  await page.getByRole("button", { name: "Verify again" }).click();
  await page.getByRole("button", { name: "They are the same" }).click();
  await page.getByText("Verified: you and").waitFor();
  expect(hers.faults).toEqual([]);
});

test("when the network goes while a phrase is replaced, both are to be kept, and it is asked again", async () => {
  const { page, context } = his;
  await page.keyboard.press("Escape");
  await openSettings(his, "Recovery and password");
  await page.getByRole("button", { name: "Make a new phrase" }).click();
  const dialog = page.getByRole("dialog", { name: "New recovery phrase" });
  await dialog.locator("ol > li").first().waitFor();
  bobsPhrase = (await dialog.locator("ol > li").allInnerTexts()).join(" ");
  await dialog.getByLabel("Check that you have it").fill(bobsPhrase);
  await withoutNetwork(context, async () => {
    await dialog.getByRole("button", { name: "Replace the old phrase" }).click();
    await dialog.getByText("Keep the old phrase and these twelve words until you have asked again").waitFor();
    expect(await dialog.getByRole("button", { name: "Leave all as it is" }).count()).toBe(0);
  });
  await dialog.getByRole("button", { name: "Ask again" }).click();
  await dialog.waitFor({ state: "detached" });
});

test("the new phrase opens the account in another browser, with the old mail; a word that is wrong is named", async () => {
  const other = await clients.open(clients.net.node("beta"));
  const { page } = other;
  await page.getByRole("button", { name: "Use your recovery phrase" }).click();
  await page.getByLabel("Address", { exact: true }).fill(bob.address);
  const [first = "", ...others] = bobsPhrase.split(" ");
  await page.getByLabel("Recovery phrase").fill(`${first}x ${others.join(" ")}`);
  await page.getByRole("textbox", { name: "New password" }).fill("bob is back again");
  await page.getByRole("button", { name: "Open my account" }).click();
  await page.getByText(`Word 1, “${first}x”, is not in the list.`).waitFor();
  await page.getByLabel("Recovery phrase").fill(bobsPhrase.toUpperCase());
  await page.getByRole("button", { name: "Open my account" }).click();
  await page.getByRole("row", { name: /Of old/ }).click();
  await page.getByRole("article").getByText("As I said.").waitFor();
  expect(other.faults).toEqual([]);
});

test("a phrase is tried without being shown, and the page says when it was", async () => {
  const { page } = hers;
  await openSettings(hers, "Recovery and password");
  await page.getByText("last tested never").waitFor();
  await page.getByLabel("Your twelve words").fill(bobsPhrase);
  await page.getByRole("button", { name: "Test my phrase" }).click();
  await page.getByText("twelve good words, but of another phrase").waitFor();
  await page.getByLabel("Your twelve words").fill(alice.recoveryPhrase);
  await page.getByRole("button", { name: "Test my phrase" }).click();
  await page.getByText("These words open your account.").waitFor();
  await page.getByText(/last tested (?!never)/).waitFor();
});

test("somebody is blocked from their page, and that is taken back", async () => {
  await writeAs(carol, alice, "The first bill");
  const { page } = hers;
  await openPerson(hers, carol.address);
  await page.getByRole("button", { name: "Block" }).click();
  await page.getByText("You have blocked them").waitFor();
  await page.getByRole("button", { name: /^Undo/ }).click();
  await page.getByText("You have blocked them").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Close", exact: true }).click();
});

test("keys are shown to those alone whom one has written with", async () => {
  const { page } = hers;
  await openSettings(hers, "Privacy");
  const only = page.getByRole("switch", { name: "Keys only for people I write with" });
  await only.click();
  await page.getByRole("switch", { name: "Keys only for people I write with", checked: true }).waitFor();
  const consent = await readConsent(alice.session);
  expect(consent).toMatchObject({ hidden: true, allowed: expect.arrayContaining([bob.address]) });
  await only.click();
  await expect.poll(async () => (await readConsent(alice.session)).hidden).toBe(false);
});

test("another device is signed out from the list of devices", async () => {
  const { page } = hers;
  await openSettings(hers, "Devices");
  await page.getByText("This device").waitFor();
  await page.getByRole("button", { name: "Sign out the first" }).click();
  await page
    .getByRole("dialog", { name: "Sign out the first?" })
    .getByRole("button", { name: "Sign out" })
    .click();
  await page.getByText("the first").waitFor({ state: "detached" });
  await expect(listSessions(alice.session)).rejects.toThrow();
  expect(hers.faults).toEqual([]);
});

test("nothing of it bars anybody, in light or in dark", async () => {
  const { page } = hers;
  const { origin } = new URL(page.url());
  const topics = "profile appearance keyboard rules away privacy devices recovery developer";
  for (const path of [...topics.split(" ").map((topic) => `/settings/${topic}`), `/people/${bob.address}`]) {
    await page.goto(`${origin}${path}`);
    await page.getByRole("heading", { level: 1 }).waitFor();
    expect([path, await findBarriers(page)]).toEqual([path, []]);
  }
  await page.getByRole("button", { name: "Show the number" }).click();
  await page.getByRole("img", { name: /^Code for/ }).waitFor();
  expect(await findBarriers(page)).toEqual([]);
}, 180_000);
