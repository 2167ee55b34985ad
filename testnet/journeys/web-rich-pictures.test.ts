/** Pictures among the words of a letter. */
import type { Locator } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import {
  caretGoes,
  composer,
  discardAll,
  drop,
  hasCount,
  hasFocus,
  letterText,
  paste,
  received,
  startWriters,
  type WebClient,
  type WebClients,
  writeTo,
} from "../src/browser/index.ts";
import type { TestPerson } from "../src/people.ts";
import { picture } from "../src/picture.ts";

let clients: WebClients;
let alice: WebClient;
let bobsClient: WebClient;
let bob: TestPerson;

beforeAll(async () => {
  ({ clients, alice, bob } = await startWriters({ undoS: 0 }));
  bobsClient = await clients.open(clients.net.node("beta"));
  await bobsClient.signIn(bob);
}, 120_000);
afterAll(async () => {
  await clients.close();
});

afterEach(() => discardAll(alice.page));

const text = () => letterText(alice.page);
const send = async () => {
  await alice.page.keyboard.press("Control+Enter");
  await hasCount(composer(alice.page), 0);
};
const bodyOf = async (subject: string) =>
  Reflect.get((await received(bob, "alice", subject)).message, "body");

/** The letter as Bob reads it, opened. */
async function read(subject: string): Promise<Locator> {
  const { page } = bobsClient;
  await page.goto(clients.net.node("beta").endpoint);
  await page.getByRole("row", { name: new RegExp(subject) }).click();
  const letter = page.locator("[data-message][data-open]").last();
  await letter.waitFor();
  return letter;
}

test("an answer quotes a picture by its words, and a letter that is handed on shows it", async () => {
  const { page } = bobsClient;
  const sheet = composer(page);
  await writeTo(alice.page, bob.address, "Look at it", "");
  await paste(alice.page, { picture: { name: "sea.png", bytes: picture(16, 16) } });
  await text().getByRole("button", { name: "Describe" }).click();
  await alice.page.keyboard.type("The sea");
  await alice.page.keyboard.press("Enter");
  await send();
  const letter = await read("Look at it");
  await letter.getByAltText("The sea").waitFor();
  await page.keyboard.press("r");
  await sheet.getByRole("button", { name: "Quote the message" }).click();
  await letterText(page).getByText("Image: The sea").waitFor();
  await sheet.getByRole("button", { name: "Discard draft" }).click();
  await hasCount(sheet, 0);
  await page.keyboard.press("f");
  await letterText(page).getByAltText("The sea").waitFor();
  await sheet.getByText("sea.png").waitFor();
  await sheet.getByRole("button", { name: "Discard draft" }).click();
  expect(bobsClient.faults).toEqual([]);
});

test("a picture is pasted between the words, described, and seen there by who gets it, and not twice", async () => {
  const { page } = alice;
  await writeTo(page, bob.address, "With a view", "Before after");
  await caretGoes(alice.page, "Home", 0);
  await caretGoes(alice.page, "ArrowRight", "Before ".length);
  await paste(page, { picture: { name: "image.png", bytes: picture(64, 48) } });
  await page.keyboard.type("then ");
  const shown = text().locator("img[src^='blob:']");
  await shown.waitFor();
  await text().getByRole("button", { name: "Describe" }).click();
  const words = composer(page).getByRole("textbox", {
    name: "Describe this picture for those who cannot see it",
  });
  await hasFocus(words);
  await words.fill("The sea [in] May");
  await words.press("Enter");
  await hasFocus(text());
  await composer(page).getByText("image.png").waitFor();
  await send();
  const opened = await received(bob, "alice", "With a view");
  expect(Reflect.get(opened.message, "body")).toBe("Before ![The sea &#91;in&#93; May](image.png)then after");
  expect(opened.files).toHaveLength(1);
  const letter = await read("With a view");
  const seen = letter.getByAltText("The sea [in] May");
  await seen.waitFor();
  expect(await seen.evaluate((image) => Reflect.get(image, "naturalWidth"))).toBe(64);
  const [first = [], second = []] = await letter
    .locator("p")
    .first()
    .evaluate((line) => {
      const button = line.querySelector("button");
      return [button?.previousSibling?.textContent, button?.nextSibling?.textContent];
    });
  expect([first, second]).toEqual(["Before ", "then after"]);
  await hasCount(letter.getByRole("list", { name: /1 file/ }), 0);
  await seen.click();
  await bobsClient.page.getByRole("dialog", { name: "The sea [in] May" }).waitFor();
  await bobsClient.page.keyboard.press("Escape");
  expect(alice.faults).toEqual([]);
  expect(bobsClient.faults).toEqual([]);
});

