/** Whose keys are whose, and who may do what: settings and people in browsers of two servers. */

import {
  eachMessage,
  getMailbox,
  listIdentities,
  listMailboxes,
  listSessions,
  lookUpContact,
  openStored,
  openWithToken,
  prepare,
  readConsent,
  readSafetyNumber,
  send,
} from "@posthorn/client";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findBarriers } from "../src/browser/find-barriers.ts";
import { startWebClients, type WebClient, type WebClients, withoutNetwork } from "../src/browser/index.ts";
import { joinAs, newDevice, type TestPerson } from "../src/people.ts";

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
  await write(bob, alice, "Long ago");
  await write(alice, bob, "Of old");
  hers = await clients.open(alpha);
  his = await clients.open(beta);
  await hers.signIn(alice);
  await his.signIn(bob);
}, 120_000);
afterAll(async () => {
  await clients.close();
});

async function write(from: TestPerson, to: TestPerson, subject: string): Promise<void> {
  const draft = { from: from.address, to: [to.address], subject, body: "As I said." };
  await send(from.session, (await prepare(from.session, draft)).message);
}

async function openSettings({ page }: WebClient, topic: string): Promise<void> {
  await page.getByRole("button", { name: "Settings", exact: true }).click();
  await page
    .getByRole("navigation", { name: "Settings" })
    .getByRole("link", { name: topic, exact: true })
    .click();
  await page.getByRole("heading", { name: topic, level: 1 }).waitFor();
}

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

const hasFocus = (locator: Locator) =>
  expect
    .poll(() => locator.evaluate((element) => element === document.activeElement), {
      timeout: 10_000,
      interval: 50,
    })
    .toBe(true);

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

test("a label is made, and a rule gives it to what somebody writes", async () => {
  const { page } = hers;
  await openSettings(hers, "Labels");
  await page.getByLabel("New label").last().fill("Bills");
  await page.getByRole("button", { name: "Make" }).click();
  await page.getByRole("link", { name: "Bills" }).first().waitFor();
  await expect
    .poll(async () => (await listMailboxes(alice.session)).some(({ name }) => name === "Bills"))
    .toBe(true);
  await openSettings(hers, "Rules");
  await page.getByRole("button", { name: "New rule" }).click();
  const dialog = page.getByRole("dialog", { name: "New rule" });
  await dialog.getByLabel("Name of the rule").fill("What Carol sends");
  await dialog.getByRole("button", { name: "Keep rule" }).click();
  await dialog.getByText("Fill in each condition").waitFor();
  await dialog.getByRole("textbox", { name: "From" }).fill(carol.address);
  await dialog.getByRole("checkbox", { name: "Label Bills" }).check();
  await dialog.getByRole("button", { name: "Keep rule" }).click();
  await page.getByText("What Carol sends").waitFor();
  await write(carol, alice, "The first bill");
  await page.getByRole("navigation", { name: "Mailboxes" }).getByRole("link", { name: /Bills/ }).click();
  await page.getByRole("row", { name: /The first bill/ }).waitFor();

  await openSettings(hers, "Rules");
  await page.getByRole("button", { name: "Remove rule What Carol sends" }).click();
  await page.getByText("No rules yet.").waitFor();
  await page.getByRole("button", { name: "Undo", exact: true }).click();
  await page.getByRole("switch", { name: "Rule What Carol sends" }).waitFor();
});

test("who is away has the server answer", async () => {
  const { page } = hers;
  await openSettings(hers, "Away");
  await page.getByLabel("Answer", { exact: true }).fill("I am by the sea.");
  await page.getByRole("switch", { name: "Answer while I am away" }).click();
  await page.getByRole("switch", { name: "Answer while I am away", checked: true }).waitFor();
  await page.getByText("Saved", { exact: true }).waitFor();
  await hasFocus(page.getByRole("switch", { name: "Answer while I am away" }));
  await write(carol, alice, "Are you there?");
  await expect.poll(() => bodiesOf(carol), { timeout: 20_000 }).toContain("I am by the sea.");
  await page.getByRole("switch", { name: "Answer while I am away" }).click();
  await page.getByRole("switch", { name: "Answer while I am away", checked: false }).waitFor();
});

async function bodiesOf({ session }: TestPerson): Promise<unknown[]> {
  const { id } = await getMailbox(session, "inbox");
  const bodies: unknown[] = [];
  for await (const meta of eachMessage(session, { mailbox: id })) {
    bodies.push(Reflect.get((await openStored(session, meta.id)).message, "body"));
  }
  return bodies;
}

