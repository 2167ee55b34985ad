/** Letters that look while they are written as they will be read. */
import type { Locator } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import {
  caretGoes,
  caretIn,
  composer,
  discardAll,
  hasCount,
  hasFocus,
  hasValue,
  letterText,
  paste,
  received,
  startWriters,
  type WebClient,
  type WebClients,
  writeTo,
} from "../src/browser/index.ts";
import type { TestPerson } from "../src/people.ts";

let clients: WebClients;
let alice: WebClient;
let bobsClient: WebClient;
let writer: TestPerson;
let bob: TestPerson;

beforeAll(async () => {
  ({ clients, alice, writer, bob } = await startWriters({ undoS: 0 }));
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

test("what is typed as Markdown looks as it will be read, and is read so at another server", async () => {
  const { page } = alice;
  await writeTo(page, bob.address, "As it looks", "");
  const keys = page.keyboard;
  await text().pressSequentially("## The plan");
  await keys.press("Enter");
  await keys.type("Be **very** *quick* with `make` or see [our place](https://a.test/x) now");
  await keys.press("Enter");
  await keys.type("- cups");
  await keys.press("Enter");
  await keys.type("cake");
  await keys.press("Enter");
  await keys.press("Tab");
  await keys.type("with cream");
  await keys.press("Enter");
  await keys.press("Enter");
  await keys.press("Enter");
  await keys.type("2. second");
  await keys.press("Enter");
  await keys.press("Enter");
  await keys.type("> said before");
  await keys.press("Enter");
  await keys.press("Enter");
  await keys.type("---");
  await keys.type("one line");
  await keys.press("Shift+Enter");
  await keys.type("and another");
  await keys.press("Enter");
  await keys.type("```ls");
  await text().getByRole("heading", { name: "The plan" }).waitFor();
  expect(await text().locator("strong, em, code, a, li, blockquote, hr").allInnerTexts()).toEqual(
    expect.arrayContaining(["very", "quick", "make", "our place", "second", "said before"]),
  );
  await send();
  expect(await bodyOf("As it looks")).toBe(
    [
      "## The plan",
      "",
      "Be **very** *quick* with `make` or see [our place](https://a.test/x) now",
      "",
      "- cups",
      "- cake",
      "  - with cream",
      "",
      "2. second",
      "",
      "> said before",
      "",
      "---",
      "",
      "one line",
      "and another",
      "",
      "```",
      "ls",
      "```",
    ].join("\n"),
  );
  const letter = await read("As it looks");
  await letter.getByRole("heading", { name: "The plan" }).waitFor();
  for (const [tag, words] of [
    ["strong", "very"],
    ["em", "quick"],
    ["a", "our place"],
    ["li", "with cream"],
    ["pre", "ls"],
  ] as const) {
    await letter.locator(tag).getByText(words, { exact: true }).last().waitFor();
  }
  expect(alice.faults).toEqual([]);
  expect(bobsClient.faults).toEqual([]);
});

test("signs that mean nothing stay signs, here and at the other side", async () => {
  const { page } = alice;
  await writeTo(page, bob.address, "Only signs", "");
  await paste(page, { text: "**not bold** and snake_case\n2 * 3 * 4 <b>x</b>\n\n# no heading" });
  await hasValue(text(), "**not bold** and snake_case\n2 * 3 * 4 <b>x</b>\n\n# no heading");
  await hasCount(text().locator("strong, b, h1"), 0);
  await send();
  const letter = await read("Only signs");
  await letter.getByText("**not bold** and snake_case").waitFor();
  await letter.getByText("# no heading").waitFor();
});

test("keys and buttons mark what is selected, say so, and take back one thing after the other", async () => {
  const { page } = alice;
  await writeTo(page, bob.address, "Marked", "loud words");
  await text().press("Control+a");
  await page.keyboard.press("Control+b");
  const bold = composer(page).getByRole("button", { name: "Bold" });
  await hasCount(text().locator("strong"), 1);
  await expect.poll(() => bold.getAttribute("aria-pressed")).toBe("true");
  await bold.click();
  await hasCount(text().locator("strong"), 0);
  await expect.poll(() => bold.getAttribute("aria-pressed")).toBe("false");
  await hasFocus(text());
  await page.keyboard.press("Control+i");
  await hasCount(text().locator("em"), 1);
  await page.keyboard.press("Control+z");
  await hasCount(text().locator("em"), 0);
  await page.keyboard.press("Control+k");
  const address = composer(page).getByRole("textbox", { name: "Where the link leads" });
  await address.fill("javascript:alert(1)");
  await address.press("Enter");
  await composer(page).getByText("This is no address of a page or a person.").waitFor();
  await address.fill("a.test/here");
  await address.press("Enter");
  await hasFocus(text());
  expect(await text().locator("a").getAttribute("href")).toBe("https://a.test/here");
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => caretIn(text())).toBe("loud words".length);
  // A browser says a little later than it shows where the caret is.
  await page.locator("[role=toolbar] [aria-pressed=true]").waitFor({ state: "detached" });
  await page.keyboard.press("Enter");
  await page.keyboard.type("*soft*");
  await hasCount(text().locator("em"), 1);
  // Where nothing is selected the key is the palette's.
  await page.keyboard.press("Control+k");
  const palette = page.locator("dialog:modal").getByRole("combobox");
  await hasFocus(palette);
  await page.keyboard.press("Escape");
  await hasCount(palette, 0);
  await hasFocus(text());
  // Of the last of Markdown that was typed Backspace makes signs again.
  await page.keyboard.press("Backspace");
  await hasCount(text().locator("em"), 0);
  await hasValue(text(), "loud words\n\n*soft*");
  expect(alice.faults).toEqual([]);
});

test("what is pasted keeps what it says and nothing of how it looked, and runs and loads nothing", async () => {
  const { page } = alice;
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  await writeTo(page, bob.address, "Pasted", "");
  await paste(page, {
    text: "Not this",
    html: `<html><head><style>p{color:red}</style></head><body><!--StartFragment-->
      <h2 style="font-family:Papyrus">Title</h2>
      <p style="color:red" onclick="steal()">Some <b>bold</b> and <a href="javascript:steal()">bad</a> and
      <a href="https://a.test/">good</a></p>
      <img src="https://far.test/pixel.png" onerror="steal()"><img src=x onerror=steal()>
      <script>steal()</script><svg onload="steal()"><style><img src=x onerror=steal()></style></svg>
      <iframe srcdoc="<script>parent.steal()</script>"></iframe>
      <ul><li>one<li>two</ul><math><mi xlink:href="data:x,<script>steal()</script>"></math>
      <table><tr><td>cell</td></tr></table><img data-file="not-there.png"><!--EndFragment--></body></html>`,
  });
  await text().getByRole("heading", { name: "Title" }).waitFor();
  await hasCount(text().locator("img, script, style, iframe, svg, [style], [onclick]"), 0);
  expect(
    await text()
      .locator("a")
      .evaluateAll((all) => all.map((one) => one.getAttribute("href"))),
  ).toEqual(["https://a.test/"]);
  await text().press("Control+Enter");
  await hasCount(composer(page), 0);
  expect(await bodyOf("Pasted")).toBe(
    "## Title\n\nSome **bold** and bad and [good](https://a.test/)\n\n- one\n- two\n\ncell",
  );
  expect(asked.filter((url) => url.includes("far.test"))).toEqual([]);
  expect(alice.faults).toEqual([]);
});

test("with Shift only the words are pasted, and what an input method puts together outlives saving", async () => {
  const { page, context } = alice;
  await writeTo(page, bob.address, "By another way", "");
  await text().focus();
  await page.keyboard.down("Shift");
  await paste(page, { html: "<b>loud</b>", text: "quiet" });
  await page.keyboard.up("Shift");
  await hasValue(text(), "quiet");
  await hasCount(text().locator("strong"), 0);
  const devtools = await context.newCDPSession(page);
  await devtools.send("Input.imeSetComposition", { text: "にほ", selectionStart: 2, selectionEnd: 2 });
  await composer(page).getByText("Saved", { exact: true }).waitFor();
  await devtools.send("Input.imeSetComposition", { text: "にほん", selectionStart: 3, selectionEnd: 3 });
  await devtools.send("Input.insertText", { text: "日本" });
  await hasValue(text(), "quiet日本");
  await send();
  expect(await bodyOf("By another way")).toBe("quiet日本");
});

test("who writes plain text is asked once, and finds the Markdown there", async () => {
  const { page } = alice;
  const sheet = composer(page);
  await writeTo(page, bob.address, "Plainly", "");
  await text().pressSequentially("So **plain");
  await page.keyboard.type("** it is");
  await sheet.getByRole("button", { name: "More formatting" }).click();
  await sheet.getByRole("button", { name: "Heading" }).waitFor();
  await page.keyboard.press("Escape");
  await hasCount(sheet.getByRole("button", { name: "Heading" }), 0);
  await sheet.getByRole("button", { name: "More formatting" }).click();
  await sheet.getByRole("button", { name: "Write as plain text" }).click();
  await hasValue(text(), "So **plain** it is");
  expect(await text().evaluate((element) => element.tagName)).toBe("TEXTAREA");
  await sheet.getByText("Saved", { exact: true }).waitFor();
  await page.reload();
  await page.getByRole("link", { name: /^Drafts/ }).click();
  await page.getByRole("row", { name: /Plainly/ }).click();
  await hasValue(text(), "So **plain** it is");
  await sheet.getByRole("button", { name: "More formatting" }).click();
  await sheet.getByRole("button", { name: "Write as plain text" }).click();
  await text().locator("strong").getByText("plain").waitFor();
});

test("on a telephone a letter is written as it looks, and saving leaves the caret alone", async () => {
  const phone = await clients.open(clients.net.node("alpha"), {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });
  await phone.signIn(writer);
  const { page } = phone;
  await writeTo(page, bob.address, "From a beach", "");
  await letterText(page).pressSequentially("- sun and **sand**");
  await caretGoes(page, "Home", 0);
  await page.keyboard.type("the ");
  await expect.poll(() => caretIn(letterText(page))).toBe("the ".length);
  await composer(page).getByText("Saved", { exact: true }).waitFor();
  expect(await caretIn(letterText(page))).toBe("the ".length);
  await composer(page).getByRole("button", { name: "Send", exact: true }).click();
  expect(await bodyOf("From a beach")).toBe("- the sun and **sand**");
  expect(phone.faults).toEqual([]);
  await phone.context.close();
});
