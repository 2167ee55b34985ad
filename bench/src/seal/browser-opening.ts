/** Fifty messages opened in a worker of a real browser, as a client does when a mailbox is looked at. */
import { join } from "node:path";
import { openBrowser, openPage, serveBundle } from "@posthorn/testnet/browser";
import type { Plan } from "../plan.ts";
import { type Spread, spreadOf } from "../spread.ts";
import type { OpeningQuestion } from "./browser/opening-page.ts";
import type { OpeningTimes } from "./browser/opening-worker.ts";

const pagePath = join(import.meta.dirname, "browser", "opening.html");

const letters = 50;

/** Milliseconds for fifty letters together. */
export interface BrowserOpening {
  rounds: number;
  /** The first that a new page's worker does: one after the other, with the making of its keys. */
  cold: Spread;
  /** Later, one after the other. */
  inTurn: Spread;
  /** Later, all begun before the first is done. */
  atOnce: Spread;
}

export async function measureBrowserOpening({ letterBytes, seal }: Plan): Promise<BrowserOpening> {
  const { rounds, passes } = seal.browser;
  const seen = await timesOf(rounds, { letters, payloadBytes: letterBytes, passes });
  return {
    rounds,
    cold: spreadOf(seen.map(({ coldMs }) => coldMs)),
    inTurn: spreadOf(seen.flatMap(({ inTurnMs }) => inTurnMs)),
    atOnce: spreadOf(seen.flatMap(({ atOnceMs }) => atOnceMs)),
  };
}

/** Each round has a page of its own, with nothing compiled or stored. */
async function timesOf(rounds: number, question: OpeningQuestion): Promise<OpeningTimes[]> {
  const bundle = await serveBundle(pagePath);
  try {
    const browser = await openBrowser();
    try {
      const seen: OpeningTimes[] = [];
      for (let round = 0; round < rounds; round++) {
        const { page } = await openPage(browser, bundle.origin);
        seen.push(await page.evaluate((asked) => globalThis.timeOpening(asked), question));
        await page.close();
      }
      return seen;
    } finally {
      await browser.close();
    }
  } finally {
    await bundle.stop();
  }
}
