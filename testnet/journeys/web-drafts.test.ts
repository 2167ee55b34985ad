/** Letters that are being written: kept whatever happens, one draft of each, and of those that say nothing none. */

import { callJmap } from "@posthorn/client";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { findBarriers } from "../src/browser/find-barriers.ts";
import {
  caretIn,
  composer,
  discardAll,
  hasCount,
  hasFocus,
  hasValue,
  letterText,
  pressInRow,
  startWriters,
  type WebClient,
  type WebClients,
  writeTo,
} from "../src/browser/index.ts";
import { keepDraft } from "../src/own-records.ts";
import { joinAs, type TestPerson } from "../src/people.ts";

let clients: WebClients;
let alice: WebClient;
let writer: TestPerson;
let bob: TestPerson;

beforeAll(async () => {
  ({ clients, alice, writer, bob } = await startWriters());
}, 120_000);
afterAll(async () => {
  await clients.close();
});
afterEach(() => discardAll(alice.page));

const draftsLink = () => alice.page.getByRole("link", { name: /^Drafts/ });
const inboxLink = () => alice.page.getByRole("link", { name: /^Inbox/ });

test("who goes to another page in the middle of a word finds the whole of it among the drafts", async () => {
  const { page } = alice;
  await page.goto(new URL("/compose", page.url()).href);
  const subject = page.getByRole("textbox", { name: "Subject" });
  await subject.fill("Left");
  await composer(page)
    .getByText(/^Saved/)
    .waitFor();
  await subject.press("End");
  // In one go: no time passes in which it could be kept.
  await page.evaluate(() => {
    document.execCommand("insertText", false, " in the middle");
    document.querySelector<HTMLElement>("[data-part=sidebar] a[href='/inbox']")?.click();
  });
  await draftsLink().click();
  await pressInRow(page.getByRole("row", { name: /Left in the middle/ }), "Discard draft");
  await hasCount(page.getByRole("row", { name: /Left in the middle/ }), 0);
});

test("a page that dies in the middle of a word loses nothing of the draft, and there is one of it", async () => {
  const { page, context } = alice;
  await writeTo(alice.page, bob.address, "Unfinished", "");
  await letterText(alice.page).pressSequentially("Half a sent", { delay: 30 });
  await composer(alice.page)
    .getByText(/^Saved/)
    .waitFor();
  const died = page.waitForEvent("crash");
  const devtools = await context.newCDPSession(page);
  devtools.send("Page.crash").catch(() => undefined);
  await died;
  alice.page = await context.newPage();
  await page.close();
  await alice.page.goto(clients.net.node("alpha").endpoint);
  await draftsLink().click();
  await hasCount(alice.page.getByRole("row", { name: /Unfinished/ }), 1);
  await alice.page.getByRole("row", { name: /Unfinished/ }).click();
  await hasValue(letterText(alice.page), "Half a sent");
  await letterText(alice.page).press("End");
  await alice.page.keyboard.type("ence");
  await composer(alice.page).getByText("Saved", { exact: true }).waitFor();
  await composer(alice.page).getByRole("button", { name: "Close, the draft is kept" }).click();
  await hasCount(composer(alice.page), 0);
  await hasCount(alice.page.getByRole("row", { name: /Unfinished/ }), 1);
});

test("a draft of another device is in the list, and what that device goes on to write is seen while it is open", async () => {
  const { page } = alice;
  const letter = {
    from: writer.address,
    to: [bob.address],
    cc: [],
    subject: "From the telephone",
    body: "On",
  };
  await inboxLink().click();
  const stored = await keepDraft(writer.session, letter);
  await draftsLink().click();
  await page.getByRole("row", { name: /From the telephone/ }).click();
  const text = letterText(alice.page);
  await hasValue(text, "On");
  await text.press("End");
  await page.keyboard.type(" the train");
  await composer(alice.page).getByText("Saved", { exact: true }).waitFor();
  expect(await caretIn(text)).toBe("On the train".length);
  await keepDraft(writer.session, { ...stored.letter, subject: "Written on the way" }, stored);
  await hasValue(composer(alice.page).getByLabel("Subject"), "Written on the way");
  await hasValue(text, "On the train");
  expect(await caretIn(text)).toBe("On the train".length);
  await hasFocus(text);
  await composer(alice.page).getByRole("button", { name: "Discard draft" }).click();
  await hasCount(composer(alice.page), 0);
});

