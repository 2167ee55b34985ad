/**
 * Brings node_modules in step with package-lock.json, and says where the project's own Node is. Nothing is done when
 * they agree already.
 */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join, sep } from "node:path";

/** Node 24 as the `node` package unpacks it. */
export function ownNode(root) {
  return join(root, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
}

/**
 * Installs what is missing or out of date, with one line of progress on standard error. True when the project's Node
 * is ready; otherwise what to do has been said.
 */
export async function install(root) {
  if (!inStep(root) && !(await runNpm(root))) return false;
  if (existsSync(ownNode(root))) return true;
  console.error(
    "npm has installed the packages without running their install scripts, and one of them unpacks Node 24.\n" +
      "Run this once, then the same command again:\n\n  npm rebuild --ignore-scripts=false\n",
  );
  return false;
}

/** npm leaves in node_modules a copy of the lockfile, of what it really installed; it is compared with ours. */
function inStep(root) {
  const wanted = readPackages(join(root, "package-lock.json"));
  const installed = readPackages(join(root, "node_modules", ".package-lock.json"));
  if (wanted === undefined || installed === undefined) return false;
  const wantedPaths = Object.keys(wanted).filter((path) => path !== "");
  return (
    wantedPaths.every((path) => samePackage(wanted[path], installed[path])) &&
    Object.keys(installed).every((path) => Object.hasOwn(wanted, path))
  );
}

function samePackage(wanted, installed) {
  // An optional package of another platform is not installed.
  if (installed === undefined) return wanted.optional === true || wanted.devOptional === true;
  const sameCommands = JSON.stringify(wanted.bin) === JSON.stringify(installed.bin);
  return sameCommands && wanted.version === installed.version && wanted.integrity === installed.integrity;
}

function readPackages(path) {
  if (!existsSync(path)) return undefined;
  return JSON.parse(readFileSync(path, "utf8")).packages;
}

async function runNpm(root) {
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  const stopProgress = showProgress(seconds);
  const { code, output } = await npmCi(root);
  stopProgress();
  if (code === 0) {
    console.error(`Installed in ${seconds()} s.`);
    return true;
  }
  console.error(`${output.trim()}\n\nThe dependencies could not be installed; npm's words are above.`);
  console.error("When they speak of the network, look at it; then run the same command again.");
  return false;
}

/** A line that counts seconds on a terminal and stands still in a log. */
function showProgress(seconds) {
  const line = "Installing the dependencies, once";
  if (!process.stderr.isTTY) {
    console.error(`${line} …`);
    return () => undefined;
  }
  const draw = () => process.stderr.write(`\r${line} … ${seconds()} s`);
  draw();
  const timer = setInterval(draw, 1000);
  return () => {
    clearInterval(timer);
    process.stderr.write("\r\x1b[K");
  };
}

/**
 * The machine's npm on the machine's Node: the one in node_modules is about to be replaced. No package of ours is
 * compiled, so an npm whose `nodedir` points at the headers of another Node does no harm.
 */
function npmCi(root) {
  const options = ["--include=dev", "--loglevel=error", "--no-progress", "--no-audit", "--no-fund"];
  const modules = join(root, "node_modules") + sep;
  const path = (process.env.PATH ?? "").split(delimiter).filter((folder) => !folder.startsWith(modules));
  const npm = spawn("npm", ["ci", ...options], {
    cwd: root,
    env: { ...process.env, PATH: path.join(delimiter) },
    stdio: ["ignore", "pipe", "pipe"],
    shell: process.platform === "win32",
  });
  return new Promise((resolve) => {
    let output = "";
    const keep = (chunk) => {
      output += chunk;
    };
    npm.stdout.on("data", keep);
    npm.stderr.on("data", keep);
    npm.on("error", (error) => resolve({ code: 1, output: `npm could not be started: ${error.message}` }));
    npm.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}
