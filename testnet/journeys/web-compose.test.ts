/** Letters written in a browser: sent once, and only when that is wanted. */

import { downloadSealedBytes, eachMessage, openStored } from "@posthorn/client";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import {
  allReceived,
  composer,
  discardAll,
  hasCount,
  hasFocus,
  hasValue,
  letterText,
  received,
  startWriters,
  type WebClient,
  type WebClients,
  withoutNetwork,
  writeTo,
} from "../src/browser/index.ts";
import type { TestPerson } from "../src/people.ts";

let clients: WebClients;
let alice: WebClient;
let writer: TestPerson;
let bob: TestPerson;

const undoS = 4;

beforeAll(async () => {
  ({ clients, alice, writer, bob } = await startWriters({ undoS }));
}, 120_000);
afterAll(async () => {
  await clients.close();
});
afterEach(() => discardAll(alice.page));

const toast = (words: RegExp | string) => alice.page.getByRole("status").getByText(words);
const draftsLink = () => alice.page.getByRole("link", { name: /^Drafts/ });
const inboxLink = () => alice.page.getByRole("link", { name: /^Inbox/ });

test("a letter is written by clicking, shows that it will be sealed, and arrives sealed at another server", async () => {
  const { page } = alice;
  await writeTo(alice.page, bob.address, "Written by hand", "");
  await letterText(page).pressSequentially("**Hello** Bob");
  await composer(alice.page)
    .getByRole("button", { name: /Encrypted$/ })
    .waitFor();
  await composer(alice.page).getByText("Saved", { exact: true }).waitFor();
  await composer(alice.page).getByRole("button", { name: "Send", exact: true }).click();
  await toast(`Sending in ${undoS} s`).waitFor();
  await hasCount(composer(alice.page), 0);
  const { kind, message } = await received(bob, "alice", "Written by hand");
  expect(kind).toBe("sealed");
  expect(message).toMatchObject({ body: "**Hello** Bob", bodyType: "text/markdown" });
  await draftsLink().click();
  await page.getByRole("heading", { name: "No drafts" }).waitFor();
  expect(alice.faults).toEqual([]);
});

test("an answer goes to who has written, into the same conversation", async () => {
  const { page } = alice;
  await inboxLink().click();
  await page.getByRole("row", { name: /Hello from Bob/ }).click();
  await page
    .getByRole("button", { name: /^Reply to/ })
    .last()
    .click();
  await hasFocus(letterText(alice.page));
  await page.keyboard.type("Fine, thanks.");
  await composer(alice.page).getByRole("button", { name: "Quote the message" }).click();
  await page.keyboard.press("Control+Enter");
  await toast(`Sending in ${undoS} s`).waitFor();
  const { message } = await received(bob, "alice", "Re: Hello from Bob");
  expect(Reflect.get(message, "body")).toMatch(/^Fine, thanks\.\n\nOn .* wrote:\n\n> How are you\?/);
  const [first] = (await allBobs()).filter(({ subject }) => subject === "Hello from Bob");
  expect(message.thread).toBe(first?.conversation);
});

async function allBobs(): Promise<{ subject: string; conversation: string }[]> {
  const all: { subject: string; conversation: string }[] = [];
  for await (const meta of eachMessage(bob.session)) {
    const { message } = await openStored(bob.session, meta);
    const conversation = message.thread ?? message.id;
    all.push({ subject: String(Reflect.get(message, "subject")), conversation });
  }
  return all;
}

test("what was sent is taken back by z: the draft is there as it was, and nothing arrives", async () => {
  const { page } = alice;
  await writeTo(alice.page, bob.address, "Too early", "Not finished");
  await page.keyboard.press("Control+Enter");
  await toast(`Sending in ${undoS} s`).waitFor();
  await hasCount(composer(alice.page), 0);
  await page.keyboard.press("z");
  await hasValue(composer(alice.page).getByLabel("Subject"), "Too early");
  await hasValue(letterText(alice.page), "Not finished");
  await composer(alice.page).getByRole("button", { name: bob.address }).waitFor();
  await letterText(alice.page).fill("Finished");
  await page.keyboard.press("Control+Enter");
  expect((await received(bob, "alice", "Too early")).message).toMatchObject({ body: "Finished" });
  const same = (await allReceived(bob, "alice")).filter(
    ({ message }) => Reflect.get(message, "subject") === "Too early",
  );
  expect(same).toHaveLength(1);
  expect(alice.faults).toEqual([]);
});

