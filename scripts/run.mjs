/**
 * The one runner behind `npm run …`: plain JavaScript for any Node from 20 on, without dependencies, because it is what
 * a fresh clone starts with. It installs what is missing and hands over to the project's own Node 24, which runs the
 * TypeScript sources as they are.
 */
import { readdirSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { handOver, program } from "./hand-over.mjs";
import { install } from "./install.mjs";
import { folderOfCaller } from "./launcher.mjs";
import { buildSite, ensureSite } from "./site.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const tools = {
  biome: join(root, "node_modules/@biomejs/biome/bin/biome"),
  knip: join(root, "node_modules/knip/bin/knip.js"),
  tsc: join(root, "node_modules/typescript/bin/tsc"),
  vitest: join(root, "node_modules/vitest/vitest.mjs"),
};

const commands = {
  posthorn: async (args) =>
    args[0] === "serve" && !(await ensureSite(root)) ? 1 : own("cli/src/main.ts", args),
  demo: async (args) => ((await ensureSite(root)) ? own("testnet/src/demo.ts", args) : 1),
  bench: (args) => own("bench/src/main.ts", args),
  vectors: (args) => own("testnet/src/vectors.ts", args),
  screenshots: (args) => own("testnet/src/screenshots.ts", args),
  test: (args) => test(args),
  check: () => check(),
  build: async (args) => (await types(args)) || buildSite(root),
  fix: (args) => tool("biome", ["check", "--write", ...(args.length === 0 ? ["."] : args)]),
};

const [command = "", ...args] = process.argv.slice(2);
process.exitCode = await main();

async function main() {
  if (Number(process.versions.node.split(".")[0]) < 20) {
    console.error(
      `This is Node ${process.versions.node}. Install Node 20 or newer and run the command again.`,
    );
    return 1;
  }
  if (!Object.hasOwn(commands, command)) {
    console.error(`There is no command “${command}”. There are: ${Object.keys(commands).join(", ")}.`);
    return 2;
  }
  if (!(await install(root))) return 1;
  return commands[command](args);
}

function own(entry, args) {
  return program(root, entry, args, folderOfCaller(root, command));
}

/**
 * TypeScript 7 remembers what it found wrong in a file and does not look again when only a JSON file has changed that it
 * imports: the catalogues of words are such, so what it remembers of the web client goes when they are newer.
 */
function types(args = []) {
  const kept = join(root, "web", "dist", ".tsbuildinfo");
  const keptAtMs = statSync(kept, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const messages = join(root, "web", "messages");
  const isStale = readdirSync(messages).some((name) => statSync(join(messages, name)).mtimeMs > keptAtMs);
  if (isStale) rmSync(kept, { force: true });
  return tool("tsc", ["-b", ...args]);
}

/** The types are part of the test: where they do not hold, no test is run. */
async function test(args) {
  const code = await types();
  if (code === 0) return tool("vitest", ["run", ...args]);
  console.log("\nThe types do not hold, so no test was run.\n0 passed, 1 failed");
  return code;
}

async function check() {
  const parts = [
    ["format and lint", () => tool("biome", ["check", "--error-on-warnings", "."])],
    ["types", () => types()],
    ["nothing unused", () => tool("knip", [])],
  ];
  let worst = 0;
  for (const [what, run] of parts) {
    const code = await run();
    console.log(code === 0 ? `✓ ${what}` : `✗ ${what}`);
    if (worst === 0) worst = code;
  }
  return worst;
}

function tool(name, args) {
  return handOver(root, [tools[name], ...args], root);
}