test("with a picture goes its file, and with the file its picture; either comes back, and can be without the other", async () => {
  const { page } = alice;
  const sheet = composer(page);
  await writeTo(page, bob.address, "Come and go", "Look: ");
  await text().press("End");
  await paste(page, { picture: { name: "image.png", bytes: picture(8, 8) } });
  await paste(page, { picture: { name: "image.png", bytes: picture(9, 9) } });
  const pictures = text().locator("img[src^='blob:']");
  await hasCount(pictures, 2);
  await sheet.getByText("image-2.png").waitFor();
  await page.keyboard.press("Backspace");
  await hasCount(sheet.getByText("image-2.png"), 0);
  await page.keyboard.press("Control+z");
  await sheet.getByText("image-2.png").waitFor();
  await hasCount(pictures, 2);
  await sheet.getByRole("button", { name: "Remove image-2.png" }).click();
  await hasCount(pictures, 1);
  await hasCount(sheet.getByText("image-2.png"), 0);
  await sheet.getByRole("button", { name: "Only attach image.png" }).click();
  await hasCount(pictures, 0);
  await sheet.getByText("image.png").waitFor();
  await sheet.getByRole("button", { name: "Put image.png into the text" }).click();
  await hasCount(pictures, 1);
  // By keys alone: it is chosen, described, and left again.
  const words = sheet.getByRole("textbox", { name: /^Describe this picture/ });
  await page.keyboard.press("ArrowLeft");
  await words.waitFor();
  await page.keyboard.press("Enter");
  await hasFocus(words);
  await page.keyboard.type("A cup");
  await page.keyboard.press("Escape");
  await hasFocus(text());
  await text().getByAltText("A cup").waitFor();
  await drop(page, { name: "dropped.png", bytes: picture(10, 10) });
  await hasCount(pictures, 2);
  await sheet.getByText("dropped.png").waitFor();
  await hasCount(sheet.getByText("Drop files here"), 0);
  expect(alice.faults).toEqual([]);
});

test("a page that dies keeps the text with its marks and its picture", async () => {
  const { context } = alice;
  await writeTo(alice.page, bob.address, "Half done", "");
  await text().pressSequentially("A **bold** be");
  await paste(alice.page, { picture: { name: "sea.png", bytes: picture(32, 32) } });
  await composer(alice.page).getByText("sea.png").waitFor();
  await hasCount(composer(alice.page).getByRole("progressbar"), 0);
  await composer(alice.page).getByText("Saved", { exact: true }).waitFor();
  const died = alice.page.waitForEvent("crash");
  const devtools = await context.newCDPSession(alice.page);
  devtools.send("Page.crash").catch(() => undefined);
  await died;
  const before = alice.page;
  alice.page = await context.newPage();
  await before.close();
  await alice.page.goto(clients.net.node("alpha").endpoint);
  await alice.page.getByRole("link", { name: /^Drafts/ }).click();
  await alice.page.getByRole("row", { name: /Half done/ }).click();
  await text().locator("strong").getByText("bold").waitFor();
  await text().locator("img[src^='blob:']").waitFor();
  await text().press("Control+End");
  await alice.page.keyboard.type("ginning");
  await send();
  expect(await bodyOf("Half done")).toBe("A **bold** be![](sea.png)ginning");
  expect((await received(bob, "alice", "Half done")).files).toHaveLength(1);
});
