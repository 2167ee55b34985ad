/**
 * The worker, begun by a script of its own that comes before all others: it reads itself and opens what is kept on the
 * device while the page is still being read.
 */
import { scriptUrl } from "./trusted.ts";
import workerPath from "./worker/main.ts?worker&url";

export const worker = new Worker(scriptUrl(new URL(workerPath, location.href)), { type: "module" });

/** Resolves when it has thrown for the first time, whenever that was. */
export const workerThrew = new Promise<void>((tell) => {
  worker.addEventListener("error", () => tell(), { once: true });
});
