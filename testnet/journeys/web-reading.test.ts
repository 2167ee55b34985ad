/** A long conversation read in a browser: folded and jumped through, its files saved, what was changed, taken back, held up and doubtful. */
import { readFile } from "node:fs/promises";
import { bytesSource, prepare, send, uploadSealedFile } from "@posthorn/client";
import { uuidV7 } from "@posthorn/protocol";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startWebClients, type WebClient, type WebClients } from "../src/browser/index.ts";
import { importMails, makeMail } from "../src/import-mail.ts";
import { beginAnew, haveCompared, joinAs, type TestPerson } from "../src/people.ts";
import { picture } from "../src/picture.ts";

type Draft = Parameters<typeof prepare>[1];

const answers = 16;
const content = Buffer.alloc(300_000, "all of it ");

/** Machines that do much at once are slow. */
const patience = { timeout: 20_000 };

let clients: WebClients;
let alice: TestPerson;
let bob: TestPerson;
let client: WebClient;
let page: Page;
let thread: string;

beforeAll(async () => {
  clients = await startWebClients();
  alice = await joinAs(clients.net, clients.net.node("alpha"), "alice");
  bob = await joinAs(clients.net, clients.net.node("beta"), "bob");
  thread = newId();
  for (let number = 1; number <= answers; number++) {
    const [who, other] = number % 4 === 0 ? [alice, bob] : [bob, alice];
    const body = `Number ${number} says this.\n\nOn Tue, 3 Mar 2026 at 10:02, ${other.address} wrote:\n> What was said\n> long ago\n> and at\n> length\n> by ${other.address}`;
    await write(who, { to: [other.address], subject: "The garden", body, thread });
  }
  client = await clients.open(clients.net.node("alpha"), { acceptDownloads: true });
  page = client.page;
  page.setDefaultTimeout(20_000);
  await client.signIn(alice);
}, 120_000);
afterAll(() => clients.close());

function newId(): string {
  return uuidV7(clients.net.clock.now(), clients.net.platform.randomBytes(16));
}

/** Seals and sends, and gives the id. */
async function write(
  who: TestPerson,
  draft: Omit<Extract<Draft, { type?: "email" }>, "from" | "type">,
  options?: Parameters<typeof prepare>[2],
): Promise<string> {
  const { message } = await prepare(who.session, { ...draft, from: who.address }, options);
  await send(who.session, message);
  return message.id;
}

function cards(): Locator {
  return page.locator("[data-message]");
}

function card(words: string | RegExp): Locator {
  return cards().filter({ hasText: words });
}

/** Of what came while somebody was in the list that tells how many there are: it shows them then. */
async function click(row: Locator): Promise<void> {
  const news = page.getByRole("button", { name: /^\d+ new$/ });
  await row.or(news).first().waitFor();
  // The list may show it by itself meanwhile, and the button is gone.
  await expect
    .poll(async () => {
      if ((await row.count()) === 0 && (await news.count()) > 0)
        await news.click({ timeout: 1_000 }).catch(() => undefined);
      return row.count();
    }, patience)
    .toBeGreaterThan(0);
  await row.first().click();
}

async function open(row: RegExp, heading: string): Promise<void> {
  await click(page.getByRole("row", { name: row }));
  await page.getByRole("heading", { name: heading, level: 1 }).last().waitFor();
}

async function inbox(): Promise<void> {
  await page.keyboard.press("g");
  await page.keyboard.press("i");
  await page.getByRole("heading", { name: "Inbox" }).waitFor();
}

test("a conversation has as many messages as it says, those that were read before are a line, and quotes are folded", async () => {
  await open(/The garden/, "The garden");
  await page.getByText(`${answers} messages`).waitFor();
  await expect.poll(() => cards().count(), patience).toBe(answers);
  await page.keyboard.press(":");
  await expect.poll(() => page.locator("[data-message][data-open]").count(), patience).toBe(0);
  await card("Number 3 says this.").getByRole("button").first().click();
  const third = card("Number 3 says this.");
  await third.getByText("Number 3 says this.").waitFor();
  expect(await third.getByText("long ago").isVisible()).toBe(false);
  await third.getByText("Quoted text").click();
  await third.getByText("long ago").waitFor();
  await page.keyboard.press(";");
  await expect.poll(() => page.locator("[data-message][data-open]").count(), patience).toBe(answers);
});

