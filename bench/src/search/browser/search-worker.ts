/** Indexes and searches letters in a browser's dedicated worker, in its IndexedDB, where a client does it. */
import { browserPlatform, browserTabs, indexedDbPlace } from "@posthorn/client";
import { newDevice } from "../letter-mail.ts";
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
  const tabs = browserTabs();
  return timeSearch(question, newDevice(browserPlatform(), indexedDbPlace("search", tabs), tabs));
}
