/** The page of the search: it has a worker of its own index and search. */
import type { SearchQuestion, SearchTimes } from "../time-search.ts";
import type { SearchAnswer } from "./search-worker.ts";

/** As much of a browser's as is used here. */
interface DedicatedWorker {
  postMessage(message: SearchQuestion): void;
  terminate(): void;
  onmessage: ((event: { data: SearchAnswer }) => void) | null;
  onerror: ((event: { message: string }) => void) | null;
}
declare const Worker: new (url: URL, options: { type: "module" }) => DedicatedWorker;

declare global {
  /** In that page. */
  var timeSearchThere: (question: SearchQuestion) => Promise<SearchTimes>;
}

globalThis.timeSearchThere = (question) => {
  const worker = new Worker(new URL("./search-worker.ts", import.meta.url), { type: "module" });
  return new Promise((answered, failed) => {
    worker.onmessage = ({ data }) => {
      worker.terminate();
      if ("error" in data) failed(new Error(data.error));
      else answered(data);
    };
    worker.onerror = ({ message }) => failed(new Error(message));
    worker.postMessage(question);
  });
};