test("n and p go from message to message", async () => {
  const focused = () =>
    page.evaluate(() => document.activeElement?.closest("[data-message]")?.textContent ?? "");
  await page.keyboard.press("Escape");
  await open(/The garden/, "The garden");
  await page.keyboard.press("n");
  expect(await focused()).toContain("Number 1 says");
  await page.keyboard.press("n");
  await page.keyboard.press("n");
  expect(await focused()).toContain("Number 3 says");
  await page.keyboard.press("p");
  expect(await focused()).toContain("Number 2 says");
  expect(client.faults).toEqual([]);
});

test("Markdown is drawn, links say where they lead, and pictures of others are not loaded", async () => {
  const body =
    "# What is left\n\nSee [https://bank.example](https://evil.example/x).\n\n- [x] tea\n\n![logo](https://far.example/l.png)";
  await write(bob, { to: [alice.address], subject: "The garden", body, bodyType: "text/markdown", thread });
  const newest = card("What is left");
  await newest.getByRole("heading", { name: "What is left" }).waitFor();
  const link = newest.getByRole("link", { name: "https://bank.example" });
  expect(await link.getAttribute("href")).toBe("https://evil.example/x");
  expect(await link.getAttribute("rel")).toContain("noreferrer");
  await newest.getByText("evil.example", { exact: true }).waitFor();
  await newest.getByText("Image from far.example, not loaded: logo").waitFor();
  expect(await newest.locator("img").count()).toBe(0);
  expect(await newest.getByRole("checkbox", { name: "Done" }).isChecked()).toBe(true);
});

test("files are saved as they were sent, one or all, and a picture is looked at", async () => {
  const id = newId();
  const upload = (place: number, bytes: Uint8Array, filename: string, mimeType: string) =>
    uploadSealedFile(bob.session, bytesSource(bytes), { messageId: id, place, filename, mimeType });
  const files = [
    await upload(0, content, "whole \u202etxt.exe", "application/pdf"),
    await upload(1, picture(64, 48), "garden.png", "image/png"),
  ];
  await write(
    bob,
    { id, to: [alice.address], subject: "The garden", body: "With files.", thread },
    { files },
  );
  const mail = card("With files.");
  await mail.getByRole("list", { name: "2 files" }).waitFor();
  const saved = page.waitForEvent("download");
  await mail.getByRole("button", { name: "Save whole txt.exe" }).click();
  const download = await saved;
  expect(download.suggestedFilename()).toBe("whole txt.exe");
  expect(content.equals(await readFile(await download.path()))).toBe(true);

  const names: string[] = [];
  page.on("download", (each) => names.push(each.suggestedFilename()));
  await mail.getByRole("button", { name: "Save all 2" }).click();
  await expect.poll(() => names, patience).toEqual(["whole txt.exe", "garden.png"]);

  await mail.getByTitle("Show garden.png").click();
  const shown = page.getByRole("dialog").getByRole("img", { name: "garden.png" });
  await expect
    .poll(() => shown.evaluate((image) => image.getBoundingClientRect().width), patience)
    .toBeGreaterThan(0);
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
});

test("what its author changes or takes back is seen so at once, and what it said before is a click away", async () => {
  const changed = await write(bob, { to: [alice.address], subject: "The garden", body: "At ten.", thread });
  await card("At ten.").waitFor();
  const to = [alice.address];
  const about = { from: bob.address, to };
  const edit = await prepare(bob.session, { ...about, type: "edit", target: changed, body: "At eleven." });
  await send(bob.session, edit.message);
  await card("At eleven.")
    .getByText(/^Edited/)
    .waitFor();
  await card("At eleven.").getByRole("button", { name: "Show what it said before" }).click();
  await card("At ten.").waitFor();

  const gone = await write(bob, { to, subject: "The garden", body: "A secret.", thread });
  await card("A secret.").waitFor();
  const recall = await prepare(bob.session, { ...about, type: "recall", target: gone });
  await send(bob.session, recall.message);
  await card(/took this message back/).waitFor();
  // What came while it was open was read.
  const row = page.getByRole("row").filter({ hasText: "Taken back" });
  await expect.poll(() => row.getAttribute("aria-label"), patience).not.toMatch(/^Unread/);
  expect(await card("A secret.").count()).toBe(0);
  expect(client.faults).toEqual([]);
});

test("the details of a message say who signed it and which way it came, and it is saved as JSON", async () => {
  await card("With files.").getByRole("button", { name: "Message details" }).click();
  const details = page.getByRole("dialog", { name: "Message details" });
  const [alpha, beta] = [clients.net.node("alpha"), clients.net.node("beta")];
  await details.getByText(`${beta.host} – ${alpha.host}`).waitFor();
  await details.getByText("Signed with key").waitFor();
  const saved = page.waitForEvent("download");
  await details.getByRole("button", { name: "Save as JSON" }).click();
  const text = await readFile(await (await saved).path(), "utf8");
  expect(JSON.parse(text)).toMatchObject({ subject: "The garden", body: "With files." });
  await page.keyboard.press("Escape");
});