test("a letter for later waits, and is a draft again when it is taken back", async () => {
  const { page } = alice;
  await writeTo(alice.page, bob.address, "For next week", "Not now");
  await composer(alice.page).getByRole("button", { name: "More ways to send" }).click();
  await composer(alice.page)
    .getByRole("button", { name: /^Send later/ })
    .click();
  await page.getByRole("combobox", { name: /^When/ }).fill("in 3 days");
  await page.keyboard.press("Enter");
  await toast(/^Will be sent/).waitFor();
  await page.getByRole("link", { name: /^Sent/ }).click();
  await page.getByRole("row", { name: /For next week/ }).click();
  await page.getByText(/^Not sent yet\. Goes /).waitFor();
  await page.getByRole("button", { name: "Take back and edit" }).click();
  await hasValue(composer(alice.page).getByLabel("Subject"), "For next week");
  await hasCount(page.getByRole("row", { name: /For next week/ }), 0);
  await composer(alice.page).getByRole("button", { name: "Discard draft" }).click();
  await toast("Draft discarded").waitFor();
  await draftsLink().click();
  await page.getByRole("heading", { name: "No drafts" }).waitFor();
  expect(alice.faults).toEqual([]);
});

test("files go up sealed, one taken out leaves the others whole, and they open at the other side", async () => {
  await writeTo(alice.page, bob.address, "With files", "The plan is attached.");
  await composer(alice.page).getByText("You wrote “attached”, and no file is attached.").waitFor();
  const bytes = (size: number, value: number) => Buffer.alloc(size, value);
  await composer(alice.page)
    .locator("input[type=file]")
    .setInputFiles([
      { name: "wrong.txt", mimeType: "text/plain", buffer: bytes(20, 1) },
      { name: "plan.pdf", mimeType: "application/pdf", buffer: bytes(300_000, 2) },
      { name: "photo.png", mimeType: "image/png", buffer: bytes(70_000, 3) },
    ]);
  await hasCount(composer(alice.page).getByText(/^You wrote/), 0);
  await composer(alice.page).getByRole("button", { name: "Remove wrong.txt" }).click();
  await composer(alice.page).getByRole("button", { name: "Send", exact: true }).click();
  await toast(`Sending in ${undoS} s`).waitFor();
  const opened = await received(bob, "alice", "With files");
  const files = await Promise.all(
    opened.files.map(async (file, place) => {
      if (file.kind !== "sealed") throw new Error("The file is not sealed.");
      const { attachment } = file;
      const wanted = { messageId: opened.message.id, place, attachment, file: file.file };
      const content = await downloadSealedBytes(bob.session, wanted);
      return [file.file.filename, file.file.mimeType, content.length, content[0]];
    }),
  );
  expect(files.sort()).toEqual([
    ["photo.png", "image/png", 70_000, 3],
    ["plan.pdf", "application/pdf", 300_000, 2],
  ]);
  expect(alice.faults).toEqual([]);
});

