/**
 * A PostgreSQL server of one's own for tests, trials and measurements, with the settings of a real one: it syncs. It
 * listens on a Unix socket that only its starter can reach, and ends when its starter does, even by kill -9, because it
 * then loses the pipe it is held by.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { access, lstat, mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import pg from "pg";
import {
  findPostgresPrograms,
  give,
  isReachable,
  makeTemporaryFolder,
  type PostgresPrograms,
  type RunAs,
} from "./postgres-programs.ts";

export interface PrivatePostgresOptions {
  /** Where the data is kept from one start to the next; without it the data goes with the server. */
  folder?: string;
  /** More settings, by their names in `postgresql.conf`. */
  settings?: Readonly<Record<string, string>>;
}

export interface PrivatePostgres {
  /** Of the database that is always there; `database` makes others. */
  url: string;
  /** Where the data lies. Started as root that may be elsewhere than asked, see `startPrivatePostgres`. */
  folder: string;
  /** URL of the database of this name, made when it is not there. */
  database(name: string): Promise<string>;
  stop(): Promise<void>;
}

const user = "posthorn";
const port = 5432;
const untilFreeMs = 10_000;
const lookMs = 100;
const keptErrorChars = 4_000;
/** Holds the server by a pipe: when its other end closes, whoever held it is gone. */
const heldByPipe =
  'exec 3<&0; "$0" "$@" </dev/null & server=$!; { cat <&3 >/dev/null; kill -INT "$server" 2>/dev/null; } & wait "$server"';

/**
 * Starts the server and resolves when it takes connections. PostgreSQL does not run as root: started by root it runs as
 * another user, and a folder that user cannot reach is replaced by one below the system's temporary folder, the same
 * at each start. Throws an Error whose message says what is missing.
 */
export async function startPrivatePostgres(options: PrivatePostgresOptions = {}): Promise<PrivatePostgres> {
  const programs = await findPostgresPrograms();
  const own = await makeTemporaryFolder(programs.as);
  const cleanUp = async () => {
    await rm(own, { recursive: true, force: true });
    await programs.remove();
  };
  try {
    const folder =
      options.folder === undefined ? join(own, "data") : await keptFolder(options.folder, programs);
    await makeCluster(programs, folder);
    const server = await launch(programs, folder, own, options.settings ?? {});
    const urlOf = (name: string) =>
      `postgres://${user}@localhost:${port}/${encodeURIComponent(name)}?host=${encodeURIComponent(own)}`;
    const url = urlOf("postgres");
    return {
      url,
      folder,
      async database(name) {
        await createDatabase(url, name);
        return urlOf(name);
      },
      async stop() {
        await end(server);
        await cleanUp();
      },
    };
  } catch (error) {
    await cleanUp();
    throw error;
  }
}

async function keptFolder(wanted: string, { as }: PostgresPrograms): Promise<string> {
  const folder = resolve(wanted);
  await mkdir(folder, { recursive: true });
  if (await isReachable(join(folder, ".."), as)) {
    await give(folder, as);
    return folder;
  }
  const name = `posthorn-pg-${createHash("sha256").update(folder).digest("hex").slice(0, 16)}`;
  const elsewhere = join((await isReachable(tmpdir(), as)) ? tmpdir() : "/tmp", name);
  await takeFolder(elsewhere, as);
  return elsewhere;
}

/** Everybody may write where this folder lies, so one that somebody else has put there is not touched. */
async function takeFolder(folder: string, as: RunAs): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
    await give(folder, as);
  } catch (error) {
    const found = await lstat(folder).catch(() => undefined);
    if (found === undefined) throw error;
    if (!found.isDirectory() || found.uid !== as.uid) throw new Error(`${folder} belongs to somebody else.`);
  }
}

async function makeCluster({ initdb, as }: PostgresPrograms, folder: string): Promise<void> {
  const exists = await access(join(folder, "PG_VERSION")).then(
    () => true,
    () => false,
  );
  if (exists) return;
  const child = spawn(
    initdb,
    ["-D", folder, "-U", user, "-A", "trust", "--encoding=UTF8", "--locale=C", "--no-sync"],
    { ...as, cwd: "/", stdio: ["ignore", "ignore", "pipe"] },
  );
  const said = keepErrors(child);
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`PostgreSQL could not make its data folder ${folder}. ${said()}`);
}

/** A server that has just lost its starter may still be ending in the same folder: it is waited for. */
async function launch(
  programs: PostgresPrograms,
  folder: string,
  socketFolder: string,
  settings: Readonly<Record<string, string>>,
): Promise<ChildProcess> {
  const given = { port: String(port), listen_addresses: "", lc_messages: "C", ...settings };
  const args = Object.entries(given).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  for (let waitedMs = 0; ; waitedMs += lookMs) {
    const child = spawn(
      "/bin/sh",
      ["-c", heldByPipe, programs.postgres, "-D", folder, "-k", socketFolder, ...args],
      { ...programs.as, cwd: "/", detached: true, stdio: ["pipe", "ignore", "pipe"] },
    );
    const said = keepErrors(child);
    if (await becomesReady(child, said)) return child;
    if (!said().includes("postmaster.pid") || waitedMs >= untilFreeMs)
      throw new Error(`PostgreSQL did not start in ${folder}. ${said()}`);
    await setTimeout(lookMs);
  }
}

function becomesReady(child: ChildProcess, said: () => string): Promise<boolean> {
  return new Promise((settle, reject) => {
    child.stderr?.on("data", () => {
      if (said().includes("ready to accept connections")) settle(true);
    });
    child.once("exit", () => settle(false));
    child.once("error", reject);
  });
}

/** The end of what it says, for the one who has to find out why it failed. */
function keepErrors(child: ChildProcess): () => string {
  let kept = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    kept = (kept + text).slice(-keptErrorChars);
  });
  return () => kept.trim();
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, "exit");
  server.stdin?.end();
  await ended;
}

async function createDatabase(url: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const known = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [name]);
    if (known.rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}
