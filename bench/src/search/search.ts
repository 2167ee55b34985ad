/** Searching what was opened: how fast an index is made, goes on after a cut, and answers; here and in a browser. */
import { join } from "node:path";
import { nodePlatform, sqlitePlace } from "@posthorn/client/node";
import { openBrowser, openPage, serveBundle } from "@posthorn/testnet/browser";
import type { RunContext } from "../delivery.ts";
import type { Plan } from "../plan.ts";
import { percentile } from "../spread.ts";
import type {} from "./browser/search-page.ts";
import { newDevice } from "./letter-mail.ts";
import { type SearchQuestion, type SearchTimes, timeSearch } from "./time-search.ts";

export interface Search {
  letters: number;
  browser: SearchFigures;
  node: SearchFigures;
}

export interface SearchFigures {
  buildPerS: number;
  readAgain: number;
  sizeBytes: number;
  /** What the index takes, to the text that it is of. */
  sizeOfText: number;
  segments: number;
  openMs: number;
  coldP50Ms: number;
  coldP95Ms: number;
  warmP50Ms: number;
  warmP95Ms: number;
  /** By the question, p95 of the first and later times. */
  askedP95Ms: Readonly<Record<string, number>>;
}

const pagePath = join(import.meta.dirname, "browser", "search.html");

export async function measureSearch(
  { folder, say }: Pick<RunContext, "folder" | "say">,
  { search }: Plan,
): Promise<Search> {
  say(`Indexing and searching ${search.letters} letters in a browser`);
  const browser = figuresOf(search, await timesInBrowser(search));
  say(`Indexing and searching ${search.letters} letters in Node`);
  return { letters: search.letters, browser, node: figuresOf(search, await timesInNode(search, folder)) };
}

async function timesInNode(question: SearchQuestion, folder: string): Promise<SearchTimes> {
  const place = sqlitePlace(join(folder, "search.sqlite"));
  return timeSearch(question, newDevice(nodePlatform(), place, place.tabs));
}

async function timesInBrowser(question: SearchQuestion): Promise<SearchTimes> {
  const bundle = await serveBundle(pagePath);
  try {
    const browser = await openBrowser();
    try {
      const { page } = await openPage(browser, bundle.origin);
      return await page.evaluate((asked) => globalThis.timeSearchThere(asked), question);
    } finally {
      await browser.close();
    }
  } finally {
    await bundle.stop();
  }
}

function figuresOf({ letters }: SearchQuestion, times: SearchTimes): SearchFigures {
  const { buildMs, textBytes, coldMs, warmMs, askedMs, ...rest } = times;
  return {
    buildPerS: (letters / buildMs) * 1000,
    ...rest,
    sizeOfText: times.sizeBytes / textBytes,
    coldP50Ms: percentile(coldMs, 50),
    coldP95Ms: percentile(coldMs, 95),
    warmP50Ms: percentile(warmMs, 50),
    warmP95Ms: percentile(warmMs, 95),
    askedP95Ms: Object.fromEntries(
      Object.entries(askedMs).map(([what, asked]) => [what, percentile(asked, 95)]),
    ),
  };
}