test("where the copies of one's own letter stand is told for each, also while a server is down", async () => {
  const beta = clients.net.node("beta");
  const carol = await joinAs(clients.net, clients.net.node("alpha"), "carol");
  const { message } = await prepare(alice.session, {
    from: alice.address,
    to: [bob.address, carol.address],
    subject: "To both",
    body: "One of you is away.",
  });
  await beta.stop();
  await send(alice.session, message);
  // What one points at stays as it is.
  await page.mouse.move(20, 880);
  await page.keyboard.press("g");
  await page.keyboard.press("t");
  await page
    .getByRole("row", { name: /To both/ })
    .getByTitle("Not delivered yet")
    .waitFor();
  await open(/To both/, "To both");
  const list = page.getByRole("list", { name: "Delivery" });
  await list
    .getByRole("listitem")
    .filter({ hasText: carol.address })
    .getByText(/accepted/)
    .waitFor();
  const bobs = list.getByRole("listitem").filter({ hasText: bob.address });
  await bobs.getByText(/Next try \d/).waitFor();
  await beta.start();
  await bobs.getByText(/accepted \d/).waitFor({ timeout: 30_000 });
  await page
    .getByRole("row", { name: /To both/ })
    .getByTitle("Delivered", { exact: true })
    .waitFor();
});

test("a message that cannot be opened yet says why, and opens when that has passed", async () => {
  const dora = await joinAs(clients.net, clients.net.node("beta"), "dora");
  // Her server answers nobody who asks for her keys.
  const letOff = clients.net.faults.add(({ from, path }) =>
    from === "alpha" && path.includes("keys") ? { kind: "fail", failure: "refused" } : undefined,
  );
  await write(dora, { to: [alice.address], subject: "From Dora", body: "Hello from Dora." });
  await inbox();
  const row = page.getByRole("row").filter({ hasText: "This message cannot be opened" });
  await click(row);
  const failed = cards().getByRole("status");
  await failed.getByText(/cannot be/).waitFor();
  // Nobody has read it.
  await page
    .getByRole("row", { name: /^Unread/ })
    .filter({ hasText: "This message cannot be opened" })
    .waitFor();
  letOff();
  await failed.getByRole("button", { name: "Try again" }).click();
  await card("Hello from Dora.").waitFor();
});

test("whoever was compared has a shield, and another key afterwards is told of with the next step", async () => {
  // At another device of hers; this page reads it when it starts.
  await haveCompared(alice.session, bob.address);
  await page.reload();
  await write(bob, { to: [alice.address], subject: "Compared", body: "It is me." });
  await open(/Compared/, "Compared");
  await card("It is me.").getByTitle("Sealed and verified: you have compared numbers").waitFor();
  await beginAnew(bob.session, { current: bob.password, next: "another password" });
  await write(bob, { to: [alice.address], subject: "Somebody else", body: "It is me, too." });
  await open(/Somebody else/, "Somebody else");
  const line = card("It is me, too.").getByRole("status");
  await line.getByText(/has another key than the one you compared/).waitFor();
  await line.getByRole("button", { name: "Why?" }).click();
  await line.getByText(/Compare the safety number again/).waitFor();
  await line.getByRole("button", { name: "Verify" }).click();
  await expect
    .poll(() => new URL(page.url()).pathname, patience)
    .toBe(`/people/${encodeURIComponent(bob.address)}`);
  expect(client.faults).toEqual([]);
});

