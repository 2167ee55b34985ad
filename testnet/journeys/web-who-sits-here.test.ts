/** Who sits before a browser: signed out from elsewhere and back, somebody else in the same tab, and pages that do not come. */
import { endSession, listSessions, prepare, send } from "@posthorn/client";
import { buildSite } from "@posthorn/web/build";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findBarriers } from "../src/browser/find-barriers.ts";
import {
  composer,
  hasCount,
  hasValue,
  pressInRow,
  received,
  startWebClients,
  type WebClient,
  type WebClients,
  withoutNetwork,
  writeTo,
} from "../src/browser/index.ts";
import { inviteTo, joinAs, type TestPerson } from "../src/people.ts";

let clients: WebClients;
let alice: TestPerson;
let bob: TestPerson;
let dora: TestPerson;
let hers: WebClient;

beforeAll(async () => {
  clients = await startWebClients();
  const [alpha, beta] = [clients.net.node("alpha"), clients.net.node("beta")];
  alice = await joinAs(clients.net, alpha, "alice");
  bob = await joinAs(clients.net, beta, "bob");
  await write(bob, alice, "For Alice alone");
  await write(bob, alice, "Something else");
  dora = await joinAs(clients.net, alpha, "dora");
  await write(bob, dora, "For Dora");
  hers = await clients.open(alpha);
  await hers.signIn(alice);
}, 120_000);
afterAll(async () => {
  await clients.close();
});

async function write(from: TestPerson, to: TestPerson, subject: string): Promise<void> {
  const draft = { from: from.address, to: [to.address], subject, body: "As I said." };
  await send(from.session, (await prepare(from.session, draft)).message);
}

/** What somebody does on their other device. */
async function endBrowser({ session }: TestPerson): Promise<void> {
  for (const { id, device } of await listSessions(session)) {
    if (device !== "the first") await endSession(session, id);
  }
}

