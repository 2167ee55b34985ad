/** What is asked while a letter is written: the keys are the dialog's, and the letter waits behind it. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { startWebClients, type WebClient, type WebClients } from "../src/browser/index.ts";
import { joinAs } from "../src/people.ts";

let clients: WebClients;
let ana: WebClient;

beforeAll(async () => {
  clients = await startWebClients({ names: ["alpha"] });
  const alpha = clients.net.node("alpha");
  const person = await joinAs(clients.net, alpha, "ana");
  ana = await clients.open(alpha);
  await ana.signIn(person);
  const { page } = ana;
  await page.keyboard.press("c");
  await page.getByRole("combobox", { name: "To" }).fill(person.address);
  await page.keyboard.press("Enter");
  await page.getByLabel("Subject").fill("Not now");
}, 120_000);
afterAll(async () => {
  await clients.close();
});

async function askWhen(): Promise<void> {
  const { page } = ana;
  await page.getByRole("button", { name: "More ways to send" }).click();
  await page.getByRole("button", { name: "Send later …" }).click();
  await page.getByRole("dialog", { name: "Send later" }).waitFor();
}

test("Escape shuts the question when to send, and the letter is still there", async () => {
  const { page } = ana;
  await askWhen();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog", { name: "Send later" }).waitFor({ state: "detached" });
  expect(await page.getByLabel("Subject").inputValue()).toBe("Not now");
  await page.getByLabel("Subject").fill("Not now, but later");
});

test("who presses Ctrl and Enter while asked when has not sent it now", async () => {
  const { page } = ana;
  await askWhen();
  await page
    .getByRole("dialog", { name: "Send later" })
    .getByLabel("Or pick a day and a time")
    .fill("2031-01-01T09:00");
  await page.keyboard.press("Control+Enter");
  await page.keyboard.press("Control+Shift+d");
  if (await page.getByRole("dialog", { name: "Send later" }).isVisible()) await page.keyboard.press("Escape");
  expect(await page.getByLabel("Subject").inputValue()).toBe("Not now, but later");
  expect(ana.faults).toEqual([]);
});
