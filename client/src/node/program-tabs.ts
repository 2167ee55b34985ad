/** Locks between programs that share a folder, as tabs of a browser have them. */
import { chmodSync, closeSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as wait } from "node:timers/promises";
import { soloTabs, type Tabs } from "../local/tabs.ts";

const askAgainMs = 50;
const busyCode = 5;

/**
 * A lock is a file in the folder that SQLite holds exclusively, so it ends with the program that has it, however that
 * ends. Channels reach the same program only.
 */
export function programTabs(folder: string): Tabs {
  const { openChannel } = soloTabs();
  return {
    openChannel,
    async withLock(name, signal, work) {
      const path = join(folder, `${name.replaceAll(/[^a-zA-Z0-9@.-]+/g, "-")}.lock`);
      const held = await hold(path, signal);
      try {
        return await work();
      } finally {
        held.close();
      }
    },
  };
}

async function hold(path: string, signal: AbortSignal): Promise<DatabaseSync> {
  mkdirSync(join(path, ".."), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, "a", 0o600));
  chmodSync(path, 0o600);
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    while (!isHeldBy(database)) {
      signal.throwIfAborted();
      await wait(askAgainMs, undefined, { signal });
    }
    signal.throwIfAborted();
    return database;
  } catch (error) {
    database.close();
    throw signal.aborted ? signal.reason : error;
  }
}

function isHeldBy(database: DatabaseSync): boolean {
  try {
    database.exec("BEGIN EXCLUSIVE");
    return true;
  } catch (error) {
    if (error instanceof Error && "errcode" in error && error.errcode === busyCode) return false;
    throw error;
  }
}
