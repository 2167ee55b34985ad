/** Who reads German reads no English, neither of the page nor of what servers say. */
import { changeAccount, prepare, send } from "@posthorn/client";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hasCount, startWebClients, type WebClient, type WebClients } from "../src/browser/index.ts";
import { joinAs, operatorOf, type TestPerson } from "../src/people.ts";
import type { TestNode } from "../src/testnet.ts";

const slow = 300_000;

let clients: WebClients;
let alpha: TestNode;
let beta: TestNode;
let ana: TestPerson;
let client: WebClient;
let page: Page;

beforeAll(async () => {
  clients = await startWebClients();
  [alpha, beta] = [clients.net.node("alpha"), clients.net.node("beta")];
  ana = await joinAs(clients.net, alpha, "ana", { device: "Handy" });
  const bob = await joinAs(clients.net, beta, "bob");
  await changeAccount(await operatorOf(clients.net, alpha), "ana", { operator: true });
  const draft = { from: bob.address, to: [ana.address], subject: "Grüße", body: "Guten Tag." };
  await send(bob.session, (await prepare(bob.session, draft)).message);
  // Who has been written to before can be sealed to while their server does not answer.
  const answer = { from: ana.address, to: [bob.address], subject: "Re: Grüße", body: "Guten Abend." };
  await send(ana.session, (await prepare(ana.session, answer)).message);
  client = await clients.open(alpha, { locale: "de-DE" });
  page = client.page;
  page.setDefaultTimeout(30_000);
}, slow);
afterAll(() => clients.close());

async function goTo(path: string): Promise<void> {
  await page.goto(new URL(path, page.url()).href);
  await page.getByRole("heading", { level: 1 }).or(page.getByRole("grid")).first().waitFor();
  await hasCount(page.locator("[data-waiting]"), 0);
}

/** Texts, names and hints that have a word which is English and not German. What people and machines wrote is left out. */
function findEnglish(): Promise<string[]> {
  return page.evaluate(() => {
    const ofOthers = "bdi, time, kbd, code, noscript, [translate=no], script, style, option";
    const english =
      /\b(?:the|and|not|of|with|your|you|this|are|has|have|from|it|its|who|what|which|when|where|there|nothing|yet|answers?|shown|local|trial)\b/i;
    const found = new Set<string>();
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node !== null; node = walk.nextNode()) {
      const text = node.textContent?.trim() ?? "";
      if (english.test(text) && node.parentElement?.closest(ofOthers) === null) found.add(text);
    }
    for (const element of document.querySelectorAll("[placeholder], [title], [aria-label]")) {
      for (const name of ["placeholder", "title", "aria-label"]) {
        const text = element.getAttribute(name) ?? "";
        if (english.test(text)) found.add(`${name}: ${text}`);
      }
    }
    return [...found];
  });
}

async function englishAt(paths: string): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths.split(" ")) {
    await goTo(path);
    for (const text of await findEnglish()) found.push(`${path}: ${text}`);
  }
  return found;
}

test("the ways in, whole and broken, and the first page of a server", { timeout: slow }, async () => {
  expect(
    await englishAt(
      "/sign-in /recover /link /link#broken /welcome/AAAAAAAAAAAAAAAAAAAAAA /reset#AAAAAAAAAAAAAAAAAAAAAA /setup#AAAAAAAAAAAAAAAAAAAAAA",
    ),
  ).toEqual([]);
  await goTo(beta.endpoint + (beta.server.setupPath ?? "/setup"));
  expect(await findEnglish()).toEqual([]);
  await goTo(`${alpha.endpoint}/sign-in`);
  await page.getByLabel("Adresse", { exact: true }).fill(ana.address);
  await page.getByRole("textbox", { name: "Passwort" }).fill("wrong");
  await page.getByRole("button", { name: "Anmelden" }).click();
  await page.getByText("Adresse und Passwort passen nicht zusammen.").first().waitFor();
  expect(await findEnglish()).toEqual([]);
  await page.getByRole("textbox", { name: "Passwort" }).fill(ana.password);
  await page.getByRole("button", { name: "Anmelden" }).click();
  await page.getByRole("row", { name: /Grüße/ }).first().waitFor();
});

test("the places of mail, the settings, and what whoever runs the server sees", {
  timeout: slow,
}, async () => {
  const places = "inbox screener later starred drafts sent archive spam trash all people search?q=x nowhere";
  const settings =
    "profile appearance keyboard notifications identities templates labels rules away screener privacy devices recovery import export storage developer deletion about";
  const admin = "overview users queue peers policy";
  const paths = [
    ...places.split(" ").map((name) => `/${name}`),
    ...settings.split(" ").map((name) => `/settings/${name}`),
    ...admin.split(" ").map((name) => `/admin/${name}`),
  ];
  expect(await englishAt(paths.join(" "))).toEqual([]);
});

test("a server that does not answer, in the queue and among the others", { timeout: slow }, async () => {
  await beta.stop();
  const draft = { from: ana.address, to: [`bob@${beta.host}`], subject: "Noch da?", body: "Oder nicht?" };
  await send(ana.session, (await prepare(ana.session, draft)).message);
  await goTo("/admin/queue");
  await page.getByText(/gescheitert, nächster Versuch/).waitFor();
  expect(await findEnglish()).toEqual([]);
  await page.getByRole("button", { name: `${beta.host} abbrechen` }).click();
  expect(await findEnglish()).toEqual([]);
  await page.getByRole("dialog").getByRole("button", { name: "Abbrechen" }).click();
  await page.getByRole("heading", { name: "Die Warteschlange ist leer" }).waitFor();
  expect(await englishAt("/admin/peers /admin/overview /sent")).toEqual([]);
  await beta.start();
});

test("a draft that the server does not keep says so where it is written and where it lies", {
  timeout: slow,
}, async () => {
  await goTo("/drafts");
  await page
    .getByRole("button", { name: /^Schreiben/ })
    .first()
    .click();
  const composer = page.locator("[data-keys=compose]:visible");
  await composer.getByLabel("Betreff").fill("Zu lang");
  await composer.getByRole("textbox", { name: "Nachricht", exact: true }).fill("Wort ".repeat(40_000));
  const words = "So lange Entwürfe bewahrt der Server nicht auf. Kürzen oder senden Sie ihn.";
  await page.getByText(`Nur auf diesem Gerät: ${words}`).first().waitFor();
  await composer.getByRole("alert").filter({ hasText: "Nicht gespeichert" }).waitFor();
  expect(await composer.getByTitle(words).count()).toBe(1);
  expect(await findEnglish()).toEqual([]);
  expect(client.faults).toEqual([]);
});
