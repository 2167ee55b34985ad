/** A list that is longer than what is read of it at first. */
import { prepare, send } from "@posthorn/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startWebClients, type WebClient, type WebClients } from "../src/browser/index.ts";
import { joinAs } from "../src/people.ts";

const letters = 260;
/** Beyond where the first two hundred end. */
const farDown = 14_000;
const reloads = 12;

let clients: WebClients;
let client: WebClient;

beforeAll(async () => {
  clients = await startWebClients({ names: ["alpha"] });
  const alpha = clients.net.node("alpha");
  const alice = await joinAs(clients.net, alpha, "alice");
  const bob = await joinAs(clients.net, alpha, "bob");
  for (let number = 1; number <= letters; number++) {
    const draft = { from: bob.address, to: [alice.address], subject: `Letter ${number}`, body: "As I said." };
    await send(bob.session, (await prepare(bob.session, draft)).message);
  }
  client = await clients.open(alpha);
  await client.signIn(alice);
}, 180_000);
afterAll(() => clients.close());

test("who loads the page anew is where they were, also far down", async () => {
  const { page } = client;
  const grid = page.getByRole("grid", { name: "Inbox" });
  await expect.poll(() => grid.getAttribute("aria-rowcount")).toBe(String(letters));
  await grid.evaluate((list, top) => list.scrollTo(0, top), farDown);
  const row = page.getByRole("row", { name: /Letter 40\b/ });
  await row.waitFor();
  // What is told while it is drawn comes at another instant each time.
  for (let time = 0; time < reloads; time++) {
    await page.reload();
    await row.waitFor();
    await expect.poll(() => grid.evaluate((list) => list.scrollTop)).toBe(farDown);
  }
  expect(client.faults).toEqual([]);
});
