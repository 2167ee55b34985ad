/** What people call themselves: seen by those they write to, and by no server on the way; and nobody passes for another by it. */

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { changeOwnName, prepare, send } from "@posthorn/client";
import type { Locator } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hasFocus } from "../src/browser/composing.ts";
import { findBarriers } from "../src/browser/find-barriers.ts";
import { startWebClients, type WebClient, type WebClients } from "../src/browser/index.ts";
import { haveCompared, inviteTo, joinAs, type TestPerson } from "../src/people.ts";

const name = "Ana Ruiz de la Vega";

let clients: WebClients;
let bo: TestPerson;
let hers: WebClient;
let his: WebClient;
let ana: string;

beforeAll(async () => {
  clients = await startWebClients({ settings: { screening: "yes" } });
  const beta = clients.net.node("beta");
  ana = `ana@${clients.net.node("alpha").host}`;
  bo = await joinAs(clients.net, beta, "bo");
  his = await clients.open(beta);
  await his.signIn(bo);
});
afterAll(async () => {
  await clients.close();
});

function composer({ page }: WebClient): Locator {
  return page.locator("[data-keys=compose]:visible");
}

async function write(client: WebClient, to: string, subject: string, text: string): Promise<void> {
  await client.page
    .getByRole("button", { name: /^Write/ })
    .first()
    .click();
  await composer(client).getByLabel("To", { exact: true }).fill(to);
  await client.page.keyboard.press("Enter");
  await composer(client).getByLabel("Subject").fill(subject);
  await composer(client).getByLabel("Message", { exact: true }).fill(text);
  await composer(client).getByRole("button", { name: "Send", exact: true }).click();
  await composer(client).waitFor({ state: "detached" });
}

/** All that a server has on its disk, as text. */
async function onDisk(node: string): Promise<string> {
  const { folder } = clients.net.node(node);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const texts = await Promise.all(
    files.map((file) => readFile(join(file.parentPath, file.name), "latin1").catch(() => "")),
  );
  return texts.join("\n");
}

test("who signs up says how they are called", async () => {
  const alpha = clients.net.node("alpha");
  hers = await clients.open(alpha);
  const { page } = hers;
  await page.goto((await inviteTo(clients.net, alpha, "ana")).url);
  await page.getByLabel("Your name").fill(name);
  await page.getByText("People you write to see this.").waitFor();
  await page.getByRole("textbox", { name: "Password" }).fill("ana on alpha");
  await page.getByRole("button", { name: "Create my account" }).click();
  await page.getByRole("heading", { name: "Your recovery phrase" }).waitFor();
  const words = await page.locator("ol > li").allInnerTexts();
  await page.getByLabel("Check that you have it").fill(words.join(" "));
  await page.getByRole("button", { name: "I have it" }).click();
  await page.getByRole("heading", { name: "All clear" }).waitFor();
  await page.getByText("Up to date").waitFor();
  await page.getByRole("button", { name: "Settings", exact: true }).click();
  const box = page.getByRole("region", { name: "Name" }).getByRole("textbox");
  await expect.poll(() => box.inputValue()).toBe(name);
  await page.goBack();
  expect(hers.faults).toEqual([]);
});

test("a stranger's address stands beside their name, and no less plainly", async () => {
  await write(hers, bo.address, "About the lamp", "Is it still to be had?");
  const { page } = his;
  await page.getByRole("link", { name: /^Screener/ }).click();
  const card = page.getByRole("listitem").filter({ hasText: "About the lamp" });
  const shown = [card.getByText(name, { exact: true }), card.getByText(ana, { exact: true })];
  const looks = await Promise.all(
    shown.map((one) =>
      one.evaluate((element) => {
        const { fontSize, fontWeight, color } = getComputedStyle(element);
        return { fontSize, fontWeight, color };
      }),
    ),
  );
  expect(looks[1]).toEqual(looks[0]);
  await card.getByRole("button", { name: "Accept" }).click();
});

test("the name stands in the list, in the conversation, where it is answered, and finds what was written", async () => {
  const { page } = his;
  await page.getByRole("link", { name: /^Inbox/ }).click();
  const row = page.getByRole("row", { name: /About the lamp/ });
  await row.getByText(name, { exact: true }).waitFor();
  expect(await row.getByText(ana).count()).toBe(0);
  await row.click();
  const head = page.getByRole("article").getByRole("button", { expanded: true });
  await head.getByText(name, { exact: true }).waitFor();
  await head.getByText(ana, { exact: true }).waitFor();
  await page
    .getByRole("button", { name: `Reply to ${name.split(" ")[0]}` })
    .last()
    .click();
  await composer(his)
    .getByRole("button", { name: new RegExp(`^${name}, ${ana}`) })
    .waitFor();
  await composer(his).getByLabel("Message", { exact: true }).fill("It is.");
  await page.keyboard.press("Control+Enter");
  await composer(his).waitFor({ state: "detached" });

  await page.getByRole("button", { name: "People", exact: true }).click();
  await page.getByRole("link", { name }).click();
  await page.getByRole("heading", { name }).waitFor();
  await page.getByRole("article").getByText(ana, { exact: true }).first().waitFor();

  await page.getByRole("link", { name: /^Inbox/ }).click();
  await page.keyboard.press("/");
  await page.keyboard.type("from:vega");
  await page.keyboard.press("Enter");
  await page.getByRole("row", { name: /About the lamp/ }).waitFor();
  expect(his.faults).toEqual([]);
});