async function signOut(page: Page): Promise<void> {
  await page.getByRole("button", { name: /^Account/ }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
}

async function enter(page: Page, { address, password }: TestPerson): Promise<void> {
  await page.getByLabel("Address", { exact: true }).fill(address);
  await enterPassword(page, password);
}

async function enterPassword(page: Page, password: string): Promise<void> {
  await page.getByRole("textbox", { name: "Password" }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** Servers look now and then whether a sign-in that listens has ended. */
const soon = { timeout: 60_000 };

/** Says that the server has ended the sign-in. */
const signedOut = (page: Page) => page.getByRole("alert").filter({ hasText: "You are signed out here" });

/** A browser of her own. */
async function openDoras(): Promise<WebClient> {
  const client = await clients.open(clients.net.node("alpha"));
  await client.signIn(dora);
  await rowFor(client.page, "For Dora").waitFor();
  return client;
}

const rowFor = (page: Page, subject: string) => page.getByRole("row", { name: new RegExp(subject) });

test("whoever was signed out from elsewhere signs in again as who they are, and the letter that waits is sent", async () => {
  const { page, context } = hers;
  await rowFor(page, "For Alice alone").waitFor();
  await page.getByText("Up to date").waitFor();
  await withoutNetwork(context, async () => {
    await writeTo(page, bob.address, "Written on a train", "There was no network.");
    await composer(page).getByRole("button", { name: /^Send/ }).first().click();
    await hasCount(composer(page), 0);
    await endBrowser(alice);
  });

  const banner = signedOut(page);
  await banner.getByRole("button", { name: "Sign in" }).click(soon);
  await page.getByRole("heading", { name: "Sign in again" }).waitFor();
  await hasValue(page.getByLabel("Address", { exact: true }), alice.address);
  expect(await findBarriers(page)).toEqual([]);
  await enterPassword(page, alice.password);
  await rowFor(page, "For Alice alone").waitFor();
  await hasCount(banner, 0);
  const letter = await received(bob, "alice", "Written on a train");
  expect(Reflect.get(letter.message, "body")).toContain("There was no network.");
}, 120_000);

test("who was signed out and has loaded the page again is asked as who they are, too", async () => {
  const { page } = hers;
  await endBrowser(alice);
  await signedOut(page).waitFor(soon);
  await page.goto(new URL("/settings/keyboard", page.url()).href);
  await page.getByRole("heading", { name: "Sign in again" }).waitFor();
  await hasValue(page.getByLabel("Address", { exact: true }), alice.address);
  await enterPassword(page, alice.password);
  // They get what they had asked for.
  await page.getByRole("heading", { name: "Keyboard", level: 1 }).waitFor();
  await page.getByRole("button", { name: "Mail", exact: true }).click();
  await rowFor(page, "For Alice alone").waitFor();
});

test("signing out asks when something has not reached the server, and can be left", async () => {
  const { page, context } = hers;
  await withoutNetwork(context, async () => {
    await pressInRow(rowFor(page, "Something else"), "Archive");
    await hasCount(rowFor(page, "Something else"), 0);
    await signOut(page);
    await page.getByText("1 change has not reached the server yet and would be lost.").waitFor();
    expect(await findBarriers(page)).toEqual([]);
    await page.getByRole("button", { name: "Stay" }).click();
    await rowFor(page, "For Alice alone").waitFor();
  });
  await page.getByText("Up to date").waitFor();
});

test("an invitation that comes to somebody who is signed in signs nobody out unasked", async () => {
  const { page } = hers;
  const { url } = await inviteTo(clients.net, clients.net.node("alpha"), "carol");
  await page.goto(url);
  await page.getByRole("heading", { name: "Somebody is signed in here" }).waitFor();
  await page.getByText(alice.address).waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await page.getByRole("button", { name: "Back to my mail" }).click();
  await rowFor(page, "For Alice alone").waitFor();
});

test("after one person has signed out, another at the same tab sees no word of theirs, and neither does another tab", async () => {
  const { page, context } = hers;
  const second = await context.newPage();
  await second.goto(page.url());
  await rowFor(second, "For Alice alone").waitFor();

  const seen: string[] = [];
  await context.exposeFunction("tellSeen", (word: string) => seen.push(word));
  // Of all that is loaded from now on, each state that is drawn.
  await context.addInitScript(() => {
    const look = () => {
      const words = document.body?.textContent ?? "";
      if (/For Alice alone|Something else|alice@/.test(words)) Reflect.get(window, "tellSeen")(words);
    };
    new MutationObserver(look).observe(document, { childList: true, subtree: true, characterData: true });
  });
  await signOut(page);
  await page.getByRole("heading", { name: "Sign in to Posthorn" }).waitFor();
  await second.getByRole("heading", { name: "Sign in to Posthorn" }).waitFor();
  await enter(page, dora);
  await rowFor(page, "For Dora").waitFor();
  // The other tab is hers as well now.
  await rowFor(second, "For Dora").waitFor();
  for (const place of ["Sent", "Archive", "Inbox"]) {
    await page.getByRole("link", { name: new RegExp(`^${place}`) }).click();
    await page.getByRole("heading", { name: place, exact: true }).waitFor();
  }
  expect(seen).toEqual([]);
  await second.close();
  const kept = await page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));
  expect(kept).not.toContain(`mail of ${alice.address}`);
  expect(hers.faults).toEqual([]);
}, 60_000);

test("what one has typed of an address is there for the recovery phrase, too", async () => {
  const { page, context } = await clients.open(clients.net.node("alpha"));
  await page.getByLabel("Address", { exact: true }).fill("alice");
  await page.getByRole("button", { name: "Use your recovery phrase" }).click();
  await page.getByRole("heading", { name: "Lost your password?" }).waitFor();
  await hasValue(page.getByLabel("Address", { exact: true }), "alice");
  await context.close();
});

test("an address that leads nowhere says so", async () => {
  const { page, context } = await openDoras();
  await page.goto(new URL("/outbox", page.url()).href);
  await page.getByRole("heading", { name: "There is nothing at this address" }).waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await page.getByRole("button", { name: "Go to your inbox" }).click();
  await rowFor(page, "For Dora").waitFor();
  await context.close();
});

test("an invitation that cannot be looked at now is not called used up, and is looked at again", async () => {
  const alpha = clients.net.node("alpha");
  const { url } = await inviteTo(clients.net, alpha, "emil");
  const { page, context } = await clients.open(alpha);
  await page.getByLabel("Address", { exact: true }).waitFor();
  await page.route("**/auth/invite/**", (route) =>
    route.request().isNavigationRequest() ? route.continue() : route.abort(),
  );
  await page.goto(url);
  await page.getByRole("heading", { name: "Your invitation could not be looked at" }).waitFor();
  await page.unroute("**/auth/invite/**");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("heading", { name: /^Welcome to alpha/ }).waitFor();
  await context.close();
});

test("a part that does not load leaves the rest of the page, and says what can be done", async () => {
  const { page, context } = await openDoras();
  await page.route("**/assets/people-page-*.js", (route) => route.abort());
  await page.getByRole("button", { name: "People", exact: true }).click();
  await page.getByText("This part of the page could not be loaded.").waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await page.getByRole("button", { name: "Mail", exact: true }).click();
  await rowFor(page, "For Dora").waitFor();
  await page.getByRole("button", { name: "People", exact: true }).click();
  await page.unroute("**/assets/people-page-*.js");
  await page.getByRole("button", { name: "Load the page again" }).click();
  await page.getByRole("heading", { name: "People", level: 1 }).waitFor();
  await context.close();
});

test("a new server's link that cannot be looked at now is not called used up either", async () => {
  const alpha = clients.net.node("alpha");
  const { page, context } = await clients.open(alpha);
  await page.getByLabel("Address", { exact: true }).waitFor();
  await page.route("**/.well-known/**", (route) => route.abort());
  await page.goto(alpha.endpoint + (alpha.server.setupPath ?? ""));
  await page.getByRole("heading", { name: "The server could not be asked" }).waitFor();
  await page.unroute("**/.well-known/**");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("heading", { name: "This link does not work" }).waitFor();
  await context.close();
});

test("who comes by an invitation can have whoever sits there signed out first", async () => {
  const { page, context } = await openDoras();
  const { url } = await inviteTo(clients.net, clients.net.node("alpha"), "frida");
  await page.goto(url);
  await page.getByText(dora.address).waitFor();
  await page.getByRole("button", { name: "Sign out and go on" }).click();
  await page.getByRole("heading", { name: /^Welcome to alpha/ }).waitFor();
  await page.getByRole("textbox", { name: "Password" }).fill("frida on alpha");
  await page.getByRole("button", { name: "Create my account" }).click();
  // Whose phrase is shown sits here already.
  await page.getByRole("heading", { name: "Your recovery phrase" }).waitFor();
  await page.getByText(dora.address).waitFor({ state: "detached" });
  await context.close();
});

test("what the server has ended for one person is forgotten when another wants to sign in", async () => {
  const { page, context } = await openDoras();
  await endBrowser(dora);
  await signedOut(page).waitFor(soon);
  await page.reload();
  await page.getByRole("heading", { name: "Sign in again" }).waitFor();
  await page.getByRole("button", { name: "Sign in as somebody else" }).click();
  await page.getByText("What was done here and has not reached the server is lost.").waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in to Posthorn" }).waitFor();
  const kept = await page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));
  expect(kept).not.toContain(`mail of ${dora.address}`);
  await context.close();
});

