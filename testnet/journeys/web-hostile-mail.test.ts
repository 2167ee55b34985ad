/** Published attacks on whoever shows mail, shown by the client in a real browser: nothing runs and nothing leaves. */
import { prepare, send } from "@posthorn/client";
import { uuidV7 } from "@posthorn/protocol";
import type { Frame } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startWebClients, type WebClient, type WebClients } from "../src/browser/index.ts";
import { importMails, makeMail } from "../src/import-mail.ts";
import { joinAs, type TestPerson } from "../src/people.ts";
import {
  type BrowserWatch,
  type CanaryHost,
  startCanaryHost,
  watchBrowser,
} from "../src/xss/browser-watch.ts";
import { hostileLists, joined } from "../src/xss/hostile-texts.ts";
import { showEach } from "../src/xss/show-hostile.ts";

const lists = hostileLists();
const payloads = lists.flatMap((list) => list.payloads);

/** Machines that do much at once are slow. */
const patience = { timeout: 20_000 };

let canary: CanaryHost;
let clients: WebClients;
let omar: TestPerson;
let reader: WebClient;
let watch: BrowserWatch;

beforeAll(async () => {
  canary = await startCanaryHost();
  clients = await startWebClients({ args: canary.args });
  const alpha = clients.net.node("alpha");
  omar = await joinAs(clients.net, alpha, "omar", { mode: "open" });
  const to = omar.address;
  const first = '<img src="https://canary.example/first">';
  const many = joined(payloads, "\n", 50_000).slice(0, 3);
  await importMails(omar.session, [
    makeMail({ to, subject: "The first" }),
    ...many.map((html, number) => makeMail({ to, subject: `Many ${number}`, html: first + html })),
  ]);
  reader = await clients.open(alpha);
  watch = await watchBrowser(reader.context, alpha.endpoint);
  await reader.page.reload();
  await reader.signIn(omar);
}, 120_000);
afterAll(async () => {
  await clients.close();
  await canary.close();
});

/** The frame of the mail that is open. */
async function frameOf({ page }: WebClient): Promise<Frame> {
  const element = await page.locator('iframe[title="Message"]').elementHandle();
  const frame = await element?.contentFrame();
  if (frame === null || frame === undefined) throw new Error("the mail has no frame");
  return frame;
}

test("there are a thousand and more, three quarters of them published", () => {
  const published = lists.filter(({ name }) => name !== "own").flatMap((list) => list.payloads);
  expect(new Set(payloads).size).toBe(payloads.length);
  expect(payloads.length).toBeGreaterThan(1_000);
  expect(published.length / payloads.length).toBeGreaterThan(0.75);
});

test("where nothing guards a page they run, so that it would be seen here if they did", async () => {
  const context = await clients.browser.newContext();
  const ran = await watchBrowser(context, "http://nowhere.localhost");
  const page = await context.newPage();
  const connectionsBefore = canary.connections;
  await page.evaluate(
    async (texts) => {
      for (const text of texts) {
        const frame = document.createElement("iframe");
        frame.srcdoc = text;
        const loaded = new Promise((done) => {
          frame.onload = done;
          setTimeout(done, 200);
        });
        document.body.append(frame);
        await loaded;
        frame.remove();
      }
    },
    payloads.slice(0, 160),
  );
  expect(ran.found.filter((one) => one.includes("alert")).length).toBeGreaterThan(10);
  await page.setContent(
    '<img src="https://canary.example/x"><link rel="preconnect" href="https://pre.example">',
  );
  await expect.poll(() => canary.connections, patience).toBeGreaterThan(connectionsBefore);
  await context.close();
});

test("as the HTML of a mail each is harmless, looked at, pointed at and clicked", async () => {
  const before = canary.connections;
  const { page } = reader;
  await page.getByRole("row", { name: /The first/ }).click();
  const frame = await frameOf(reader);
  await frame.getByText("Hello").waitFor();
  expect(await frame.evaluate(showEach, payloads)).toEqual([]);
  expect(watch.found).toEqual([]);
  expect(canary.connections).toBe(before);
});