test("who begins anew without having been compared is told of once", async () => {
  const fred = await joinAs(clients.net, clients.net.node("beta"), "fred");
  const to = [alice.address];
  await write(fred, { to, subject: "Fred's first", body: "My old key." });
  await inbox();
  await open(/Fred's first/, "Fred's first");
  await card("My old key.").waitFor();
  await beginAnew(fred.session, { current: fred.password, next: "another password" });
  await write(fred, { to, subject: "Fred's second", body: "My new key." });
  await open(/Fred's second/, "Fred's second");
  const line = card("My new key.").getByRole("status");
  await line.getByText(/replaced their keys/).waitFor();
  await line.getByRole("button", { name: "Understood" }).click();
  await line.waitFor({ state: "detached" });
  await card("My new key.").getByTitle("Only you and those it is for can read this").first().waitFor();
});

test("a label stands above its conversation and is taken off there", async () => {
  await inbox();
  await open(/Fred's second/, "Fred's second");
  await page.keyboard.press("l");
  await page.getByRole("dialog").getByRole("combobox").fill("Garden");
  await page.keyboard.press("Enter");
  const labels = page.getByRole("article").getByRole("list", { name: "Labels" });
  await labels.getByText("Garden").waitFor();
  await labels.getByRole("button", { name: "Remove label Garden" }).click();
  await labels.waitFor({ state: "detached" });
  expect(client.faults).toEqual([]);
});

test("a conversation whose last message is seen whole begins with its title", async () => {
  const short = newId();
  const say = (body: string) =>
    write(bob, { to: [alice.address], subject: "The hedge", body, thread: short });
  const scroller = page.locator("[data-scroll]");
  const size = page.viewportSize() ?? { width: 1280, height: 720 };
  await inbox();
  await say("It grows.");
  await open(/The hedge/, "The hedge");
  await say("It is cut.");
  await card("It is cut.").waitFor();
  await inbox();
  await open(/The hedge/, "The hedge");
  await card("It is cut.").waitFor();
  const spare = await scroller.evaluate((pane) => {
    const last = pane.querySelector("[data-message]:last-child");
    return pane.getBoundingClientRect().bottom - (last?.getBoundingClientRect().bottom ?? 0);
  });
  await inbox();
  // What stands below the last message is no longer seen.
  await page.setViewportSize({ ...size, height: Math.ceil(size.height - spare) + 4 });
  await open(/The hedge/, "The hedge");
  await card("It is cut.").waitFor();
  const pane = () =>
    scroller.evaluate(({ scrollTop, scrollHeight, clientHeight }) => ({
      scrollTop,
      isLonger: scrollHeight > clientHeight,
    }));
  await expect.poll(pane, patience).toEqual({ scrollTop: 0, isLonger: true });
  await page.setViewportSize(size);
});

test("HTML that was imported is shown cleaned, with its own pictures, and says how many of others are blocked", async () => {
  const omar = await joinAs(clients.net, clients.net.node("alpha"), "omar", { mode: "open" });
  const html = `<p style="color:#111">Dark words <a href="https://evil.example/">https://bank.example</a></p>
    <img src="cid:logo" alt="logo"><img src="https://far.example/big.png" alt="A big picture"><img src="//far.example/1.gif">
    <blockquote type="cite">Said before</blockquote>`;
  // Some mail programs give a picture that is only attached a content id as well.
  const pictures = { logo: picture(40, 30), attached: picture(30, 40) };
  await importMails(omar.session, [makeMail({ to: omar.address, subject: "Our sale", html, pictures })]);
  const other = await clients.open(clients.net.node("alpha"), { colorScheme: "dark" });
  await other.signIn(omar);
  await other.page.getByRole("row", { name: /Our sale/ }).click();
  await other.page.getByText("2 remote images blocked", { exact: false }).waitFor();
  const frame = other.page.frameLocator('iframe[title="Message"]');
  await frame.getByText("evil.example", { exact: true }).waitFor();
  await frame.getByText("A big picture").waitFor();
  const logo = frame.getByRole("img", { name: "logo" });
  await expect.poll(() => logo.evaluate((image) => image.getBoundingClientRect().width), patience).toBe(40);
  const files = other.page.getByRole("article").getByRole("list", { name: "1 file" });
  await files.waitFor();
  // Who has clicked into a letter has the page's keys that only lead somewhere.
  await frame.getByText("Dark words").click();
  await other.page.keyboard.press("Control+k");
  await other.page.getByRole("combobox", { name: /Type a command/ }).waitFor();
  await other.page.keyboard.press("Escape");
  await frame.getByText("Dark words").click();
  await other.page.keyboard.press("g");
  await other.page.keyboard.press("t");
  await other.page.getByRole("heading", { name: "Sent", exact: true }).waitFor();
  await other.page.goBack();
  await frame.getByText("Dark words").waitFor();
  expect(await frame.getByText("Said before").isVisible()).toBe(false);
  const colour = () => frame.getByText("Dark words").evaluate((one) => getComputedStyle(one).color);
  expect(await colour()).toBe("rgb(238, 237, 234)");
  await other.page.getByRole("button", { name: "Original colours" }).click();
  await expect.poll(colour, patience).toBe("rgb(17, 17, 17)");
  expect(other.faults).toEqual([]);
});
