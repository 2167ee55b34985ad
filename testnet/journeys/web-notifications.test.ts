/** Notifications of new mail: who is told of what, and what is said where none can be. */
import { decideSender, prepare, send } from "@posthorn/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findBarriers } from "../src/browser/find-barriers.ts";
import {
  allowNotifications,
  hasCount,
  hoursAroundNow,
  type NotificationCentre,
  openSettings,
  startNotified,
  startWebClients,
  type WebClient,
  type WebClients,
} from "../src/browser/index.ts";
import { joinAs, type TestPerson, writeAs } from "../src/people.ts";

let clients: WebClients;
let ana: TestPerson;
let bo: TestPerson;
let client: WebClient;
let page: WebClient["page"];
let centre: NotificationCentre;

beforeAll(async () => {
  clients = await startWebClients({ settings: { screening: "yes" } });
  ({ ana, bo, client, centre } = await startNotified(clients));
  page = client.page;
}, 120_000);
afterAll(async () => {
  await clients.close();
});

const ask = () => page.getByRole("region", { name: "Get notified about people you know?" });
const row = (subject: string) => page.getByRole("row", { name: new RegExp(subject) });
const switchHere = () => page.getByRole("switch", { name: "Notifications in this browser" });
const goTo = (name: RegExp) => page.getByRole("link", { name }).click();

async function shows(...expected: object[]): Promise<void> {
  await expect.poll(() => centre.shown(), { timeout: 20_000 }).toMatchObject(expected);
}

async function write(subject: string, { session } = bo, fromName = "Bo Berg"): Promise<void> {
  const draft = { from: session.address, fromName, to: [ana.address], subject, body: "As I said." };
  await send(session, (await prepare(session, draft)).message);
}

/** What is sent after it has come, so what is before it has been told of, or will not be. */
async function isToldNext(subject: string): Promise<void> {
  await write(subject);
  await expect
    .poll(async () => (await centre.shown()).map(({ body }) => body), { timeout: 20_000 })
    .toContain(subject);
}

test("nobody is asked on load, but below their first mail, and not again once they have answered", async () => {
  await page
    .getByRole("heading", { name: "Your first message" })
    .or(page.getByRole("heading"))
    .first()
    .waitFor();
  await hasCount(ask(), 0);
  await write("The first");
  await row("The first").waitFor();
  await ask().waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await ask().getByRole("button", { name: "Not now" }).click();
  await hasCount(ask(), 0);
  await page.reload();
  await row("The first").waitFor();
  await hasCount(ask(), 0);
});

test("who turns it on is told truthfully that the push service cannot be reached, and what works all the same", async () => {
  await openSettings(client, "Notifications");
  await switchHere().click();
  await page.getByText("The push service of your browser cannot be reached.").waitFor();
  await expect.poll(() => switchHere().getAttribute("aria-checked")).toBe("true");
  await page.getByText("While a Posthorn tab is open you are told").waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await page.reload();
  await page.getByText("The push service of your browser cannot be reached.").waitFor();
});

test("a tab that was open when another turned it on tells too, once that one is closed", async () => {
  await switchHere().click();
  await expect.poll(() => switchHere().getAttribute("aria-checked")).toBe("false");
  await page.reload();
  await switchHere().waitFor();
  const second = await client.context.newPage();
  await second.goto(page.url());
  await second.getByRole("switch", { name: "Notifications in this browser" }).click();
  await second.getByText("The push service of your browser cannot be reached.").waitFor();
  await second.close();
  await page.getByText("The push service of your browser cannot be reached.").waitFor();
  await centre.look(false);
  await isToldNext("In the tab that was open");
  await centre.look(true);
  await shows();
});

test("a letter of somebody one knows is told once, with sender and subject, while nobody looks; pressed, it is read", async () => {
  const second = await client.context.newPage();
  await second.goto(new URL("/inbox", page.url()).href);
  await second.getByRole("row", { name: /The first/ }).waitFor();
  await write("While somebody looks");
  await second.getByRole("row", { name: /While somebody looks/ }).waitFor();
  await centre.look(false);
  await write("Come and see");
  await shows({ title: "Bo Berg", body: "Come and see", silent: false });
  // The push service tells of it too.
  await centre.push({ "@type": "StateChange", changed: {} });
  await isToldNext("And this");
  await shows({ title: "Bo Berg", body: "Come and see" }, { title: "Bo Berg", body: "And this" });
  await second.close();
  await centre.press("Bo Berg");
  await page.getByRole("heading", { name: "Come and see" }).waitFor();
  await shows({ body: "And this" });
  await centre.look(true);
  await shows();
});

test("what waits in the Screener is told to nobody, also once it is let in on another device", async () => {
  const stranger = await joinAs(clients.net, clients.net.node("beta"), "stranger");
  await centre.look(false);
  await writeAs(stranger, ana, "You do not know me");
  await page.getByRole("link", { name: /^Screener\s*1/ }).waitFor();
  await isToldNext("You do know me");
  await shows({ body: "You do know me" });
  await goTo(/^Inbox/);
  await decideSender(ana.session, stranger.address, "accepted");
  // The row of what was read last has the focus, so what comes soon after may stand and later waits.
  const waits = page.getByRole("button", { name: "1 new" });
  await row("You do not know me").or(waits).first().waitFor();
  if (await waits.isVisible()) await waits.click();
  await row("You do not know me").waitFor();
  await isToldNext("Now you know both");
  await shows({ body: "You do know me" }, { body: "Now you know both" });
  await centre.look(true);
});