test("while files go up their buttons stay under the hand, and what is taken out is not sent, however quick the hand is", async () => {
  const { page } = alice;
  const sheet = composer(page);
  await writeTo(page, bob.address, "In one go", "Here they are");
  // What is known of the recipient has its own line.
  await sheet.getByRole("button", { name: /Encrypted$/ }).waitFor();
  const wayUp = Promise.withResolvers<void>();
  await page.route("**/blob/**", async (route) => {
    await wayUp.promise;
    await route.continue();
  });
  const file = (name: string) => ({ name, mimeType: "text/plain", buffer: Buffer.from(name) });
  await sheet.locator("input[type=file]").setInputFiles([file("a.txt"), file("b.txt"), file("c.txt")]);
  const buttons = sheet.getByRole("button", { name: /^Remove / });
  const places = () =>
    buttons.evaluateAll((all) =>
      all.map((one) => `${one.ariaLabel} ${JSON.stringify(one.getBoundingClientRect())}`),
    );
  await sheet
    .getByText(/waits for its turn$/)
    .first()
    .waitFor();
  // It comes up from below.
  await sheet.evaluate(async ({ ownerDocument }) => {
    const ending = ownerDocument
      .getAnimations()
      .filter(({ effect }) => effect?.getComputedTiming().iterations !== Number.POSITIVE_INFINITY);
    await Promise.all(ending.map(({ finished }) => finished));
  });
  const before = await places();
  expect(before).toHaveLength(3);
  wayUp.resolve();
  await hasCount(sheet.getByRole("progressbar"), 0);
  expect(await places()).toEqual(before);
  // No time passes in which the page could hear what the first has done.
  await sheet.evaluate((letter) => {
    const all = [...letter.querySelectorAll("button")];
    for (const name of ["Remove a.txt", "Send"])
      all.find(({ ariaLabel, textContent }) => name === (ariaLabel ?? textContent))?.click();
  });
  await toast(`Sending in ${undoS} s`).waitFor();
  const { files } = await received(bob, "alice", "In one go");
  const names = files.map((one) => (one.kind === "sealed" ? one.file.filename : ""));
  expect(names.sort()).toEqual(["b.txt", "c.txt"]);
  await page.unroute("**/blob/**");
  expect(alice.faults).toEqual([]);
});

test("what is sent offline says so, waits among the drafts, and goes when the network is back", async () => {
  const { page, context } = alice;
  await draftsLink().click();
  await writeTo(alice.page, bob.address, "Out of reach", "From a train");
  await composer(alice.page)
    .getByRole("button", { name: /Encrypted$/ })
    .waitFor();
  await withoutNetwork(context, async () => {
    await composer(alice.page).getByRole("button", { name: "Send", exact: true }).click();
    await toast("You are offline. This will send when you reconnect.").waitFor();
    await page.getByRole("row", { name: /Out of reach/ }).waitFor();
  });
  expect((await received(bob, "alice", "Out of reach")).message).toMatchObject({ body: "From a train" });
  await hasCount(page.getByRole("row", { name: /Out of reach/ }), 0);
});

test("what the server refuses comes back as a draft that says why, and goes once that is put right", async () => {
  const { page, context } = alice;
  const { host } = clients.net.node("beta");
  await page
    .getByRole("button", { name: /^Write/ })
    .first()
    .click();
  await composer(alice.page).getByLabel("To", { exact: true }).press("Escape");
  await withoutNetwork(context, async () => {
    await writeTo(alice.page, `bobb@${host}`, "To the wrong one", "Hello again");
    await composer(alice.page)
      .getByRole("button", { name: /Looked up when you are connected$/ })
      .waitFor();
    await composer(alice.page).getByRole("button", { name: "Send", exact: true }).click();
    await hasCount(composer(alice.page), 0);
  });
  await toast(/^A letter was not sent/).waitFor();
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await composer(alice.page)
    .getByRole("alert")
    .getByText(/^This was not sent: /)
    .waitFor();
  await composer(alice.page)
    .getByRole("button", { name: new RegExp(`^bobb@${host}`) })
    .click();
  await composer(alice.page).getByRole("button", { name: "Edit", exact: true }).click();
  await composer(alice.page).getByLabel("To", { exact: true }).fill(bob.address);
  await page.keyboard.press("Enter");
  await composer(alice.page).getByRole("button", { name: "Send", exact: true }).click();
  expect((await received(bob, "alice", "To the wrong one")).message).toMatchObject({ body: "Hello again" });
  await hasCount(page.getByRole("row", { name: /To the wrong one/ }), 0);
});

