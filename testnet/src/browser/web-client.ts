/** The web client as people use it: built as it is given out, on real servers, in a real browser. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSite } from "@posthorn/web/build";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { freePort } from "../free-port.ts";
import type { TestPerson } from "../people.ts";
import { startTestnet, type TestNode, type Testnet } from "../testnet.ts";
import { openBrowser } from "./open-browser.ts";

export interface WebClients {
  net: Testnet;
  browser: Browser;
  /** The folder of the client as it was built. */
  site: string;
  /** A browser of its own, with nothing stored; `faults` are errors that nobody expected. */
  open(node: TestNode, options?: OpenOptions): Promise<WebClient>;
  close(): Promise<void>;
}

interface OpenOptions extends BrowserContextOptions {
  /** By the door without TLS that a trial has for browsers. */
  isPlain?: boolean;
}

export interface WebClient {
  context: BrowserContext;
  page: Page;
  /** What the page threw and nobody caught, and errors in its console, as a breach of its policy is. */
  faults: string[];
  /** Goes to the sign-in, signs in, and waits for the inbox. */
  signIn(person: Pick<TestPerson, "address" | "password">): Promise<void>;
}

/** Servers that give out the client, and a browser. Whoever starts them closes them. */
export async function startWebClients(
  options: {
    names?: readonly string[];
    isPseudo?: boolean;
    /** Of the browser's command line. */
    args?: readonly string[];
    /** Of all servers, as their owners would set them. */
    settings?: Readonly<Record<string, string>>;
  } = {},
): Promise<WebClients> {
  const { names = ["alpha", "beta"], isPseudo = false, args = [], settings = {} } = options;
  const folder = await mkdtemp(join(tmpdir(), "posthorn-site-"));
  await buildSite({ folder, isPseudo });
  const pages = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await freePort()] as const)),
  );
  const net = await startTestnet({ names, wire: "sockets", settings: { ...settings, web: folder }, pages });
  const browser = await openBrowser(args);
  return {
    net,
    browser,
    site: folder,
    open: (node, usual = {}) => openClient(browser, node, usual),
    async close() {
      await browser.close();
      await net.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * What a browser says by itself of an answer that was none, and of a service worker from a server whose certificate it does not
 * trust: it keeps none then, though it was told to look at the pages all the same. Without a profile it has no push service.
 */
const ofTheBrowser =
  /^(?:Failed to load resource|An SSL certificate error occurred|An unknown error occurred when fetching the script|Chrome currently does not support the Push API in incognito)/;

/** A browser of its own, at a server's client. */
export async function openClient(
  browser: Browser,
  node: TestNode,
  { isPlain = false, ...options }: OpenOptions = {},
): Promise<WebClient> {
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    locale: "en-GB",
    viewport: { width: 1440, height: 900 },
    ...options,
  });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !ofTheBrowser.test(message.text())) faults.push(message.text());
  });
  const { hostname } = new URL(node.endpoint);
  await page.goto(isPlain ? `http://${hostname}:${node.server.pagePort}` : node.endpoint);
  const client: WebClient = {
    context,
    page,
    faults,
    async signIn({ address, password }) {
      // A story may go on in another page.
      const { page } = client;
      await page.getByLabel("Address", { exact: true }).fill(address);
      await page.getByRole("textbox", { name: "Password" }).fill(password);
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("heading", { name: "Inbox" }).waitFor();
    },
  };
  return client;
}
