import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { serveBundle } from "./bundle.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "posthorn-bundle-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** A page with this script. */
async function pageWith(script: string): Promise<string> {
  const page = join(folder, "page.html");
  await writeFile(page, '<!doctype html><script type="module" src="./script.ts"></script>');
  await writeFile(join(folder, "script.ts"), script);
  return page;
}

test("a page is served with its script, and with a policy for both", async () => {
  const bundle = await serveBundle(await pageWith('const text: string = "a text"; console.log(text);'));
  const page = await fetch(bundle.origin);
  const [, script] = /src="([^"]+)"/.exec(await page.text()) ?? [];
  const answer = await fetch(new URL(script ?? "", bundle.origin));
  expect(await answer.text()).toContain("a text");
  expect(answer.headers.get("content-type")).toContain("text/javascript");
  for (const { headers } of [page, answer]) {
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
  }
  expect((await fetch(new URL("/script.ts", bundle.origin))).status).toBe(404);
  await bundle.stop();
});

test.each([
  'import "node:crypto";',
  'new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });',
])("a page with something of Node's in it, or in its worker, is not bundled: %s", async (script) => {
  await writeFile(join(folder, "worker.ts"), 'import { hash } from "node:crypto"; console.log(hash);');
  await expect(serveBundle(await pageWith(script))).rejects.toThrow("imports node:crypto");
});
