/** Everything is taken out: mail, people, drafts, settings, and keys that the recovery phrase alone opens. */
import { readFile } from "node:fs/promises";
import { decideSender, prepare, readPhrase, send } from "@posthorn/client";
import { fromBase64Url, recoveryKey, unwrapRootSecret } from "@posthorn/crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { composer, writeTo } from "../src/browser/composing.ts";
import { findBarriers } from "../src/browser/find-barriers.ts";
import { startWebClients, type WebClient, type WebClients } from "../src/browser/index.ts";
import { keepSettings } from "../src/own-records.ts";
import { joinAs, type TestPerson } from "../src/people.ts";
import { readZip } from "../src/read-zip.ts";

let clients: WebClients;
let ana: TestPerson;
let bo: TestPerson;
let client: WebClient;

beforeAll(async () => {
  clients = await startWebClients();
  const [alpha, beta] = [clients.net.node("alpha"), clients.net.node("beta")];
  ana = await joinAs(clients.net, alpha, "ana");
  bo = await joinAs(clients.net, beta, "bo");
  await keepSettings(ana.session, { templateThanks: "Thanks\nDear {{name}}, thank you." });
  await decideSender(ana.session, `mallory@${beta.host}`, "blocked");
  await decideSender(ana.session, bo.address, "accepted");
  const draft = {
    from: bo.address,
    to: [ana.address],
    fromName: "Bo; Becker",
    subject: "To be kept",
    body: "Sealed to you.",
  };
  await send(bo.session, (await prepare(bo.session, draft)).message);
  client = await clients.open(alpha);
  await client.context.addInitScript("delete window.showSaveFilePicker");
  await client.page.reload();
  await client.signIn(ana);
}, 120_000);
afterAll(async () => {
  await clients.close();
});

test("before anything is written it is said what goes out, and what the keys open", async () => {
  const { page } = client;
  await page.getByRole("row", { name: /To be kept/ }).waitFor();
  await writeTo(page, bo.address, "Not sent yet", "Dear Bo");
  await composer(page).getByText("Saved", { exact: true }).waitFor();
  await composer(page).getByRole("button", { name: "Close, the draft is kept" }).click();
  await page.goto(`${clients.net.node("alpha").endpoint}/settings/export`);
  await page.getByText("One mail", { exact: true }).waitFor();
  await page.getByText("One person, as vCard").waitFor();
  await page.getByText("One draft").waitFor();
  await page.getByText("With the phrase it opens everything that was sealed to you").waitFor();
  expect(await findBarriers(page)).toEqual([]);
});

test("the file has all of it, and its keys open by the recovery phrase", async () => {
  const { page } = client;
  await page.getByRole("button", { name: "Save everything" }).click();
  await page.getByText("One mail is in the file").waitFor();
  expect(await page.getByText("Not in the file").count()).toBe(0);
  expect(await findBarriers(page)).toEqual([]);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Save the file" }).click(),
  ]);
  const files = readZip(await readFile(await download.path()));
  expect([...files.keys()].sort()).toEqual([
    "Inbox.mbox",
    "contacts.vcf",
    "drafts.json",
    "keys.json",
    "report.json",
    "settings.json",
  ]);
  expect(files.get("Inbox.mbox")).toContain("Subject: To be kept");
  const cards = files.get("contacts.vcf") ?? "";
  expect(cards).toContain(`FN:Bo\\; Becker\r\nEMAIL:${bo.address}\r\nX-POSTHORN-STANDING:accepted\r\n`);
  expect(cards).toContain(
    `EMAIL:mallory@${clients.net.node("beta").host}\r\nX-POSTHORN-STANDING:blocked\r\n`,
  );
  expect(files.get("drafts.json")).toContain("Not sent yet");
  expect(files.get("settings.json")).toContain("Dear {{name}}, thank you.");

  const text = files.get("keys.json") ?? "";
  const { statements, recovery } = JSON.parse(text);
  const key = await recoveryKey(readPhrase(ana.recoveryPhrase), ana.address);
  const root = await unwrapRootSecret(
    key,
    { address: ana.address, way: "recovery" },
    statements.at(-1).statement,
    fromBase64Url(recovery),
  );
  expect(root).toEqual(await ana.session.keys.findRootSecret());
  expect(JSON.parse(text)).not.toHaveProperty("password");
  expect(client.faults).toEqual([]);
}, 60_000);

test("who is quicker than what is said of it waits for that, and gets the keys that go with it", async () => {
  const page = await client.context.newPage();
  // The part that reads mail is slow to say what there is.
  await page.addInitScript(() => {
    const { postMessage } = Worker.prototype;
    const held: (() => void)[] = [];
    Worker.prototype.postMessage = function post(message: { name?: string }) {
      const go = () => postMessage.call(this, message);
      if (message.name === "exportPlan") held.push(go);
      else go();
    };
    addEventListener("release", () => {
      for (const go of held) go();
    });
  });
  await page.goto(`${clients.net.node("alpha").endpoint}/settings/export`);
  const start = page.getByRole("button", { name: "Save everything" });
  await start.waitFor();
  expect(await start.isDisabled()).toBe(true);
  await start.click({ force: true });
  await page.evaluate(() => dispatchEvent(new Event("release")));
  await page.getByText("One mail", { exact: true }).waitFor();
  await start.click();
  await page.getByText("One mail is in the file").waitFor();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Save the file" }).click(),
  ]);
  expect([...readZip(await readFile(await download.path())).keys()]).toContain("keys.json");
  await page.close();
}, 60_000);

test("who wants no keys in it gets none", async () => {
  const { page } = client;
  await page.getByRole("button", { name: "Make another" }).click();
  await page.getByLabel("My keys as well").uncheck();
  await page.getByRole("button", { name: "Save everything" }).click();
  await page.getByText("One mail is in the file").waitFor();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Save the file" }).click(),
  ]);
  expect([...readZip(await readFile(await download.path())).keys()]).not.toContain("keys.json");
}, 60_000);
