/** Letters put in order on a phone, by a finger. */
import { prepare, send } from "@posthorn/client";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startWebClients, swipe, touch, type WebClients } from "../src/browser/index.ts";
import { joinAs, type TestPerson } from "../src/people.ts";

const letters = 14;
const slow = 120_000;

let clients: WebClients;
let alice: TestPerson;
let bob: TestPerson;

beforeAll(async () => {
  clients = await startWebClients();
  alice = await joinAs(clients.net, clients.net.node("alpha"), "alice");
  bob = await joinAs(clients.net, clients.net.node("beta"), "bob");
  for (let number = 1; number <= letters; number++) await write(`Letter ${number}`);
}, slow);
afterAll(async () => {
  await clients.close();
});

async function write(subject: string): Promise<void> {
  const draft = { from: bob.address, to: [alice.address], subject, body: `What ${subject} says.` };
  const { message } = await prepare(bob.session, draft);
  await send(bob.session, message);
}

function row(number: number, where: Page): Locator {
  return where.getByRole("row", { name: new RegExp(`Letter ${number}\\b`) });
}

test(
  "on a phone a finger to the right archives, one to the left snoozes, and one held still chooses",
  async () => {
    const phone = await clients.open(clients.net.node("alpha"), {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
    });
    await phone.signIn(alice);
    await row(14, phone.page).waitFor();
    await swipe(phone.page, row(14, phone.page), 60);
    expect(await row(14, phone.page).count()).toBe(1);
    await swipe(phone.page, row(14, phone.page), 220);
    await row(14, phone.page).waitFor({ state: "detached" });
    await swipe(phone.page, row(13, phone.page), -220);
    await phone.page.getByRole("dialog", { name: "Snooze until" }).waitFor();
    await phone.page.getByRole("button", { name: /^Tomorrow/ }).click();
    await row(13, phone.page).waitFor({ state: "detached" });
    const held = await touch(phone.page, row(12, phone.page));
    await phone.page.getByText("1 selected").waitFor();
    await held.end();
    await row(11, phone.page).getByRole("checkbox").tap();
    await phone.page.getByText("2 selected").waitFor();
    await phone.page.getByRole("button", { name: "Select none" }).click();
    await row(11, phone.page).click();
    await phone.page.getByRole("article").getByRole("button", { name: "More", exact: true }).first().click();
    await phone.page.getByRole("option", { name: "Snooze" }).click();
    await phone.page.getByRole("dialog", { name: "Snooze until" }).waitFor();
    await phone.page.keyboard.press("Escape");
    expect(phone.faults).toEqual([]);
    await phone.context.close();
  },
  slow,
);

test("in German on a narrow phone nothing of the sheet for later is cut off", async () => {
  const phone = await clients.open(clients.net.node("alpha"), {
    viewport: { width: 320, height: 640 },
    hasTouch: true,
    isMobile: true,
  });
  await phone.signIn(alice);
  await phone.page.goto(`${clients.net.node("alpha").endpoint}/settings/appearance`);
  await phone.page.getByRole("combobox", { name: "Language" }).selectOption({ label: "Deutsch" });
  await phone.page.goto(`${clients.net.node("alpha").endpoint}/inbox`);
  await swipe(phone.page, phone.page.getByRole("row", { name: /Letter/ }).first(), -220);
  const sheet = phone.page.getByRole("dialog", { name: "Später zeigen" });
  const parts = [
    sheet.getByLabel("Datum und Uhrzeit"),
    sheet.getByRole("button", { name: "Später zeigen", exact: true }),
  ];
  for (const part of parts) {
    await part.waitFor();
    const { x, width } = (await part.boundingBox()) ?? { x: -1, width: 0 };
    expect(x).toBeGreaterThanOrEqual(0);
    expect(x + width).toBeLessThanOrEqual(320);
  }
  expect(phone.faults).toEqual([]);
  await phone.context.close();
});
