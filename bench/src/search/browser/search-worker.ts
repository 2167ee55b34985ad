/** Indexes and searches letters in a browser's dedicated worker, in its IndexedDB, where a client does it. */
import { browserTabs, indexedDbPlace, localSegments, searchPieces } from "@posthorn/client";
import { type SearchQuestion, type SearchTimes, timeSearch } from "../time-search.ts";

export type SearchAnswer = SearchTimes | { error: string };

declare function postMessage(message: SearchAnswer): void;
declare function addEventListener(
  type: "message",
  listener: (event: { data: SearchQuestion }) => Promise<void>,
): void;

addEventListener("message", async ({ data }) => {
  try {
    postMessage(await timesOf(data));
  } catch (error) {
    postMessage({ error: String(error) });
  }
});

async function timesOf(question: SearchQuestion): Promise<SearchTimes> {
  const store = await indexedDbPlace("search", browserTabs()).open({ version: 1, tables: [searchPieces] });
  const key = { address: "alice@alpha.example", secret: crypto.getRandomValues(new Uint8Array(32)) };
  return timeSearch(question, async () => localSegments(store, key));
}