test("where the part that opens mail does not start, nobody waits for it", async () => {
  const alpha = clients.net.node("alpha");
  const { page, context } = await clients.open(alpha);
  await page.getByLabel("Address", { exact: true }).waitFor();
  await context.route(/\/assets\/main-[\w-]+\.js$/, (route) => route.abort());
  await page.reload();
  await page.getByRole("heading", { name: "Posthorn could not start" }).waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await context.unroute(/\/assets\/main-[\w-]+\.js$/);
  await page.getByRole("button", { name: "Load the page again" }).click();
  await page.getByLabel("Address", { exact: true }).waitFor();
  await context.close();
});

test("a newer version is offered until it is wanted, and no other tab loses its parts to it", async () => {
  const beta = clients.net.node("beta");
  const { page, context, faults } = await clients.open(beta, { isPlain: true });
  await page.clock.install();
  await page.reload();
  await enter(page, bob);
  await page.getByRole("heading", { name: "Inbox" }).waitFor();
  await page.waitForFunction("navigator.serviceWorker.controller !== null");
  const second = await context.newPage();
  await second.goto(page.url());
  await second.getByRole("heading", { name: "Inbox" }).waitFor();

  await beta.stop();
  await buildSite({ folder: clients.site, isPseudo: true });
  await beta.start();
  await page.clock.fastForward("01:00:01");
  const offer = (tab: Page) => tab.getByRole("status").filter({ hasText: "A newer version is ready" });
  await offer(page).waitFor();
  await offer(second).waitFor();
  expect(await findBarriers(second)).toEqual([]);
  await offer(page).getByRole("button", { name: "Load it" }).click();
  await page.getByRole("heading", { name: "[Iñbóx··]" }).waitFor();

  // The other one is still what it was, with all of its parts.
  await second.getByRole("button", { name: "People", exact: true }).click();
  await second.getByRole("heading", { name: "People", level: 1 }).waitFor();
  await offer(second).getByRole("button", { name: "Load it" }).click();
  await second.getByRole("heading", { name: "[Péóplé··]", level: 1 }).waitFor();
  expect(faults).toEqual([]);
}, 90_000);
