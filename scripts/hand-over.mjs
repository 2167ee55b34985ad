/** Hands over to the project's own Node 24; plain JavaScript, because any Node from 20 on begins here. */
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { ownNode } from "./install.mjs";
import { launcherOf } from "./launcher.mjs";

/**
 * One of our own programs, in the caller's folder, so that paths in its arguments mean what the caller meant. The
 * condition `source` leads every workspace to its `.ts` files, so nothing is built; what Node makes of them is kept.
 * POSTHORN_LAUNCHER tells it how `posthorn` is typed on this machine.
 */
export function program(root, entry, args, folder) {
  // Warnings that ML-KEM and the like are experimental in this Node tell a user nothing.
  // Most of what a server makes is forgotten within a request: with more room for what is new, less of it is looked
  // through twice (measured: a tenth of a busy server's time; an idle one is no larger).
  const room = "--max-semi-space-size=64";
  const flags = ["--conditions=source", "--disable-warning=ExperimentalWarning", room];
  const compiled = join(root, "node_modules", ".cache", "posthorn");
  return handOver(root, [...flags, join(root, entry), ...args], folder, {
    NODE_COMPILE_CACHE: compiled,
    POSTHORN_LAUNCHER: launcherOf(root),
  });
}

/** Runs the project's Node until it ends; its exit code is ours. */
export function handOver(root, argv, cwd, environment = {}) {
  const node = ownNode(root);
  const path = `${dirname(node)}${delimiter}${process.env.PATH ?? ""}`;
  const env = { ...environment, ...process.env, PATH: path };
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
