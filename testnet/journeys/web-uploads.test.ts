/** Files on their way up: they can be paused, and no reload, closed composer or lost network loses them. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { downloadSealedBytes } from "@posthorn/client";
import type { Page, Route } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import {
  composer,
  discardAll,
  hasCount,
  received,
  startWebClients,
  type WebClient,
  type WebClients,
  withoutNetwork,
  writeTo,
} from "../src/browser/index.ts";
import { keepSettings } from "../src/own-records.ts";
import { joinAs, type TestPerson } from "../src/people.ts";

let clients: WebClients;
let alice: WebClient;
let page: Page;
let bob: TestPerson;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "posthorn-uploads-"));
  await writeFile(join(folder, "film.mov"), film);
  clients = await startWebClients();
  const writer = await joinAs(clients.net, clients.net.node("alpha"), "alice");
  bob = await joinAs(clients.net, clients.net.node("beta"), "bob");
  await keepSettings(writer.session, { undoS: 4 });
  alice = await clients.open(clients.net.node("alpha"));
  page = alice.page;
  page.setDefaultTimeout(30_000);
  await alice.signIn(writer);
  await page.getByText("Up to date").waitFor();
}, 120_000);
afterAll(async () => {
  await clients.close();
  await rm(folder, { recursive: true, force: true });
});
afterEach(async () => {
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await discardAll(page);
});

const mebibyte = 1024 * 1024;
/** Two pieces on the wire. */
const film = Buffer.alloc(9 * mebibyte, "every byte ");
let folder: string;

/** The way up, of which somebody can stop the second piece and all after it. */
async function wayUp(): Promise<{ open(): void; sent: string[] }> {
  const isOpen = Promise.withResolvers<void>();
  const sent: string[] = [];
  await page.route("**/blob/**", async (route: Route) => {
    const request = route.request();
    if (request.method() !== "PUT") return route.continue();
    if (sent.length > 0) await isOpen.promise;
    sent.push(request.url());
    // Of a page that was closed meanwhile nothing is on its way any more.
    await route.continue().catch(() => undefined);
  });
  return { open: isOpen.resolve, sent };
}

const chip = () => composer(page).getByRole("listitem").filter({ hasText: "film.mov" });
const percent = /, [1-9]\d? %/;

async function attachFilm(subject: string): Promise<void> {
  await writeTo(page, bob.address, subject, "Here it is.");
  await composer(page).locator("input[type=file]").setInputFiles(join(folder, "film.mov"));
  await chip().getByText(percent).waitFor();
  await composer(page).getByText("Saved", { exact: true }).waitFor();
}

async function openDraft(subject: string): Promise<void> {
  await page.goto(new URL("/drafts", page.url()).href);
  await page.getByRole("row", { name: new RegExp(subject) }).click();
  await chip().waitFor();
}

async function sendAndReceive(subject: string): Promise<void> {
  await composer(page).getByRole("button", { name: "Send", exact: true }).click();
  await hasCount(composer(page), 0);
  const { message, files } = await received(bob, "alice", subject);
  const [file] = files;
  if (file?.kind !== "sealed") throw new Error("The file is not sealed.");
  const wanted = { messageId: message.id, place: 0, attachment: file.attachment, file: file.file };
  const bytes = await downloadSealedBytes(bob.session, wanted);
  expect(Buffer.from(bytes).equals(film)).toBe(true);
}

test("a page loaded anew in the middle goes on by itself where it was, without the letter being open", async () => {
  const way = await wayUp();
  await attachFilm("Over a reload");
  await page.reload();
  await page.getByText(/^1 file goes up, [1-9]\d? %$/).waitFor();
  way.open();
  await page.getByText("Up to date").waitFor();
  await expect.poll(() => new Set(way.sent).size, { timeout: 30_000 }).toBe(2);
  await openDraft("Over a reload");
  await chip().getByText("9.4 MB", { exact: true }).waitFor();
  // The first piece went up once.
  expect(way.sent.filter((url) => url === way.sent[0])).toHaveLength(1);
  await sendAndReceive("Over a reload");
  expect(alice.faults).toEqual([]);
});