test("a program's token is shown once, opens what it may, and nothing once it is revoked", async () => {
  const { page } = hers;
  await openSettings(hers, "Developer");
  await page.getByRole("button", { name: "New token" }).click();
  const purpose = page.getByLabel("What it is for");
  await hasFocus(purpose);
  await purpose.fill("backup");
  // Whoever selects what they have written may let go beside the dialog.
  const box = await purpose.boundingBox();
  await page.mouse.move((box?.x ?? 0) + 60, (box?.y ?? 0) + 5);
  await page.mouse.down();
  await page.mouse.move(5, 5);
  await page.mouse.up();
  await page.getByRole("button", { name: "Make token" }).click();
  const made = page.getByRole("dialog", { name: "Token for backup" });
  await made.waitFor();
  await page.keyboard.press("Escape");
  await made.getByText("The token is shown this once.").waitFor();
  await made.getByRole("button", { name: "Stay" }).click();
  // A browser may refuse to copy.
  await page.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new Error("not allowed"));
  });
  await made.getByRole("button", { name: "Copy" }).click();
  await made.getByText("Not copied. Select it instead").waitFor();
  const token = await made.locator("code").textContent();
  await made.getByRole("button", { name: "I have it" }).click();
  const program = await openWithToken(clients.net.platform, { address: alice.address, token: token ?? "" });
  expect((await listMailboxes(program)).length).toBeGreaterThan(0);
  await page.getByRole("button", { name: "Revoke token backup" }).click();
  const sure = page.getByRole("dialog", { name: "Revoke token backup" });
  await sure.getByRole("button", { name: "Revoke" }).click();
  await page.getByText("No program has a token.").waitFor();
  await expect(listMailboxes(program)).rejects.toThrow();
});

test("somebody is blocked from their page, and that is taken back", async () => {
  const { page } = hers;
  await openPerson(hers, carol.address);
  await page.getByRole("button", { name: "Block" }).click();
  await page.getByText("You have blocked them").waitFor();
  await page.getByRole("button", { name: "Undo", exact: true }).click();
  await page.getByText("You have blocked them").waitFor({ state: "detached" });
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

test("a setting is found by its words, in the page and in the palette, and holds after the page was loaded anew", async () => {
  const { page } = hers;
  const find = page.getByRole("searchbox", { name: "Find a setting" });
  await find.fill("strict");
  await page.getByText("No setting fits “strict”.").waitFor();
  await find.fill("text siz");
  await page.getByRole("link", { name: "Text size" }).click();
  await page.getByRole("heading", { name: "Appearance", level: 1 }).waitFor();
  // Also what has to be asked for first, and the same once more.
  for (const from of ["Appearance", "Profile"]) {
    await page.getByRole("heading", { name: from, level: 1 }).waitFor();
    await find.fill("signat");
    await page.getByRole("link", { name: "Signature" }).click();
    await hasFocus(page.getByRole("textbox", { name: "Signature" }));
  }
  await find.fill("text siz");
  await page.getByRole("link", { name: "Text size" }).click();
  const size = page.getByRole("combobox", { name: "Text size" });
  await expect.poll(() => size.evaluate((element) => element === document.activeElement)).toBe(true);
  await size.selectOption("120 %");
  await page.getByRole("radio", { name: "Dark" }).check({ force: true });
  await page.getByText("Saved").first().waitFor();
  await page.reload();
  await page.getByRole("radio", { name: "Dark", checked: true }).waitFor();
  expect(await size.inputValue()).toBe("120");
  await size.selectOption("100 %");
  await page.getByRole("radio", { name: "System" }).check({ force: true });
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Type a command, a place, a person or words" }).fill("signature");
  await page.getByRole("option", { name: /Signature/ }).click();
  await page.getByRole("heading", { name: "Profile", level: 1 }).waitFor();
  await page.getByRole("textbox", { name: "Signature" }).fill("Yours, Alice");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Saved").waitFor();
  await hasFocus(page.getByRole("button", { name: "Save", exact: true }));
  const name = page.getByRole("textbox", { name: "Name", exact: true });
  await name.fill("Alice");
  await name.press("Enter");
  await expect
    .poll(async () => (await listIdentities(alice.session)).map(({ name }) => name))
    .toEqual(["Alice"]);
  await hasFocus(name);
  expect((await listIdentities(alice.session)).map(({ textSignature }) => textSignature)).toEqual([
    "Yours, Alice",
  ]);
});

test("the page says which build it is of", async () => {
  await openSettings(hers, "About");
  const build = await hers.page.locator("meta[name=posthorn-build]").getAttribute("content");
  expect(build).toMatch(/^[\w-]{16}$/);
  await hers.page.getByText(build ?? "", { exact: true }).waitFor();
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
