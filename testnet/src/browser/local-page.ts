/** A page whose worker keeps mail in the browser. It only passes steps on to it. */
import type { LocalSteps } from "./local-worker.ts";

/** As much of a browser's as is used here. */
interface DedicatedWorker {
  postMessage(message: unknown): void;
  onmessage: ((event: MessageEvent) => void) | null;
  onerror: ((event: { message?: string }) => void) | null;
}
declare const Worker: new (url: URL, options: { type: "module" }) => DedicatedWorker;

export type LocalInput<Step extends keyof LocalSteps> = Parameters<LocalSteps[Step]>[0];
export type LocalOutput<Step extends keyof LocalSteps> = Awaited<ReturnType<LocalSteps[Step]>>;

declare global {
  /** In that page: what the worker answers. One step at a time. */
  var doLocalStep: <Step extends keyof LocalSteps>(
    step: Step,
    input: LocalInput<Step>,
  ) => Promise<LocalOutput<Step>>;
}

const worker = new Worker(new URL("./local-worker.ts", import.meta.url), { type: "module" });

/** Ends, badly, when the worker does, so that nobody waits for its answer. */
const broken = new Promise<never>((_, failed) => {
  worker.onerror = ({ message }) => failed(new Error(message ?? "The worker could not be loaded."));
});

globalThis.doLocalStep = <Step extends keyof LocalSteps>(step: Step, input: LocalInput<Step>) => {
  const answered = new Promise<LocalOutput<Step>>((done, failed) => {
    worker.onmessage = ({ data: { answer, error } }) =>
      error === undefined ? done(answer) : failed(new Error(error));
    worker.postMessage({ step, input });
  });
  return Promise.race([answered, broken]);
};
