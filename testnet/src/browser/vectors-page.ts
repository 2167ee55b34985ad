/** The page of the vectors, which only passes questions on to its worker: there crypto is at home in a browser. */
import type { VectorAnswer, VectorQuestion } from "./vectors-worker.ts";

/** As much of a browser's as is used here. */
interface DedicatedWorker {
  postMessage(message: VectorQuestion): void;
  onmessage: ((event: { data: VectorAnswer }) => void) | null;
  onerror: ((event: { message?: string }) => void) | null;
}
declare const Worker: new (url: URL, options: { type: "module" }) => DedicatedWorker;

declare global {
  /** In that page: what the worker answers. One question at a time. */
  var askVectors: (question: VectorQuestion) => Promise<unknown>;
}

const worker = new Worker(new URL("./vectors-worker.ts", import.meta.url), { type: "module" });

/** Ends, badly, when the worker does, so that nobody waits for its answer. */
const broken = new Promise<never>((_, failed) => {
  worker.onerror = ({ message }) => failed(new Error(message ?? "The worker could not be loaded."));
});

globalThis.askVectors = (question) => {
  const answer = new Promise((answered, failed) => {
    worker.onmessage = ({ data }) =>
      data.error === undefined ? answered(data.answer) : failed(new Error(data.error));
    worker.postMessage(question);
  });
  return Promise.race([answer, broken]);
};
