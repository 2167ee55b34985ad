/**
 * The service worker: the client's own files are kept whole, so that it starts at once and without a network, and stays the
 * same until somebody agrees to a newer one or has closed all of its pages. Pages of the version before keep their files. It
 * never touches what is asked of the server itself. It also shows what is told of new mail (notify/service.ts).
 */
import { notifying } from "./notify/service.ts";
import type { ToService } from "./notify/told.ts";

export type { SiteList };

interface ExtendableEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}

interface FetchEvent extends ExtendableEvent {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}

type OfNotifications = Parameters<typeof notifying>[0];

/** As much of a worker's scope as is used here (https://www.w3.org/TR/service-workers/). */
interface Scope {
  addEventListener(
    type: "push",
    listener: (event: ExtendableEvent & { readonly data: { text(): string } | null }) => void,
  ): void;
  addEventListener(
    type: "notificationclick",
    listener: (
      event: ExtendableEvent & {
        readonly notification: Parameters<ReturnType<typeof notifying>["pressed"]>[0];
      },
    ) => void,
  ): void;
  addEventListener(type: "install" | "activate", listener: (event: ExtendableEvent) => void): void;
  addEventListener(type: "fetch", listener: (event: FetchEvent) => void): void;
  addEventListener(
    type: "message",
    listener: (event: ExtendableEvent & { readonly data: string | ToService }) => void,
  ): void;
  readonly navigator: OfNotifications["navigator"];
  skipWaiting(): Promise<void>;
  readonly clients: {
    claim(): Promise<void>;
  } & OfNotifications["clients"];
  readonly registration: {
    readonly scope: string;
    readonly waiting: unknown;
    readonly installing: unknown;
  } & OfNotifications["registration"];
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
const notifications = notifying(self);

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches.open(cacheName).then((cache) =>
      // Not from the browser's own cache, which may hold another version of a page.
      cache.addAll(siteList.files.map((path) => new Request(path, { cache: "reload" }))),
    ),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(self.clients.claim().then(forgetOthers));
});

self.addEventListener("message", (event) => {
  if (event.data === "useThisVersion") void self.skipWaiting();
  else if (event.data === "pageIsHere") event.waitUntil(forgetOthers());
  else if (typeof event.data === "object") event.waitUntil(notifications.said(event.data));
});

self.addEventListener("push", (event) => event.waitUntil(notifications.pushed(event.data?.text() ?? "")));

self.addEventListener("notificationclick", (event) =>
  event.waitUntil(notifications.pressed(event.notification)),
);

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const url = new URL(request.url);
  if (url.origin !== new URL(self.registration.scope).origin) return;
  const path = request.mode === "navigate" ? pageFor(url) : url.pathname;
  if (path === undefined) return;
  if (siteList.files.includes(path)) event.respondWith(keptOr(path, request));
  // Of another version, whose pages may still be there: what is in such a file is in its name.
  else if (path.startsWith("/assets/")) event.respondWith(keptByAnyOr(path, request));
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

async function keptByAnyOr(path: string, request: Request): Promise<Response> {
  return (await caches.match(path)) ?? fetch(request);
}

/** Files of other versions, unless a page may still be made of them, or is about to be. */
async function forgetOthers(): Promise<void> {
  const { waiting, installing } = self.registration;
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  if (waiting !== null || installing !== null || pages.length > 1) return;
  const names = await caches.keys();
  const others = names.filter((name) => name.startsWith("posthorn ") && name !== cacheName);
  await Promise.all(others.map((name) => caches.delete(name)));
}
