/** A browser watched for what hostile mail wants of it: a script that runs, a breach of a policy, a request that leaves. */
import { createServer } from "node:net";
import type { BrowserContext } from "playwright-core";

export interface BrowserWatch {
  /** What has run or tried to, and what was asked for that is none of the client's own. */
  readonly found: readonly string[];
}

/** Before the first page of the context is opened. `origin` is the client's own. */
export async function watchBrowser(context: BrowserContext, origin: string): Promise<BrowserWatch> {
  const found: string[] = [];
  await context.addInitScript(() => {
    const note = (what: string) => console.error(`HOSTILE ${what}`);
    for (const name of ["alert", "confirm", "prompt", "print"]) {
      Reflect.set(globalThis, name, (...words: unknown[]) => note(`${name} ${words.join(" ")}`));
    }
    addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sample }) => {
      // A text is parsed into a document that nobody sees before it is cleaned, and there its `base` is refused already.
      if (effectiveDirective !== "base-uri") note(`breach of ${effectiveDirective} ${blockedURI} ${sample}`);
    });
  });
  context.on("console", (message) => {
    if (message.text().startsWith("HOSTILE ")) found.push(message.text());
  });
  context.on("dialog", (dialog) => {
    found.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  context.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol === "blob:" || url.protocol === "data:") return;
    const isOwn = url.origin === origin && (isCall(request.resourceType()) || isOfTheSite(url.pathname));
    if (!isOwn) found.push(`request of ${request.resourceType()} ${url.href}`);
  });
  context.on("page", (page) => found.push(`page ${page.url()}`));
  return { found };
}

/** What only a script can ask for. */
function isCall(type: string): boolean {
  return type === "fetch" || type === "xhr" || type === "eventsource";
}

function isOfTheSite(path: string): boolean {
  return /^\/(?:assets\/[\w.-]+|icons\/[\w.-]+|message\.html|[\w-]+\.(?:svg|png|ico|webmanifest|js)|[a-z-]+(?:\/[\w-]+)?)?$/.test(
    path,
  );
}

export interface CanaryHost {
  /** For the browser's command line: all hosts but those of tests are this one. */
  readonly args: readonly string[];
  /** How often somebody has connected, also to look ahead. */
  readonly connections: number;
  close(): Promise<void>;
}

/** Stands for every other host there is, so that a connection is seen that no request tells of. */
export async function startCanaryHost(): Promise<CanaryHost> {
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket.destroy();
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the canary has no port");
  const rules = `MAP * 127.0.0.1:${address.port}, EXCLUDE *.localhost, EXCLUDE localhost, EXCLUDE 127.0.0.1`;
  return {
    args: [`--host-resolver-rules=${rules}`],
    get connections() {
      return connections;
    },
    close: () => new Promise((closed) => server.close(() => closed())),
  };
}