test("many of them in one mail, imported and opened by its row, are harmless", async () => {
  const before = canary.connections;
  const { page } = reader;
  for (const number of [0, 1, 2]) {
    await page.getByRole("row", { name: `Many ${number}` }).click();
    await page.getByRole("heading", { name: `Many ${number}` }).waitFor();
    await page.getByText(/remote images? blocked/).waitFor();
  }
  expect(watch.found).toEqual([]);
  expect(canary.connections).toBe(before);
});

test("as plain text and as Markdown they are words, and links lead to the web alone", async () => {
  const alpha = clients.net.node("alpha");
  const [alice, eve] = await Promise.all(["alice", "eve"].map((name) => joinAs(clients.net, alpha, name)));
  if (alice === undefined || eve === undefined) throw new Error("nobody came");
  const thread = uuidV7(clients.net.clock.now(), clients.net.platform.randomBytes(16));
  const texts = joined(payloads, "\n\n", 40_000);
  for (const body of texts) {
    for (const bodyType of ["text/plain", "text/markdown"] as const) {
      const routing = { from: eve.address, to: [alice.address], subject: "Words", thread };
      const { message } = await prepare(eve.session, { ...routing, body, bodyType });
      await send(eve.session, message);
    }
  }
  const client = await clients.open(alpha);
  const alices = await watchBrowser(client.context, alpha.endpoint);
  await client.page.reload();
  await client.signIn(alice);
  const { page } = client;
  await page.getByRole("row", { name: /Words/ }).click();
  await page.getByText(`${2 * texts.length} messages`).waitFor();
  await page.getByRole("button", { name: "Fold all messages" }).waitFor();
  await page.getByRole("heading", { name: "Words" }).waitFor();
  await expect.poll(() => page.locator("[data-message] [role=heading]").count(), patience).toBeGreaterThan(0);
  const links = await page.evaluate(() => {
    for (const fold of document.querySelectorAll("details")) fold.open = true;
    const inside = [...document.querySelectorAll("[data-message] *")];
    const odd = inside.filter((one) =>
      one.matches("script, iframe, img, object, embed, form, link, style, base, math"),
    );
    const handlers = inside.flatMap((one) => [...one.attributes].filter(({ name }) => name.startsWith("on")));
    const links = inside.flatMap((one) => (one instanceof HTMLAnchorElement ? [one.protocol] : []));
    return { odd: odd.length, handlers: handlers.length, links: [...new Set(links)].sort() };
  });
  expect(links).toEqual({ odd: 0, handlers: 0, links: ["http:", "https:"] });
  expect(alices.found).toEqual([]);
});

test("as a subject, a sender's name and the name of a file they are words", async () => {
  const to = omar.address;
  const lines = payloads.map((payload) => payload.replaceAll(/\s+/g, " ").trim());
  const words = joined(lines, " ", 900);
  const short = lines.filter((line) => line.length <= 200);
  const folders = Array.from({ length: Math.ceil(short.length / 200) }, (_, at) =>
    short.slice(at * 200, at * 200 + 200),
  );
  await importMails(omar.session, [
    ...words.map((text) => makeMail({ to, fromName: text, subject: text })),
    ...folders.map((fileNames) => makeMail({ to, subject: "Files", fileNames, thread: "files" })),
  ]);
  const { page } = reader;
  const grid = page.getByRole("grid", { name: "Inbox" });
  const rows = () => grid.getAttribute("aria-rowcount");
  await expect.poll(rows, patience).toBe(String(words.length + 5));
  // What was looked at has stayed in sight, and what came stands above it.
  await grid.evaluate((one) => one.scrollTo({ top: 0 }));
  await page.getByRole("row", { name: /Files/ }).click();
  await page.getByText(`${folders.length} messages`).waitFor();
  await page.keyboard.press(";");
  await expect.poll(() => page.locator("[data-message] li").count(), patience).toBe(short.length);
  const height = await grid.evaluate((one) => one.scrollHeight);
  for (let top = 0; top < height; top += 400) {
    await grid.evaluate((one, to) => one.scrollTo({ top: to }), top);
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn))));
  }
  expect(watch.found).toEqual([]);
});
