/** Settings in a browser: labels and rules, who is away, tokens of programs, and how each is found. */

import {
  eachMessage,
  getMailbox,
  listIdentities,
  listMailboxes,
  openStored,
  openWithToken,
} from "@posthorn/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  hasFocus,
  openSettings,
  startWebClients,
  type WebClient,
  type WebClients,
} from "../src/browser/index.ts";
import { joinAs, type TestPerson, writeAs } from "../src/people.ts";

let clients: WebClients;
let alice: TestPerson;
let bob: TestPerson;
let carol: TestPerson;
let hers: WebClient;

beforeAll(async () => {
  clients = await startWebClients();
  const [alpha, beta] = [clients.net.node("alpha"), clients.net.node("beta")];
  alice = await joinAs(clients.net, alpha, "alice");
  bob = await joinAs(clients.net, beta, "bob");
  carol = await joinAs(clients.net, beta, "carol");
  await writeAs(bob, alice, "Long ago");
  await writeAs(alice, bob, "Of old");
  hers = await clients.open(alpha);
  await hers.signIn(alice);
}, 120_000);
afterAll(async () => {
  await clients.close();
});

async function bodiesOf({ session }: TestPerson): Promise<unknown[]> {
  const { id } = await getMailbox(session, "inbox");
  const bodies: unknown[] = [];
  for await (const meta of eachMessage(session, { mailbox: id })) {
    bodies.push(Reflect.get((await openStored(session, meta.id)).message, "body"));
  }
  return bodies;
}

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
  await page.getByText("What Carol sends", { exact: true }).waitFor();
  await writeAs(carol, alice, "The first bill");
  await page.getByRole("navigation", { name: "Mailboxes" }).getByRole("link", { name: /Bills/ }).click();
  await page.getByRole("row", { name: /The first bill/ }).waitFor();

  await openSettings(hers, "Rules");
  await page.getByRole("button", { name: "Remove rule What Carol sends" }).click();
  await page.getByText("No rules yet.").waitFor();
  await page.getByRole("button", { name: /^Undo/ }).click();
  await page.getByRole("switch", { name: "Rule What Carol sends" }).waitFor();
  await page.getByRole("button", { name: "Close", exact: true }).click();
});

test("who is away has the server answer", async () => {
  const { page } = hers;
  await openSettings(hers, "Away");
  await page.getByLabel("Answer", { exact: true }).fill("I am by the sea.");
  await page.getByRole("switch", { name: "Answer while I am away" }).click();
  await page.getByRole("switch", { name: "Answer while I am away", checked: true }).waitFor();
  await page.getByText("Saved", { exact: true }).waitFor();
  await hasFocus(page.getByRole("switch", { name: "Answer while I am away" }));
  await writeAs(carol, alice, "Are you there?");
  await expect.poll(() => bodiesOf(carol), { timeout: 20_000 }).toContain("I am by the sea.");
  await page.getByRole("switch", { name: "Answer while I am away" }).click();
  await page.getByRole("switch", { name: "Answer while I am away", checked: false }).waitFor();
});

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