test("of what came open, which nobody has signed, the address is told with the name", async () => {
  const olga = await joinAs(clients.net, clients.net.node("beta"), "olga", { mode: "open" });
  await decideSender(ana.session, olga.address, "accepted");
  await centre.look(false);
  await write("In the open", olga, "Olga Ohm");
  await shows({ title: `Olga Ohm <${olga.address}>`, body: "In the open" });
  await centre.look(true);
});

test("in quiet hours nothing is told", async () => {
  await openSettings(client, "Notifications");
  await page.getByRole("switch", { name: "Quiet hours" }).click();
  const { from, to } = hoursAroundNow();
  await page.getByLabel("From").fill(from);
  await page.getByLabel("To", { exact: true }).fill(to);
  await page.getByText("Saved").first().waitFor();
  await centre.look(false);
  await goTo(/^Inbox/);
  await write("In the night");
  await row("In the night").waitFor();
  await page.getByRole("button", { name: "Settings", exact: true }).click();
  await page.getByRole("link", { name: "Notifications", exact: true }).click();
  await page.getByRole("switch", { name: "Quiet hours" }).click();
  await expect
    .poll(() => page.getByRole("switch", { name: "Quiet hours" }).getAttribute("aria-checked"))
    .toBe("false");
  await isToldNext("In the morning");
  await shows({ body: "In the morning" });
  await centre.look(true);
});

test("nothing is told to whom wants nothing told", async () => {
  await openSettings(client, "Notifications");
  const which = page.getByRole("combobox", { name: "Tell me of" });
  await which.selectOption("Nothing");
  await page.getByText("You have chosen to be told of nothing.").waitFor();
  await centre.look(false);
  await goTo(/^Inbox/);
  await write("Not told");
  await row("Not told").waitFor();
  await openSettings(client, "Notifications");
  await which.selectOption("People you know");
  await page.getByText("The push service of your browser cannot be reached.").waitFor();
  await isToldNext("Told again");
  await shows({ body: "Told again" });
  await centre.look(true);
});

test("while the Screener is off, only who wants to hear of everything is told of people whom they do not know", async () => {
  await decideSender(ana.session, "*@*", "accepted");
  const carla = await joinAs(clients.net, clients.net.node("beta"), "carla");
  await centre.look(false);
  await goTo(/^Inbox/);
  await writeAs(carla, ana, "From nobody you know");
  await row("From nobody you know").waitFor();
  await isToldNext("Somebody you know");
  await shows({ body: "Somebody you know" });
  await writeAs(ana, carla, "Who are you?");
  await page.getByRole("link", { name: "Sent", exact: true }).click();
  await row("Who are you").waitFor();
  await writeAs(carla, ana, "Carla, of the choir");
  await shows({ body: "Somebody you know" }, { body: "Carla, of the choir" });
  await openSettings(client, "Notifications");
  await page.getByRole("combobox", { name: "Tell me of" }).selectOption("Everything in the inbox");
  await page.getByText("Saved").first().waitFor();
  const dora = await joinAs(clients.net, clients.net.node("beta"), "dora");
  await writeAs(dora, ana, "From somebody else");
  await shows({}, {}, { title: dora.address, body: "From somebody else" });
  await centre.look(true);
});

test("whoever signs out leaves nothing that tells", async () => {
  await page.getByRole("button", { name: /^Account/ }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("Address", { exact: true }).waitFor();
  expect(await page.evaluate(() => localStorage.getItem("posthorn.told"))).toBeNull();
  expect(await page.evaluate(() => caches.keys())).toEqual([expect.stringMatching(/^posthorn /)]);
  expect(client.faults).toEqual([]);
});

test("a browser that blocks it says what to do", async () => {
  const blocked = await clients.open(clients.net.node("alpha"), { isPlain: true });
  await blocked.signIn(ana);
  await openSettings(blocked, "Notifications");
  await blocked.page.getByText("Your browser blocks notifications of this page.").waitFor();
  expect(
    await blocked.page
      .getByRole("switch", { name: "Notifications in this browser" })
      .getAttribute("aria-checked"),
  ).toBe("false");
  expect(await findBarriers(blocked.page)).toEqual([]);
  await blocked.context.close();
});

test("a browser that keeps no client says that it cannot tell, and nobody is asked there", async () => {
  const client = await clients.open(clients.net.node("alpha"));
  await allowNotifications(client.context, { now: "default", asked: "granted" });
  await client.page.reload();
  await client.signIn(ana);
  await client.page.getByRole("row", { name: /The first/ }).waitFor();
  await openSettings(client, "Notifications");
  await client.page.getByText("This browser cannot show notifications of this page.").waitFor();
  await client.page.getByRole("button", { name: "Mail", exact: true }).click();
  await client.page.getByRole("row", { name: /The first/ }).waitFor();
  await hasCount(client.page.getByRole("region", { name: "Get notified about people you know?" }), 0);
  await client.context.close();
});

test("on an iPhone it is said how Posthorn comes onto the Home Screen first", async () => {
  const client = await clients.open(clients.net.node("alpha"), {
    isPlain: true,
    userAgent:
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1",
    viewport: { width: 390, height: 844 },
  });
  await client.context.addInitScript(() => Reflect.deleteProperty(window, "Notification"));
  await client.page.reload();
  await client.signIn(ana);
  await client.page.waitForFunction("navigator.serviceWorker.controller !== null");
  await client.page
    .getByRole("region", { name: "Get notified about people you know?" })
    .getByRole("button", { name: "Turn on" })
    .click();
  await client.page.getByText("In Safari press Share").waitFor();
  await client.page.getByText("Open Posthorn from the Home Screen").waitFor();
  expect(await findBarriers(client.page)).toEqual([]);
  await client.context.close();
});
