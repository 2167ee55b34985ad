/** From the link that a new server prints to a blocked peer, all in a browser. */
import { login, prepare, type Session, send, waitUntilSettled } from "@posthorn/client";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { findBarriers } from "../src/browser/find-barriers.ts";
import { startWebClients, type WebClient, type WebClients } from "../src/browser/index.ts";
import { joinAs, type TestPerson } from "../src/people.ts";
import type { TestNode } from "../src/testnet.ts";

let clients: WebClients;
let alpha: TestNode;
let beta: TestNode;
let ana: WebClient;
let cleo: WebClient;
let bob: TestPerson;
/** Ana's other device, which writes for this story. */
let pen: Session;

const password = "ana on alpha";

beforeAll(async () => {
  clients = await startWebClients();
  [alpha, beta] = [clients.net.node("alpha"), clients.net.node("beta")];
  bob = await joinAs(clients.net, beta, "bob");
});
afterAll(async () => {
  await clients.close();
});

async function goToTopic(page: Page, name: string): Promise<void> {
  await page.getByRole("navigation", { name: "Server" }).getByRole("link", { name, exact: true }).click();
  await page.getByRole("heading", { name, level: 1 }).waitFor();
}

test("the link that a new server prints leads through four steps, the last of which is a message to oneself", async () => {
  const { setupPath = "" } = alpha.server;
  expect(setupPath).toMatch(/^\/setup#[\w-]{22}$/);
  ana = await clients.open(alpha);
  const { page } = ana;
  await page.goto(alpha.endpoint + setupPath);
  await page.getByRole("heading", { name: `Set up ${alpha.host}` }).waitFor();
  await page.getByText("Nothing leaves it, so there is no DNS to set.").waitFor();
  await page.getByText(`Other servers find this one at ${alpha.host}`).waitFor();
  expect(await findBarriers(page)).toEqual([]);

  await page.getByLabel("Name in your address").fill("ana");
  await page.getByRole("textbox", { name: "Password" }).fill(password);
  await page.getByRole("button", { name: "Create my account" }).click();
  await page.getByRole("heading", { name: "Your recovery phrase" }).waitFor();
  expect(await findBarriers(page)).toEqual([]);
  const words = await page.locator("ol[translate=no] > li").allInnerTexts();
  await page.getByLabel("Check that you have it").fill(words.join(" "));
  await page.getByRole("button", { name: "I have it" }).click();
  await page.getByText(`You are ana@${alpha.host}, and the operator of this server.`).waitFor();

  await page.getByRole("button", { name: "Send a test" }).click();
  await page.getByText(/^Delivered in \d+ ms$/).waitFor();
  expect(
    await page
      .getByRole("listitem")
      .filter({ hasText: /^Opened here again/ })
      .count(),
  ).toBe(1);
  expect(await findBarriers(page)).toEqual([]);

  await page.getByRole("button", { name: "Open your mail" }).click();
  await page.getByRole("row", { name: /It works/ }).waitFor();
  expect(ana.faults).toEqual([]);
});

test("whoever comes later with the same link is told that it is used up", async () => {
  const late = await clients.open(alpha);
  await late.page.goto(alpha.endpoint + (alpha.server.setupPath ?? ""));
  await late.page.getByRole("heading", { name: "This link does not work" }).waitFor();
  expect(await findBarriers(late.page)).toEqual([]);
  await late.context.close();
});

test("an operator's invitation makes an account in another browser, and both are seen as it happens", async () => {
  const { page } = ana;
  await page.getByRole("button", { name: "Server", exact: true }).click();
  await page.getByText("All is well.").waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await goToTopic(page, "People");
  await page.getByRole("button", { name: "Invite somebody" }).click();
  await page.getByLabel("Name in the address").fill("cleo");
  await page.getByRole("button", { name: "Make the link" }).click();
  await page.getByRole("img", { name: "The invitation link as a QR code" }).waitFor();
  const link = await page.getByRole("textbox", { name: "Invitation link" }).inputValue();
  expect(await findBarriers(page)).toEqual([]);
  await page.getByRole("button", { name: "Done" }).click();

  cleo = await clients.open(alpha);
  await cleo.page.goto(link);
  await cleo.page.getByRole("textbox", { name: "Password" }).fill("cleo on alpha");
  await cleo.page.getByRole("button", { name: "Create my account" }).click();
  await cleo.page.getByRole("button", { name: "Remind me later" }).click();
  await cleo.page.getByRole("heading", { name: "All clear" }).waitFor();
  // Until she has the phrase she is told so, also after the page was loaded anew.
  await cleo.page.reload();
  const owed = cleo.page.getByRole("region", { name: "Your recovery phrase" });
  await owed.getByText("You do not have your recovery phrase yet.").waitFor();
  await owed.getByRole("button", { name: "Get new words" }).click();
  const dialog = cleo.page.getByRole("dialog", { name: "New recovery phrase" });
  await dialog.locator("ol > li").first().waitFor();
  const words = await dialog.locator("ol > li").allInnerTexts();
  await dialog.getByLabel("Check that you have it").fill(words.join(" "));
  await dialog.getByRole("button", { name: "Replace the old phrase" }).click();
  await owed.waitFor({ state: "detached" });
  // Nobody loads the operator's page again.
  await page.getByText(`cleo@${alpha.host}`).waitFor();
  expect(await page.getByText(`ana@${alpha.host}`).count()).toBeGreaterThan(0);
  expect(await findBarriers(page)).toEqual([]);
});

test("who is no operator sees nothing of the server", async () => {
  const { page } = cleo;
  await page.goto(`${alpha.endpoint}/admin/users`);
  await page.getByRole("heading", { name: "For whoever runs the server" }).waitFor();
  expect(await page.getByRole("button", { name: "Server", exact: true }).count()).toBe(0);
  expect(cleo.faults).toEqual([]);
});

test("somebody is suspended, which asks first and can be taken back; their room is changed", async () => {
  const { page } = ana;
  await page.getByRole("button", { name: `Suspend cleo@${alpha.host}` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Suspend" }).click();
  await page.getByText("Suspended", { exact: true }).waitFor();
  const address = `cleo@${alpha.host}`;
  const refused = login(clients.net.platform, { address, password: "cleo on alpha" });
  await expect(refused).rejects.toThrow("suspended");
  await page.getByRole("button", { name: `Restore ${address}` }).click();
  await page.getByRole("button", { name: `Suspend ${address}` }).waitFor();
  await login(clients.net.platform, { address, password: "cleo on alpha" });

  await page.getByRole("button", { name: `Change ${address}` }).click();
  await page.getByLabel("Room, in GB").fill("7");
  expect(await findBarriers(page)).toEqual([]);
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText(/of 7 GB/).waitFor();
});

test("mail for a server that is down waits in the queue with the reason, and goes when it is tried again", async () => {
  const { page } = ana;
  await goToTopic(page, "Queue");
  await page.getByRole("heading", { name: "Queue is empty" }).waitFor();
  expect(await findBarriers(page)).toEqual([]);
  pen = await login(clients.net.platform, { address: `ana@${alpha.host}`, password });
  const draft = { from: pen.address, to: [bob.address], subject: "Are you there", body: "Or not?" };
  const { message } = await prepare(pen, draft);
  await beta.stop();
  await send(pen, message);
  await page.getByText(beta.host, { exact: true }).waitFor();
  await page.getByText(/^Failed (?:once|\d+ times), next try/).waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await page.getByRole("button", { name: `Try now: ${beta.host}` }).click();
  await page.getByText(`Trying one for ${beta.host}.`).first().waitFor();
  await page.getByText(/^Failed (?:once|\d+ times), next try/).waitFor();

  await beta.start();
  await page.getByRole("button", { name: `Try now: ${beta.host}` }).click();
  await page.getByRole("heading", { name: "Queue is empty" }).waitFor();
  const { recipients } = await waitUntilSettled(pen, message.id);
  expect(recipients).toMatchObject([{ status: "delivered" }]);
});

test("a server that is blocked brings nothing any more, until it is allowed again", async () => {
  const { page } = ana;
  const draft = { from: bob.address, to: [`ana@${alpha.host}`], subject: "Hello", body: "It is me." };
  const { message } = await prepare(bob.session, draft);
  await goToTopic(page, "Other servers");
  await page.getByRole("button", { name: `Block ${beta.host}` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Block" }).click();
  await page.getByText("Blocked", { exact: true }).waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await send(bob.session, message);
  const { recipients } = await waitUntilSettled(bob.session, message.id, { timeoutMs: 30_000 });
  expect(recipients).toMatchObject([{ status: "failed", problem: { code: "peerBlocked" } }]);
  await page.getByRole("button", { name: `Allow ${beta.host}` }).click();
  await page.getByRole("button", { name: `Block ${beta.host}` }).waitFor();

  await goToTopic(page, "Policy");
  await page.getByRole("row", { name: /Whom an operator invites/ }).waitFor();
  expect(await findBarriers(page)).toEqual([]);
  expect(ana.faults).toEqual([]);
});

test("who reads German is told in German what is wrong with the server", async () => {
  const german = await clients.open(alpha, { locale: "de-DE" });
  const { page, context } = german;
  await page.getByLabel("Adresse", { exact: true }).fill(`ana@${alpha.host}`);
  await page.getByRole("textbox", { name: "Passwort" }).fill(password);
  await page.getByRole("button", { name: "Anmelden" }).click();
  const little = vi.spyOn(alpha.env.files, "freeBytes").mockResolvedValue(7 * 1024 ** 2);
  await page.getByRole("button", { name: "Server", exact: true }).click();
  const disk = page.getByRole("row", { name: /^Speicherplatz/ });
  await disk.getByText(/^Nur 7 MiB sind frei, wo .* liegt\. Schaffen Sie Platz/).waitFor();
  expect(await findBarriers(page)).toEqual([]);
  // On a phone what is said of it has the width of the page, below its name.
  await page.setViewportSize({ width: 390, height: 844 });
  const name = await disk.getByRole("rowheader").boundingBox();
  const detail = await disk.getByRole("cell").last().boundingBox();
  expect(detail?.y).toBeGreaterThanOrEqual((name?.y ?? 0) + (name?.height ?? 0));
  expect(detail?.width).toBeGreaterThan(300);
  expect(await findBarriers(page)).toEqual([]);
  little.mockRestore();
  expect(german.faults).toEqual([]);
  await context.close();
});
