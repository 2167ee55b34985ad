/** A page of the sources as a browser gets it: bundled, and served under a policy as strict as the real one. */
import { createServer } from "node:http";
import { basename, dirname, extname } from "node:path";
import { build, defaultClientConditions, type Plugin, type Rolldown } from "vite";

/** As it is answered with. */
interface BundledFile {
  headers: Readonly<Record<string, string>>;
  body: string | Uint8Array;
}

/** By their paths, each with its beginning "/"; the page itself is at "/". They work under any path of a server. */
export type BundledFiles = ReadonlyMap<string, BundledFile>;

export interface ServedBundle {
  /** Where the page is; the browser takes it for a secure one. */
  origin: string;
  stop(): Promise<void>;
}

/** Nothing but what comes from the page's own origin, and calls to it: the server of the account. */
const policy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "connect-src 'self'",
  "worker-src 'self'",
].join("; ");

const contentTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".wasm": "application/wasm",
};

/**
 * Bundles the page at this path, an HTML file with the scripts and workers it names, from the sources of our
 * workspaces, and serves it from an origin of its own. Throws as `bundlePage` does.
 */
export async function serveBundle(page: string): Promise<ServedBundle> {
  const files = await bundlePage(page);
  const server = createServer((request, response) => {
    const file = files.get(request.url ?? "");
    if (file === undefined) response.writeHead(404).end();
    else response.writeHead(200, file.headers).end(file.body);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the bundle's server has no port");
  return {
    origin: `http://127.0.0.1:${address.port}`,
    stop: () =>
      new Promise((stopped) => {
        server.close(() => stopped());
        server.closeAllConnections();
      }),
  };
}

/** As `serveBundle`, and serves nothing. Throws Error when it cannot be bundled, or has something of Node's in it. */
export async function bundlePage(page: string): Promise<BundledFiles> {
  const built = await build({
    configFile: false,
    root: dirname(page),
    base: "./",
    // Its errors are thrown, and its warnings are about how long the page takes to load.
    logLevel: "silent",
    resolve: { conditions: ["source", ...defaultClientConditions] },
    plugins: [nothingOfNode()],
    worker: { format: "es", plugins: () => [nothingOfNode()] },
    build: {
      write: false,
      target: "esnext",
      modulePreload: false,
      rolldownOptions: { input: page },
    },
  });
  if ("on" in built) throw new Error("Vite watches where it was to build.");
  const outputs: readonly Rolldown.RolldownOutput[] = Array.isArray(built) ? built : [built];
  return new Map(
    outputs
      .flatMap(({ output }) => output)
      .map((file) => {
        const path = file.fileName === basename(page) ? "/" : `/${file.fileName}`;
        return [path, fileOf(file.fileName, file.type === "chunk" ? file.code : file.source)];
      }),
  );
}

function fileOf(name: string, body: string | Uint8Array): BundledFile {
  const headers = {
    "content-type": contentTypes[extname(name)] ?? "application/octet-stream",
    "content-security-policy": policy,
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
  };
  return { headers, body };
}

/** Vite would put something empty in the place of Node's modules, and nobody would know before it is called. */
function nothingOfNode(): Plugin {
  return {
    name: "nothing-of-node",
    enforce: "pre",
    resolveId(source, importer) {
      if (source.startsWith("node:"))
        this.error(`${importer ?? "The page"} imports ${source}, which no browser has.`);
    },
  };
}
