/** The web client: a folder of files, read once at the start and given to browsers under a policy of their own. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Files } from "../env/env.ts";
import { type HttpHandler, type HttpRequest, type HttpResponse, singleHeader } from "./http.ts";

export interface Site {
  /** By their paths, each with its beginning `/`. */
  files: ReadonlyMap<string, SiteFile>;
}

interface SiteFile {
  headers: Readonly<Record<string, string>>;
  bytes: Uint8Array;
  /** As the build has compressed it (RFC 7932), where it did. */
  brotli: Uint8Array | undefined;
  etag: string;
}

/**
 * Nothing but what comes from the page's own origin, no script that a text has become (Trusted Types), and no frame around it. WASM
 * is the sign-in's (OPAQUE); `dompurify` cleans what is pasted into a letter, and its policy can be made once.
 */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "font-src 'self'",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types posthorn dompurify",
].join("; ");

/**
 * Of the page that shows somebody's HTML: a frame of the client's page and of no other, in an origin that is nobody's. It may
 * load nothing, not even a picture: those that are shown are in the message. No text becomes elements there that was not
 * cleaned.
 */
const framePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'unsafe-inline'",
  "img-src data: blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
  "require-trusted-types-for 'script'",
  "trusted-types dompurify",
  "sandbox allow-scripts allow-popups allow-popups-to-escape-sandbox",
].join("; ");

/** A link in a letter is looked up when somebody follows it, and not before. */
const lookUpHeaders = { "x-dns-prefetch-control": "off" };

const pageHeaders = {
  ...lookUpHeaders,
  "cross-origin-opener-policy": "same-origin",
  "permissions-policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
  "x-frame-options": "DENY",
};

/** A frame that is of no origin asks for its own script as a stranger (https://html.spec.whatwg.org/#fetch-a-single-module-script). */
const assetHeaders = { "access-control-allow-origin": "*" };

const types: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  ico: "image/x-icon",
  js: "text/javascript; charset=utf-8",
  json: "application/json",
  png: "image/png",
  svg: "image/svg+xml",
  txt: "text/plain; charset=utf-8",
  wasm: "application/wasm",
  webmanifest: "application/manifest+json",
  woff2: "font/woff2",
};

/** What programs call: an address of these that is typed into a browser is answered as a program is. */
const forPrograms: ReadonlySet<string> = new Set([
  ".well-known",
  "email",
  "health",
  "jmap",
  "keys",
  "openapi.json",
]);

/** Reads the client's folder; undefined when it has no `index.html`. Files in `assets/` are named by what is in them. */
export async function openSite(
  files: Pick<Files, "list" | "read">,
  folder: string,
): Promise<Site | undefined> {
  const found = new Map<string, SiteFile>();
  for (const under of ["", "assets", "icons"]) {
    for (const name of await files.list(join(folder, under))) {
      const extension = /\.([a-z0-9]+)$/.exec(name)?.[1];
      const type = extension === undefined ? undefined : types[extension];
      const bytes = type === undefined ? undefined : await files.read(join(folder, under, name));
      if (type === undefined || bytes === undefined) continue;
      const brotli = await files.read(join(folder, under, `${name}.br`));
      const path = under === "" ? `/${name}` : `/${under}/${name}`;
      found.set(path, siteFile(path, { type, bytes, brotli }));
    }
  }
  return found.has("/index.html") ? { files: found } : undefined;
}

function siteFile(
  path: string,
  { type, bytes, brotli }: { type: string; bytes: Uint8Array; brotli: Uint8Array | undefined },
): SiteFile {
  const etag = `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"`;
  const headers = {
    "content-type": type,
    "cache-control": path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache",
    "content-security-policy": path === "/message.html" ? framePolicy : pagePolicy,
    etag,
    vary: "accept-encoding",
    ...(path === "/index.html" ? pageHeaders : {}),
    ...(path === "/message.html" ? lookUpHeaders : {}),
    ...(path.startsWith("/assets/") ? assetHeaders : {}),
  };
  return { headers, bytes, brotli, etag };
}

/**
 * Answers browsers with the client: its files, and its page at each address that a person goes to, since it reads from the
 * address what to show. An invitation's link leads to where it is taken up. All else goes on.
 */
export function withSite(site: Site | undefined, handler: HttpHandler): HttpHandler {
  if (site === undefined) return handler;
  const page = site.files.get("/index.html");
  return async (request) => {
    if (request.method !== "GET" && request.method !== "HEAD") return handler(request);
    const file = request.path === "/" ? page : site.files.get(request.path);
    if (file !== undefined) return fileAnswer(request, file);
    if (page === undefined || forPrograms.has(request.path.split("/")[1] ?? "")) return handler(request);
    if (!isSomebodyGoing(request)) return byAccept(await handler(request));
    const invitation = /^\/auth\/invite\/([A-Za-z0-9_-]+)$/.exec(request.path)?.[1];
    return byAccept(invitation === undefined ? fileAnswer(request, page) : leadTo(`/welcome/${invitation}`));
  };
}

/** A person in a browser, by what it asks for (https://fetch.spec.whatwg.org/#concept-request-destination). */
function isSomebodyGoing({ headers }: HttpRequest): boolean {
  return (singleHeader(headers, "accept") ?? "").includes("text/html");
}

/** People and programs are answered differently at this address, which whoever keeps answers has to know (RFC 9110 §12.5.5). */
function byAccept(answer: HttpResponse): HttpResponse {
  const { vary } = answer.headers;
  return {
    ...answer,
    headers: { ...answer.headers, vary: vary === undefined ? "accept" : `accept, ${vary}` },
  };
}

function fileAnswer(request: HttpRequest, { headers, bytes, brotli, etag }: SiteFile): HttpResponse {
  if (singleHeader(request.headers, "if-none-match")?.includes(etag)) {
    return { status: 304, headers, body: new Uint8Array() };
  }
  const takesBrotli = /\bbr\b/.test(singleHeader(request.headers, "accept-encoding") ?? "");
  const smaller = takesBrotli ? brotli : undefined;
  const body = smaller ?? bytes;
  return {
    status: 200,
    headers: {
      ...headers,
      ...(smaller === undefined ? {} : { "content-encoding": "br" }),
      "content-length": String(body.length),
    },
    body: request.method === "HEAD" ? new Uint8Array() : body,
  };
}

function leadTo(path: string): HttpResponse {
  return { status: 302, headers: { location: path, "cache-control": "no-store" }, body: new Uint8Array() };
}