test("a letter that is closed in the middle lets its files go on, and shows how far they are when it is opened", async () => {
  const way = await wayUp();
  await attachFilm("Put away");
  await composer(page).getByRole("button", { name: "Close, the draft is kept" }).click();
  await hasCount(composer(page), 0);
  await page.getByRole("link", { name: /^Drafts/ }).click();
  await page.getByRole("row", { name: /Put away/ }).click();
  await chip().getByText(percent).waitFor();
  await composer(page).getByRole("button", { name: "Close, the draft is kept" }).click();
  await hasCount(composer(page), 0);
  way.open();
  await expect.poll(() => new Set(way.sent).size, { timeout: 30_000 }).toBe(2);
  await openDraft("Put away");
  await chip().getByText("9.4 MB", { exact: true }).waitFor();
  await sendAndReceive("Put away");
});

test("somebody pauses a file, also over a reload, and goes on with it where it was; sending waits for it", async () => {
  const way = await wayUp();
  await attachFilm("With a pause");
  await chip().getByRole("button", { name: "Pause film.mov" }).click();
  await chip()
    .getByText(/paused at \d+ %/)
    .waitFor();
  way.open();
  await openDraft("With a pause");
  await chip()
    .getByText(/, paused/)
    .waitFor();
  await page.getByRole("button", { name: /^Account/ }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByText("1 file of a draft has not gone up yet and would be lost.").waitFor();
  await page.getByRole("button", { name: "Stay" }).click();
  await composer(page).getByRole("button", { name: "Send", exact: true }).click();
  await composer(page).getByRole("button", { name: "Sends when the files are up" }).first().waitFor();
  await hasCount(composer(page), 0);
  expect(way.sent.filter((url) => url === way.sent[0])).toHaveLength(1);
  const { files } = await received(bob, "alice", "With a pause");
  expect(files).toHaveLength(1);
});

test("without a network it waits, says so, and goes on where it was when that is back", async () => {
  const way = await wayUp();
  await attachFilm("Through a tunnel");
  await withoutNetwork(alice.context, async () => {
    way.open();
    await chip()
      .getByText(/waits for the network/)
      .waitFor();
  });
  await chip().getByText("9.4 MB", { exact: true }).waitFor();
  await sendAndReceive("Through a tunnel");
});

/** The device takes no bytes of files until it is let go, as one whose disk is slow. */
async function holdDisk(): Promise<() => Promise<void>> {
  await page.evaluate(async () => {
    const found = (await indexedDB.databases()).find(({ name }) => name?.startsWith("mail of"));
    const opening = indexedDB.open(found?.name ?? "");
    await new Promise((resolve) => {
      opening.onsuccess = resolve;
    });
    const database = opening.result;
    const files = database.transaction("unsentFiles", "readwrite").objectStore("unsentFiles");
    let isHeld = true;
    const hold = () => {
      if (isHeld) files.count().onsuccess = hold;
    };
    hold();
    addEventListener("let go", () => {
      isHeld = false;
      database.close();
    });
  });
  return async () => {
    await page.evaluate(() => dispatchEvent(new Event("let go")));
  };
}

test("while a file would be lost with the page the browser asks before it is closed, and no more once it is kept", async () => {
  const way = await wayUp();
  const asked: string[] = [];
  page.on("dialog", (dialog) => {
    asked.push(dialog.type());
    void dialog.dismiss();
  });
  await writeTo(page, bob.address, "At risk", "Here it is.");
  await composer(page).getByText("Saved", { exact: true }).waitFor();
  const letGo = await holdDisk();
  await composer(page).locator("input[type=file]").setInputFiles(join(folder, "film.mov"));
  await chip().waitFor();
  await page.close({ runBeforeUnload: true });
  await expect.poll(() => asked).toEqual(["beforeunload"]);
  await chip().waitFor();
  await letGo();
  await chip().getByText(percent).waitFor();
  await composer(page).getByText("Saved", { exact: true }).waitFor();
  await page.reload();
  way.open();
  await openDraft("At risk");
  await chip().getByText("9.4 MB", { exact: true }).waitFor();
  expect(asked).toEqual(["beforeunload"]);
  page.removeAllListeners("dialog");
  expect(alice.faults).toEqual([]);
});

test("a file that the server does not take stays with why, also over a reload, and is tried again", async () => {
  const refusal = {
    status: 413,
    contentType: "application/problem+json",
    body: JSON.stringify({
      type: "urn:posthorn:problem:tooLarge",
      title: "The request is too large",
      status: 413,
      code: "tooLarge",
      retry: "never",
      detail: "It is too large.",
    }),
  };
  await page.route("**/blob/**", (route) =>
    route.request().method() === "PUT" ? route.fulfill(refusal) : route.continue(),
  );
  await writeTo(page, bob.address, "Too much", "Here it is.");
  await composer(page)
    .locator("input[type=file]")
    .setInputFiles({ name: "film.mov", mimeType: "video/quicktime", buffer: Buffer.alloc(1_000, 7) });
  const retry = () => chip().getByRole("button", { name: "Try film.mov again" });
  await chip().getByText("It is too large.").waitFor();
  await retry().waitFor();
  await composer(page).getByText("Saved", { exact: true }).waitFor();
  await openDraft("Too much");
  await retry().waitFor();
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await retry().click();
  await chip().getByText("1 kB", { exact: true }).waitFor();
});

test("a letter that waits for its files goes with the last of them, however late the page draws how far they are", async () => {
  const told: string[] = [];
  await page.exposeFunction("isTold", (what: string) => told.push(what));
  await page.addInitScript(hearLate);
  await page.reload();
  await writeTo(page, bob.address, "Late", "Here they are");
  const file = (name: string) => ({ name, mimeType: "text/plain", buffer: Buffer.from(name) });
  await composer(page)
    .locator("input[type=file]")
    .setInputFiles([file("a.txt"), file("b.txt"), file("c.txt")]);
  await composer(page)
    .getByText(/^5 bytes$/)
    .nth(2)
    .waitFor();
  const isOpen = Promise.withResolvers<void>();
  await page.route("**/blob/**", async (route) => {
    await isOpen.promise;
    await route.continue();
  });
  await page.evaluate(() => dispatchEvent(new Event("hold")));
  // The last one takes its place, and goes up for that anew.
  await composer(page).getByRole("button", { name: "Remove a.txt" }).click();
  await composer(page).getByRole("button", { name: "Send", exact: true }).click();
  await composer(page).getByRole("button", { name: "Sends when the files are up" }).waitFor();
  told.length = 0;
  isOpen.resolve();
  await expect.poll(() => told.some((what) => /"c\.txt"[^{}]*"state":"done"/.test(what))).toBe(true);
  await page.evaluate(() => dispatchEvent(new Event("release")));
  await hasCount(composer(page), 0);
  expect((await received(bob, "alice", "Late")).files).toHaveLength(2);
  expect(alice.faults).toEqual([]);
});

/** In a page: from `hold` to `release` it hears nothing of what it watches, and what it is to draw waits a while. */
function hearLate(): void {
  let held: (() => void)[] | undefined;
  addEventListener("hold", () => {
    held = [];
  });
  addEventListener("release", () => {
    const all = held ?? [];
    held = undefined;
    for (const one of all) one();
  });
  const tell: unknown = Reflect.get(window, "isTold");
  window.Worker = class extends Worker {
    constructor(...given: ConstructorParameters<typeof Worker>) {
      super(...given);
      this.addEventListener("message", (event: MessageEvent<{ kind: string }>) => {
        if (held === undefined || event.data.kind !== "seen") return;
        event.stopImmediatePropagation();
        held.push(() => this.dispatchEvent(new MessageEvent("message", { data: event.data })));
        if (typeof tell === "function") tell(JSON.stringify(event.data));
      });
    }
  };
  const post = MessagePort.prototype.postMessage;
  MessagePort.prototype.postMessage = function (this: MessagePort, ...given: [unknown]) {
    if (held === undefined) post.apply(this, given);
    else setTimeout(() => post.apply(this, given), 50);
  };
}
