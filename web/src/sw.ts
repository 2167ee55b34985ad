/**
 * The service worker: the client's own files are kept whole, so that it starts at once and without a network, and stays the
 * same until somebody agrees to a newer one. It never touches what is asked of the server itself.
 */

export type { SiteList };

interface ExtendableEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}

interface FetchEvent extends ExtendableEvent {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}

/** As much of a worker's scope as is used here (https://www.w3.org/TR/service-workers/). */
interface Scope {
  addEventListener(type: "install" | "activate", listener: (event: ExtendableEvent) => void): void;
  addEventListener(type: "fetch", listener: (event: FetchEvent) => void): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
  skipWaiting(): Promise<void>;
  readonly clients: { claim(): Promise<void> };
  readonly registration: { readonly scope: string };
}

declare const self: Scope;

/** Written by the build (build-site.ts): the files of this version, and its name. */
interface SiteList {
  version: string;
  files: string[];
}

/** Put in by the build, so that another version is another worker. */
declare const siteList: SiteList;

const cacheName = `posthorn ${siteList.version}`;
const page = "/index.html";

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches.open(cacheName).then((cache) =>
      // Not from the browser's own cache, which may hold another version of a page.
      cache.addAll(siteList.files.map((path) => new Request(path, { cache: "reload" }))),
    ),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOthers().then(() => self.clients.claim()));
});

self.addEventListener("message", ({ data }) => {
  if (data === "useThisVersion") void self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const url = new URL(request.url);
  if (url.origin !== new URL(self.registration.scope).origin) return;
  const path = request.mode === "navigate" ? pageFor(url) : url.pathname;
  if (path === undefined || !siteList.files.includes(path)) return;
  event.respondWith(keptOr(path, request));
});

/** What programs call is not the client's, nor is an invitation's link, which the server leads on. */
function pageFor({ pathname }: URL): string | undefined {
  if (/^\/(?:\.well-known|auth|email|health|jmap|keys|openapi\.json)(?:\/|$)/.test(pathname))
    return undefined;
  return siteList.files.includes(pathname) ? pathname : page;
}

async function keptOr(path: string, request: Request): Promise<Response> {
  const cache = await caches.open(cacheName);
  return (await cache.match(path)) ?? fetch(request);
}

async function forgetOthers(): Promise<void> {
  const names = await caches.keys();
  const others = names.filter((name) => name.startsWith("posthorn ") && name !== cacheName);
  await Promise.all(others.map((name) => caches.delete(name)));
}
