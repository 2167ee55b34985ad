/** The client in a browser, with a large mailbox: what it weighs and how soon it does what somebody wants of it. */
import { joinAs } from "@posthorn/testnet";
import { startWebClients, type WebClient } from "@posthorn/testnet/browser";
import type { Page } from "playwright-core";
import type { RunContext } from "../delivery.ts";
import type { Plan } from "../plan.ts";
import { type Letters, makeLetters } from "../search/letters.ts";
import { fillInbox } from "./fill-inbox.ts";
import { type FirstView, readFirstView } from "./first-view.ts";
import { installGauge } from "./gauge.ts";
import { type Hands, measureHands } from "./hands.ts";
import { type Memory, measureMemory } from "./memory.ts";

export interface Web {
  messages: number;
  firstView: FirstView;
  /** From the press of the button until the inbox is there. */
  unlockMs: number;
  /** Until the list has all messages, and until all can be searched. */
  wholeListS: number;
  wholeIndexS: number;
  /** The client came from what the browser has kept. */
  isKept: boolean;
  laptop: Hands;
  /** With a processor a fourth as fast, for all but the worker. */
  phone: Hands;
  memory: Memory;
}

const longestMs = 30 * 60_000;

export async function measureWeb({ say }: Pick<RunContext, "say">, { web }: Plan): Promise<Web> {
  say("Building the client and starting a server");
  const clients = await startWebClients({ names: ["alpha"] });
  try {
    const alpha = clients.net.node("alpha");
    const person = await joinAs(clients.net, alpha, "reader", { mode: "open" });
    const letters = makeLetters(web.letters);
    say(`Delivering ${web.letters} letters`);
    const { threads } = await fillInbox(alpha.server, "reader", letters);
    const client = await clients.open(alpha, { isPlain: true });
    const { page } = client;
    await page.addInitScript(installGauge);
    await page.reload();
    say("Signing in, and reading and indexing all of it");
    const unlockMs = await timeUnlock(page, person);
    const beganAtMs = performance.now();
    await page
      .locator("[data-part=list] header")
      .getByText(threads.toLocaleString("en-GB"), { exact: true })
      .waitFor({ timeout: longestMs });
    const wholeListS = (performance.now() - beganAtMs) / 1_000;
    await waitForIndex(page);
    const wholeIndexS = (performance.now() - beganAtMs) / 1_000;
    await page.goto(new URL("/inbox", page.url()).href);
    const paintedAtMs = await page.evaluate(() =>
      gauge.fromStart(() => document.querySelector("[role=grid] [role=row][data-thread]") !== null),
    );
    const firstView = await readFirstView(page, clients.site, paintedAtMs);
    const isKept = await page.evaluate(() => navigator.serviceWorker?.controller !== null);
    say("Doing what people do, as on a laptop");
    const laptop = await measureHands(page, web, queriesOf(letters));
    say("Doing the same with a fourth of the processor");
    const tools = await page.context().newCDPSession(page);
    await tools.send("Emulation.setCPUThrottlingRate", { rate: 4 });
    const phone = await measureHands(page, web, queriesOf(letters));
    await tools.send("Emulation.setCPUThrottlingRate", { rate: 1 });
    say(`Opening and closing ${web.rounds} conversations`);
    const memory = await measureMemory(page, web.rounds);
    throwFaults(client);
    return {
      messages: web.letters,
      firstView,
      unlockMs,
      wholeListS,
      wholeIndexS,
      isKept,
      laptop,
      phone,
      memory,
    };
  } finally {
    await clients.close();
  }
}

async function timeUnlock(page: Page, person: { address: string; password: string }): Promise<number> {
  await page.getByLabel("Address", { exact: true }).fill(person.address);
  await page.getByRole("textbox", { name: "Password" }).fill(person.password);
  await page.evaluate(() => gauge.arm(() => document.querySelector("[role=grid]") !== null));
  await page.getByRole("button", { name: "Sign in" }).click();
  return page.evaluate(() => gauge.took());
}

async function waitForIndex(page: Page): Promise<void> {
  await page.goto(new URL("/search?q=xylophones", page.url()).href);
  await page.getByText("Everything searched").waitFor({ timeout: longestMs });
}

/** Words of letters from the oldest to the newest, their beginnings, and two of one letter: all of them are somewhere. */
function queriesOf(letters: Letters): string[] {
  return [1, 2, 3, 4, 5, 6].flatMap((part) => {
    const { body = "" } = letters.at(Math.ceil((letters.count * part) / 6)).texts;
    const words = [...new Set(body.split(/[\s.]+/).slice(0, -1))].filter((word) => word.length > 3);
    const [first = "", second = ""] = words.slice(part);
    return [first, first.slice(0, 3), `${first} ${second}`];
  });
}

function throwFaults({ faults }: WebClient): void {
  if (faults.length > 0) throw new Error(`The client has failed: ${faults.join("; ")}`);
}
