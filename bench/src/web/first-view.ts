/** What a browser has to load before the inbox stands there. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Page } from "playwright-core";

/** In kilobytes of a thousand bytes, as gzip makes them; fonts as they are, which are compressed in themselves. */
export interface FirstView {
  scriptKb: number;
  styleKb: number;
  pageKb: number;
  fontKb: number;
  /** Of the worker, which does not hold up the page. */
  workerKb: number;
  files: readonly string[];
}

const compress = promisify(gzip);

/** Of this page, whose rows have just been painted for the first time; `folder` is that of the built client. */
export async function readFirstView(page: Page, folder: string, paintedAtMs: number): Promise<FirstView> {
  const loaded = await page.evaluate(
    (untilMs) =>
      performance
        .getEntriesByType("resource")
        .filter(({ startTime }) => startTime < untilMs)
        .map(({ name }) => ({ path: new URL(name).pathname })),
    paintedAtMs,
  );
  // A font that the page before has used is named as well, though nothing is written in it.
  const families = await page.evaluate(() =>
    [...document.fonts].flatMap(({ family, status }) => (status === "unloaded" ? [] : [family])),
  );
  const isUsed = (path: string) =>
    !path.endsWith(".woff2") ||
    families.some((family) => path.startsWith(`/assets/${family.replaceAll('"', "").toLowerCase()}-`));
  const files = [...new Set(loaded.map(({ path }) => path))].filter(
    (path) => path.startsWith("/assets/") && isUsed(path),
  );
  const workers = new Set(page.workers().map((worker) => new URL(worker.url()).pathname));
  const sizes = { script: 0, style: 0, font: 0, worker: 0 };
  for (const path of new Set([...files, ...workers])) {
    const bytes = await readFile(join(folder, path));
    if (path.endsWith(".woff2")) sizes.font += bytes.length;
    else if (path.endsWith(".css")) sizes.style += (await compress(bytes)).length;
    else if (workers.has(path)) sizes.worker += (await compress(bytes)).length;
    else if (path.endsWith(".js")) sizes.script += (await compress(bytes)).length;
  }
  const index = await compress(await readFile(join(folder, "index.html")));
  return {
    scriptKb: sizes.script / 1_000,
    styleKb: sizes.style / 1_000,
    pageKb: index.length / 1_000,
    fontKb: sizes.font / 1_000,
    workerKb: sizes.worker / 1_000,
    files: files.filter((path) => !workers.has(path)),
  };
}
