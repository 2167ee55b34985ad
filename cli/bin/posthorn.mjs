#!/usr/bin/env node
/**
 * The command `posthorn` as npm links it. Any Node from 20 on can start it; it hands over to the project's own Node 24
 * with the arguments, the folder and the terminal it was given.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { program } from "../../scripts/hand-over.mjs";
import { ownNode } from "../../scripts/install.mjs";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

if (existsSync(ownNode(root))) {
  process.exitCode = await program(root, "cli/src/main.ts", process.argv.slice(2), process.cwd());
} else {
  console.error(
    `posthorn: Its own Node is not installed yet.\nNext: run ${join(root, "scripts", "posthorn")} once; it installs what is missing.`,
  );
  process.exitCode = 1;
}