test("on a phone a letter fills the screen, is sent from above, and back keeps it", async () => {
  const phone = await clients.open(clients.net.node("alpha"), {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });
  await phone.signIn(writer);
  const { page } = phone;
  const sheet = composer(page);
  await page
    .getByRole("button", { name: /^Write/ })
    .first()
    .click();
  await sheet.getByLabel("To", { exact: true }).fill(bob.address);
  await page.keyboard.press("Enter");
  const { width, height } = (await sheet.boundingBox()) ?? { width: 0, height: 0 };
  expect([Math.round(width), Math.round(height)]).toEqual([390, 844]);
  await sheet.getByLabel("Subject").fill("By thumb");
  await letterText(page).fill("On the way");
  await sheet.getByRole("button", { name: "Close, the draft is kept" }).click();
  await hasCount(sheet, 0);
  // What is gone from the page is kept: whoever leaves at once finds it again.
  await page.goto(`${clients.net.node("alpha").endpoint}/drafts`);
  await page.getByRole("row", { name: /By thumb/ }).click();
  await hasValue(letterText(page), "On the way");
  await sheet.getByRole("button", { name: "Send", exact: true }).click();
  expect((await received(bob, "alice", "By thumb")).message).toMatchObject({ body: "On the way" });
  expect(phone.faults).toEqual([]);
  await phone.context.close();
});

test("on a phone back puts an answer away and leaves the conversation, as the arrow does, and then leads to the list", async () => {
  const phone = await clients.open(clients.net.node("alpha"), {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });
  await phone.signIn(writer);
  const { page } = phone;
  const sheet = composer(page);
  const conversation = page.getByRole("heading", { name: "Hello from Bob" });
  const row = page.getByRole("row", { name: /Hello from Bob/ });
  const answer = page.getByRole("button", { name: /^Reply to/ }).last();
  await row.click();
  await answer.click();
  await letterText(page).fill("Begun by thumb");
  await page.goBack();
  await hasCount(sheet, 0);
  await conversation.waitFor();
  await page.goBack();
  await hasCount(conversation, 0);
  await row.click();
  await answer.click();
  await sheet.waitFor();
  await sheet.getByRole("button", { name: "Close, the draft is kept" }).click();
  await hasCount(sheet, 0);
  await expect.poll(() => page.evaluate(() => history.state)).toBeNull();
  await conversation.waitFor();
  await page.goBack();
  await hasCount(conversation, 0);
  await page.goto(`${clients.net.node("alpha").endpoint}/drafts`);
  await row.click();
  await hasValue(letterText(page), "Begun by thumb");
  await sheet.getByRole("button", { name: "Discard draft" }).click();
  await hasCount(sheet, 0);
  expect(phone.faults).toEqual([]);
  await phone.context.close();
});

test("sent with its conversation put away, an answer leaves nothing in the inbox", async () => {
  const { page } = alice;
  await inboxLink().click();
  await page.getByRole("row", { name: /Hello from Bob/ }).click();
  await page
    .getByRole("button", { name: /^Reply to/ })
    .last()
    .waitFor();
  await page.keyboard.press("r");
  await hasFocus(letterText(alice.page));
  await page.keyboard.type("Done with it.");
  await page.keyboard.press("Control+Shift+Enter");
  await hasCount(composer(alice.page), 0);
  await hasCount(page.getByRole("row", { name: /Hello from Bob/ }), 0);
});

test("a letter is written, addressed and sent by keys alone", async () => {
  const { page } = alice;
  await inboxLink().click();
  await page.keyboard.press("c");
  await hasFocus(composer(alice.page).getByLabel("To", { exact: true }));
  await page.keyboard.type("bo");
  await composer(alice.page).getByRole("option", { name: /bob@/ }).waitFor();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await hasFocus(composer(alice.page).getByLabel("Subject"));
  await page.keyboard.type("By keys");
  await page.keyboard.press("Tab");
  await page.keyboard.type("- one");
  await page.keyboard.press("Enter");
  await page.keyboard.type("two ");
  await page.keyboard.press("Control+b");
  await page.keyboard.type("loud");
  await page.keyboard.press("Control+Enter");
  await hasCount(composer(alice.page), 0);
  expect((await received(bob, "alice", "By keys")).message).toMatchObject({ body: "- one\n- two **loud**" });
  expect(alice.faults).toEqual([]);
});
