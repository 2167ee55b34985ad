/** The page of the SDK, which passes steps on to its worker, with the file chosen here, and offers files for saving. */
import type { SdkSteps } from "./sdk-worker.ts";

/** As much of a browser's as is used here. */
interface DedicatedWorker {
  postMessage(message: unknown): void;
  onmessage: ((event: MessageEvent) => void) | null;
  onerror: ((event: { message?: string }) => void) | null;
}
declare const Worker: new (url: URL, options: { type: "module" }) => DedicatedWorker;
declare const document: {
  querySelector(selector: "input"): { files: readonly File[] };
  createElement(name: "a"): { href: string; download: string; textContent: string };
  body: { append(element: object): void };
};

export type SdkInput<Step extends keyof SdkSteps> = Parameters<SdkSteps[Step]>[0];
export type SdkOutput<Step extends keyof SdkSteps> = Awaited<ReturnType<SdkSteps[Step]>>;

declare global {
  /** In that page: what the worker answers. One step at a time. */
  var doSdkStep: <Step extends keyof SdkSteps>(step: Step, input: SdkInput<Step>) => Promise<SdkOutput<Step>>;
}

const worker = new Worker(new URL("./sdk-worker.ts", import.meta.url), { type: "module" });

/** Ends, badly, when the worker does, so that nobody waits for its answer. */
const broken = new Promise<never>((_, failed) => {
  worker.onerror = ({ message }) => failed(new Error(message ?? "The worker could not be loaded."));
});

globalThis.doSdkStep = <Step extends keyof SdkSteps>(step: Step, input: SdkInput<Step>) => {
  const answered = new Promise<SdkOutput<Step>>((done, failed) => {
    worker.onmessage = ({ data: { answer, error, files } }) => {
      if (error !== undefined) return failed(new Error(error));
      for (const file of files) offer(file);
      done(answer);
    };
    const [file] = document.querySelector("input").files;
    worker.postMessage({ step, input, file });
  });
  return Promise.race([answered, broken]);
};

/** A link that saves the file where the browser saves files. */
function offer(file: File): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = file.name;
  link.textContent = file.name;
  document.body.append(link);
}