test("of four letters at once three are shown; the one that is made small goes on where it was", async () => {
  const { page } = alice;
  for (const subject of ["First", "Second", "Third", "Fourth"]) {
    await page
      .getByRole("button", { name: /^Write/ })
      .first()
      .click();
    await hasFocus(composer(alice.page).last().getByLabel("To", { exact: true }));
    await composer(alice.page).last().getByLabel("Subject").fill(subject);
  }
  await hasCount(composer(alice.page), 3);
  await page.getByRole("button", { name: "Show First" }).click();
  await hasValue(composer(alice.page).last().getByLabel("Subject"), "First");
  await hasCount(composer(alice.page), 3);
  for (let left = 4; left > 0; left--) {
    await composer(alice.page).last().getByRole("button", { name: "Discard draft" }).click();
    if (left > 3)
      await page
        .getByRole("button", { name: /^Show / })
        .first()
        .click();
  }
  await hasCount(page.locator("[data-keys=compose]"), 0);
});

test("a letter on a page of its own has an address, which shows it again, and can be made small", async () => {
  const { page } = alice;
  await inboxLink().click();
  await page.keyboard.press("d");
  await hasFocus(composer(alice.page).getByLabel("To", { exact: true }));
  await letterText(alice.page).fill("Room to write");
  await expect.poll(() => new URL(page.url()).pathname).toMatch(/^\/compose\/./);
  await composer(alice.page).getByText("Saved", { exact: true }).waitFor();
  await page.reload();
  await hasValue(letterText(alice.page), "Room to write");
  await composer(alice.page).getByRole("button", { name: "Make it small" }).click();
  await page.getByRole("row", { name: /Hello from Bob/ }).waitFor();
  await hasValue(letterText(alice.page), "Room to write");
  await composer(alice.page).getByRole("button", { name: "Discard draft" }).click();
  await draftsLink().click();
  await hasCount(page.getByRole("row"), 1);
});

test("a letter that nobody has written in leaves no trace", async () => {
  const { page } = alice;
  await page
    .getByRole("button", { name: /^Write/ })
    .first()
    .click();
  await composer(alice.page).getByLabel("To", { exact: true }).waitFor();
  await page.keyboard.press("Escape");
  await hasCount(composer(alice.page), 0);
  await hasCount(page.getByRole("row"), 1);
});

test("a draft that nobody can open here is told of, thrown away, and comes back when that is taken back", async () => {
  const { page } = alice;
  await draftsLink().click();
  await page.getByRole("heading", { name: "Drafts", level: 1 }).waitFor();
  const create = { strange: { id: "strange", sealed: "AAAA" } };
  await callJmap(writer.session, [{ method: "Record/set", arguments: { collection: "drafts", create } }]);
  const told = page.getByText(/^One draft cannot be opened here/);
  await told.waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await page.getByRole("button", { name: "Discard it" }).click();
  await hasCount(told, 0);
  await page.getByText("Up to date").waitFor();
  await page.keyboard.press("z");
  await told.waitFor();
  await page.getByRole("button", { name: "Discard it" }).click();
  await hasCount(told, 0);
  expect(alice.faults).toEqual([]);
});

test("an account without keys is told that its letters are not kept, and asked before one is thrown away", async () => {
  const dora = await joinAs(clients.net, clients.net.node("beta"), "dora", { mode: "open" });
  const client = await clients.open(clients.net.node("beta"));
  await client.signIn(dora);
  const { page } = client;
  await page
    .getByRole("button", { name: /^Write/ })
    .first()
    .click();
  await letterText(page).fill("Precious words");
  await composer(page).getByText("Not saved").waitFor();
  await composer(page).getByRole("button", { name: "Close, the draft is kept" }).click();
  const question = page.getByRole("dialog", { name: "Throw this letter away?" });
  await question.getByText(/^This account has no keys/).waitFor();
  await question.getByRole("button", { name: "Keep as it is" }).click();
  await hasValue(letterText(page), "Precious words");
  await composer(page).getByLabel("Subject").fill("In the open from Dora");
  await composer(page).getByLabel("To", { exact: true }).fill(writer.address);
  await page.keyboard.press("Enter");
  await composer(page).getByRole("button", { name: "Send without encryption" }).click();
  await hasCount(composer(page), 0);
  expect(client.faults).toEqual([]);
  await client.context.close();
});
