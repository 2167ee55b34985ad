/**
 * The one runner behind `npm run …`: plain JavaScript for any Node from 20 on, without dependencies, because it is what
 * a fresh clone starts with. It installs what is missing and hands over to the project's own Node 24, which runs the
 * TypeScript sources as they are: the condition `source` leads every workspace to its `.ts` files, so nothing is built.
 */
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { install, ownNode } from "./install.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const node = ownNode(root);

const tools = {
  biome: join(root, "node_modules/@biomejs/biome/bin/biome"),
  knip: join(root, "node_modules/knip/bin/knip.js"),
  tsc: join(root, "node_modules/typescript/bin/tsc"),
  vitest: join(root, "node_modules/vitest/vitest.mjs"),
};

const commands = {
  posthorn: (args) => program("cli/src/main.ts", args),
  demo: (args) => program("testnet/src/demo.ts", args),
  bench: (args) => program("bench/src/main.ts", args),
  vectors: (args) => program("testnet/src/vectors.ts", args),
  test: (args) => test(args),
  check: () => check(),
  build: (args) => tool("tsc", ["-b", ...args]),
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

/** The types are part of the test: where they do not hold, no test is run. */
async function test(args) {
  const code = await tool("tsc", ["-b"]);
  if (code === 0) return tool("vitest", ["run", ...args]);
  console.log("\nThe types do not hold, so no test was run.\n0 passed, 1 failed");
  return code;
}

async function check() {
  const parts = [
    ["format and lint", () => tool("biome", ["check", "--error-on-warnings", "."])],
    ["types", () => tool("tsc", ["-b"])],
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

/** One of our own programs, in the caller's folder, so that paths in its arguments mean what the caller meant. */
function program(entry, args) {
  // Warnings that ML-KEM and the like are experimental in this Node tell a user nothing.
  const flags = ["--conditions=source", "--disable-warning=ExperimentalWarning"];
  return handOver([...flags, join(root, entry), ...args], process.cwd());
}

function tool(name, args) {
  return handOver([tools[name], ...args], root);
}

/** Runs the project's Node until it ends; its exit code is ours. */
function handOver(argv, cwd) {
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ""}` };
  const child = spawn(node, argv, { cwd, env, stdio: "inherit" });
  const letGo = passSignalsTo(child);
  return new Promise((resolve) => {
    const ended = (code) => {
      letGo();
      resolve(code);
    };
    child.on("error", (error) => {
      console.error(`${node} does not start on this machine: ${error.message}`);
      ended(1);
    });
    child.on("exit", (code, signal) => ended(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
}

/** What would end us ends the child, so that no server stays behind on its port. The answer ends the watch. */
function passSignalsTo(child) {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  // A terminal sends Ctrl-C to the child itself; what is sent to us alone is passed on.
  const passOn = (signal) => {
    if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
  };
  for (const signal of signals) process.on(signal, passOn);
  // npm, when it is ended, takes its shell along and not what the shell has started.
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.env.npm_lifecycle_event !== undefined && process.ppid !== parent) child.kill("SIGTERM");
  }, 500);
  return () => {
    clearInterval(watch);
    for (const signal of signals) process.off(signal, passOn);
  };
}