test("no server has the name of a sealed message: its owner's knows it from her, the other not at all", async () => {
  expect(await onDisk("beta")).not.toContain(name);
  const hersToo = (await onDisk("alpha")).replaceAll(`"name":"${name}","replyTo"`, "");
  expect(hersToo).not.toContain(name);
});

test("who takes the name of somebody known has the address beside it, and so has the one who is known", async () => {
  const beta = clients.net.node("beta");
  const eve = await joinAs(clients.net, beta, "eve");
  const { page } = his;
  await haveCompared(bo.session, ana);
  const say = async (fromName: string, subject: string) => {
    const draft = { from: eve.address, to: [bo.address], fromName, subject, body: "Believe me." };
    await send(eve.session, (await prepare(eve.session, draft)).message);
  };
  await page.getByRole("link", { name: /^Inbox/ }).click();
  await say("ANA RUIZ de la Vegа", "The lamp is mine");
  await page
    .getByRole("row", { name: /The lamp is mine/ })
    .getByText(eve.address)
    .waitFor();
  await page
    .getByRole("row", { name: /About the lamp/ })
    .getByText(ana)
    .waitFor();

  // A name that is an address is none.
  await say(ana, "The lamp is hers");
  const row = page.getByRole("row", { name: /The lamp is hers/ });
  await row.waitFor();
  expect(await row.getByText(ana).count()).toBe(0);
  expect(his.faults).toEqual([]);
});

test("the name is changed in the settings, and what is written then carries the new one", async () => {
  await changeOwnName(bo.session, "Bo Lindqvist");
  const { page } = hers;
  await page.getByRole("button", { name: "Settings", exact: true }).click();
  const box = page.getByRole("region", { name: "Name" }).getByRole("textbox");
  await box.fill("Ana Vega");
  await box.press("Enter");
  await page.getByRole("region", { name: "Name" }).getByText("Saved").waitFor();
  await page.goBack();
  await write(hers, bo.address, "About the shade", "And the shade?");
  await his.page.getByRole("link", { name: /^Inbox/ }).click();
  await his.page
    .getByRole("row", { name: /About the shade/ })
    .getByText("Ana Vega", { exact: true })
    .waitFor();
  expect(hers.faults).toEqual([]);
});

test("a device that has opened nothing yet knows people by name as well", async () => {
  const another = await clients.open(clients.net.node("beta"));
  await another.signIn(bo);
  await another.page.getByRole("button", { name: "People", exact: true }).click();
  await another.page.getByRole("link", { name: `Ana Vega ${ana}` }).waitFor();
  expect(another.faults).toEqual([]);
});

test("who gives somebody a name of their own sees it everywhere, on every device, and nobody else hears of it", async () => {
  const given = "Lamp seller";
  const { page } = his;
  await page.getByRole("button", { name: "People", exact: true }).click();
  await page.getByRole("link", { name: `Ana Vega ${ana}` }).click();
  await page.getByRole("button", { name: "Call them something else" }).click();
  const field = page.getByLabel("What you call them");
  await field.fill(`ana@elsewhere.example`);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("A name needs letters, and has no @").waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await field.fill(given);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByRole("heading", { name: given }).waitFor();
  // Whoever goes by keys is where they began.
  await hasFocus(page.getByRole("button", { name: "Call them something else" }));
  await page.getByText("Calls themselves “Ana Vega”").waitFor();
  await page.getByRole("article").getByText(ana, { exact: true }).first().waitFor();
  expect(await findBarriers(page)).toEqual([]);

  // Whatever she calls herself in what she writes now.
  await write(hers, bo.address, "About the cord", "And the cord?");
  await page.getByRole("link", { name: /^Inbox/ }).click();
  const row = page.getByRole("row", { name: /About the cord/ });
  await row.getByText(given, { exact: true }).waitFor();
  await row.click();
  const head = page.getByRole("article").getByRole("button", { expanded: true });
  await head.getByText(given, { exact: true }).waitFor();
  await head.getByText(ana, { exact: true }).waitFor();
  await page.getByRole("button", { name: "Reply to Lamp" }).last().click();
  await composer(his)
    .getByRole("button", { name: new RegExp(`^${given}, ${ana}`) })
    .waitFor();
  await composer(his).getByLabel("Message", { exact: true }).fill("It is gone.");
  await page.keyboard.press("Control+Enter");
  await composer(his).waitFor({ state: "detached" });
  const answer = hers.page.getByRole("row", { name: /About the cord/ });
  await answer.click();
  await hers.page.getByRole("article").getByText("It is gone.").waitFor();
  expect(await hers.page.getByText(given).count()).toBe(0);
  expect(`${await onDisk("alpha")}${await onDisk("beta")}`).not.toContain(given);

  const another = await clients.open(clients.net.node("beta"));
  await another.signIn(bo);
  await another.page
    .getByRole("row", { name: /About the cord/ })
    .getByText("Lamp, me")
    .waitFor();
  expect([...his.faults, ...another.faults]).toEqual([]);
}, 120_000);

test("a name that was given is taken back, by undo or by leaving it empty", async () => {
  const { page } = his;
  await page.getByRole("button", { name: "People", exact: true }).click();
  await page.getByRole("link", { name: `Lamp seller ${ana}` }).click();
  await page.getByRole("button", { name: "Call them something else" }).click();
  await page.getByLabel("What you call them").fill("");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByRole("heading", { name: "Ana Vega" }).waitFor();
  await page.getByRole("button", { name: "Undo" }).last().click();
  await page.getByRole("heading", { name: "Lamp seller" }).waitFor();
  expect(his.faults).toEqual([]);
});
