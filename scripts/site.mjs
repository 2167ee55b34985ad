/** The web client's bundle, made when there is none or its sources are newer; plain JavaScript, as all that begins here. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { handOver } from "./hand-over.mjs";

const sources = [
  "web/src",
  "web/messages",
  "web/public",
  "web/build",
  "client/src",
  "crypto/src",
  "protocol/src",
];

/** True when the bundle is there and current; otherwise what went wrong has been said. */
export async function ensureSite(root) {
  if (isCurrent(root)) return true;
  console.error("Building the web client …");
  return (await buildSite(root)) === 0;
}

export function buildSite(root) {
  const entry = join(root, "web", "build", "main.ts");
  return handOver(root, ["--conditions=source", "--disable-warning=ExperimentalWarning", entry], root);
}

function isCurrent(root) {
  const builtAtMs = modifiedAtMs(join(root, "web/dist/site/index.html"));
  if (builtAtMs === undefined) return false;
  const pages = ["web/index.html", "web/message.html", "package-lock.json"].map((path) => join(root, path));
  const files = sources.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true }).map((name) => join(root, folder, name)),
  );
  return [...pages, ...files].every((path) => (modifiedAtMs(path) ?? 0) <= builtAtMs);
}

function modifiedAtMs(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}
