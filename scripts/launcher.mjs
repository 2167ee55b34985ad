/** How the command `posthorn` is typed, and where whoever typed it was. */
import { existsSync, realpathSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

/**
 * What starts `posthorn` in whichever folder it is typed: the name alone where PATH leads to this repository by it, else
 * the path of its launcher. Never npx, which asks the public registry for the name as soon as it is typed elsewhere.
 */
export function launcherOf(root, path = process.env.PATH ?? "") {
  const launcher = join(root, "scripts", "posthorn");
  const found = path
    .split(delimiter)
    // npm and npx put their own folders there, for what they start and nobody else.
    .filter((folder) => isAbsolute(folder) && !/[/\\]node_modules[/\\]\.bin[/\\]?$/.test(folder))
    .map((folder) => join(folder, "posthorn"))
    .find((file) => existsSync(file));
  const ours = [launcher, join(root, "cli", "bin", "posthorn.mjs")];
  return found !== undefined && ours.includes(realpathSync(found)) ? "posthorn" : launcher;
}

/** The folder in which a command was typed; npm runs its scripts in that of package.json, and says which it was. */
export function folderOfCaller(root, command, { environment = process.env, cwd = process.cwd() } = {}) {
  const { INIT_CWD: folder, npm_lifecycle_event: script, npm_package_json: page } = environment;
  const isByNpm = script === command && page === join(root, "package.json");
  return isByNpm && folder !== undefined ? folder : cwd;
}
