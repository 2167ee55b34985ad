/** The web client as browsers get it: bundled, compressed, and put into a folder that a server serves. */
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";
import { build, defaultClientConditions, type Plugin } from "vite";
import { compiledWords } from "./compile-words.ts";
import { listFiles, nameBuild } from "./name-build.ts";

const web = fileURLToPath(new URL("..", import.meta.url));
const compress = promisify(brotliCompress);
const leastCompressed = 1_000;

const wake = join(web, "src", "state", "wake.ts");

/** Where `posthorn serve` looks for it. */
export const usualFolder = join(web, "dist", "site");

/**
 * Builds the client into this folder, which is emptied before. `isPseudo` adds a language for tests whose words are
 * longer and accented. Throws Error when it cannot be built, or has something of Node's in it.
 */
export async function buildSite({
  folder = usualFolder,
  isPseudo = false,
}: {
  folder?: string;
  isPseudo?: boolean;
} = {}): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  const before = process.env.NODE_ENV;
  // Vite goes by it: who builds for a test gets what everybody gets, and not React for those who work on it.
  process.env.NODE_ENV = "production";
  try {
    await bundle(folder, isPseudo);
    await writeServiceWorker(folder);
    await writeName(folder);
  } finally {
    if (before === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = before;
  }
  await compressAll(folder);
}

async function bundle(folder: string, isPseudo: boolean): Promise<void> {
  await build({
    configFile: false,
    root: web,
    logLevel: "error",
    // Paths from the root: the page is the same at each address within the client.
    base: "/",
    publicDir: join(web, "public"),
    resolve: { conditions: ["source", ...defaultClientConditions] },
    define: {
      "import.meta.env.PSEUDO": JSON.stringify(isPseudo),
      "import.meta.env.RELEASE": JSON.stringify(await releaseOf(web)),
    },
    plugins: [nothingOfNode(), compiledWords(), wakesFirst()],
    worker: { format: "es", plugins: () => [nothingOfNode(), compiledWords()] },
    build: {
      outDir: folder,
      emptyOutDir: true,
      target: "es2023",
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: {
        input: { index: join(web, "index.html"), message: join(web, "message.html") },
        output: {
          codeSplitting: { groups: [{ name: "begin", test: wake, priority: 1 }, { name: firstView() }] },
        },
      },
    },
  });
}

/**
 * All that the page begins with is one file, whatever else needs parts of it: each file more costs a browser a few
 * milliseconds. The beginning itself is not in it, because it waits for words, which need parts of it too.
 */
function firstView(): (id: string, graph: Graph) => string | null {
  const begins = join(web, "src", "main.tsx");
  let found: ReadonlySet<string> | undefined;
  return (id, graph) => {
    found ??= importedFrom(begins, graph);
    return id !== begins && found.has(id) ? "first" : null;
  };
}

interface Graph {
  getModuleInfo(id: string): { importedIds: readonly string[] } | null;
}

/** What is imported from there, and from that, without what is loaded later. */
function importedFrom(begins: string, graph: Graph): ReadonlySet<string> {
  const found = new Set([begins]);
  for (const id of found) for (const other of graph.getModuleInfo(id)?.importedIds ?? []) found.add(other);
  return found;
}

async function releaseOf(folder: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  return String(version);
}

/** Apart from the rest, because it names all of the rest. */
async function writeServiceWorker(folder: string): Promise<void> {
  const version = await nameBuild(folder);
  const files = (await listFiles(folder)).map((path) => `/${path}`);
  await build({
    configFile: false,
    root: web,
    logLevel: "error",
    publicDir: false,
    define: { siteList: JSON.stringify({ version, files }) },
    build: {
      outDir: folder,
      emptyOutDir: false,
      target: "es2023",
      modulePreload: false,
      rolldownOptions: {
        input: join(web, "src", "sw.ts"),
        output: { entryFileNames: "sw.js", format: "iife" },
      },
    },
  });
}

/** Says in the page what the build is called, by all of its files as they were before that. */
async function writeName(folder: string): Promise<void> {
  const path = join(folder, "index.html");
  const name = `<meta name="posthorn-build" content="${await nameBuild(folder)}" />`;
  const page = await readFile(path, "utf8");
  await writeFile(path, page.replace("</head>", `  ${name}\n  </head>`));
}

/** So that servers need not. */
async function compressAll(folder: string): Promise<void> {
  const names = await readdir(folder, { recursive: true });
  const texts = names.filter((name) => /\.(?:css|html|js|json|svg|wasm|webmanifest)$/.test(name));
  await Promise.all(
    texts.map(async (name) => {
      const bytes = await readFile(join(folder, name));
      if (bytes.length < leastCompressed) return;
      const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
      const smaller = await compress(bytes, { params });
      if (smaller.length < bytes.length) await writeFile(join(folder, `${name}.br`), smaller);
    }),
  );
}

/** Puts the script that begins the worker before the page's own: a browser runs them in their order, each when it is there. */
function wakesFirst(): Plugin {
  return {
    name: "wakes-first",
    transformIndexHtml: {
      order: "post",
      handler(_, { bundle, path }) {
        const found = Object.values(bundle ?? {}).find(
          (file) => file.type === "chunk" && file.moduleIds.includes(wake),
        );
        if (path !== "/index.html") return [];
        if (found === undefined) throw new Error("The script that begins the worker was not built.");
        const attrs = { type: "module", crossorigin: true, src: `/${found.fileName}` };
        return [{ tag: "script", attrs, injectTo: "head-prepend" }];
      },
    },
  };
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
