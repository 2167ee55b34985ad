/** In a language whose every word is marked, whatever shows without marks stands in no catalogue, and longer words still fit. */
import { prepare, send } from "@posthorn/client";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startWebClients, type WebClient, type WebClients } from "../src/browser/index.ts";
import { joinAs } from "../src/people.ts";

const slow = 120_000;

let clients: WebClients;
let client: WebClient;
let page: Page;

beforeAll(async () => {
  clients = await startWebClients({ isPseudo: true });
  const alice = await joinAs(clients.net, clients.net.node("alpha"), "alice");
  const bob = await joinAs(clients.net, clients.net.node("beta"), "bob");
  const draft = { from: bob.address, to: [alice.address], subject: "1", body: "2" };
  await send(bob.session, (await prepare(bob.session, draft)).message);
  client = await clients.open(clients.net.node("alpha"));
  page = client.page;
  page.setDefaultTimeout(15_000);
  await page.locator("input[autocomplete=username]").fill(alice.address);
  await page.locator("input[autocomplete=current-password]").fill(alice.password);
  await page.locator("button[type=submit]").click();
  await page.getByRole("row").first().waitFor();
}, slow);
afterAll(() => clients.close());

/**
 * Texts and names that have a letter which the marked language has not. What people and machines wrote is left out:
 * addresses, times, keys, and code.
 */
function findUnmarked(): Promise<string[]> {
  return page.evaluate(() => {
    const ofOthers = "bdi, time, kbd, code, noscript, [translate=no], script, style";
    const isKey = (text: string) => /^(?:Ctrl|Shift|Alt)\+/.test(text);
    // Hosts, dates and sizes are of no catalogue; languages are called what they call themselves.
    const isOwnName = (text: string) => text === "English" || text === "Deutsch";
    const isUnmarked = (whole: string) => {
      const text = whole.replaceAll(/\S+\.localhost\S*|\d+ \p{Lu}\p{Ll}{2,8}\b|\d bytes?/gu, "");
      return /[aeionsu]/.test(text) && /\p{L}{3}/u.test(text) && !isKey(text) && !isOwnName(text);
    };
    const found = new Set<string>();
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node !== null; node = walk.nextNode()) {
      const text = node.textContent?.trim() ?? "";
      if (isUnmarked(text) && node.parentElement?.closest(ofOthers) === null) found.add(text);
    }
    for (const element of document.querySelectorAll("[placeholder], button[title], button[aria-label]")) {
      for (const name of ["placeholder", "title", "aria-label"]) {
        const text = element.getAttribute(name) ?? "";
        if (isUnmarked(text) && !/[áéíóúñš]/.test(text)) found.add(`${name}: ${text}`);
      }
    }
    return [...found];
  });
}

/** Buttons whose words are wider than they are. */
function findTight(): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll("button")]
      .filter((button) => button.clientWidth > 0 && button.scrollWidth > button.clientWidth + 1)
      .map((button) => button.textContent ?? ""),
  );
}

const paths =
  "inbox compose screener people settings/profile settings/appearance settings/rules settings/privacy settings/recovery settings/import settings/export";

test(
  "every word of the pages comes from the catalogue, and fits its button",
  async () => {
    const { origin } = new URL(page.url());
    const found: string[] = [];
    for (const path of paths.split(" ")) {
      await page.goto(`${origin}/${path}`);
      await page
        .getByRole("heading", { level: 1 })
        .or(page.getByRole("grid"))
        .or(page.locator("[data-keys=compose]"))
        .first()
        .waitFor();
      for (const text of await findUnmarked()) found.push(`${path}: ${text}`);
      for (const text of await findTight()) found.push(`${path} is tight: ${text}`);
    }
    expect(found).toEqual([]);
    expect(client.faults).toEqual([]);
  },
  slow,
);
