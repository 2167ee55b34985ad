import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { ProblemError } from "@posthorn/protocol";
import { type KeptSession, parseKeptSession, type TokenKeeper } from "../token-keeper.ts";

const askAgainMs = 25;
/** Longer than the longest refresh; a lock as old as this was left by a program that is gone. */
const staleMs = 120_000;

/**
 * Keeps a sign-in in a file that only its owner can read, written so that a stop leaves the old or the new. A lock file
 * beside it makes programs that share it change it one at a time.
 */
export function fileKeeper(path: string): TokenKeeper {
  return {
    read: () => readKept(path),
    async update(change) {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const unlock = await lock(`${path}.lock`);
      try {
        const before = await readKept(path).catch(forgetDamaged);
        const after = await change(before);
        if (after === undefined) await rm(path, { force: true });
        else if (after !== before) await writeKept(path, after);
        return after;
      } finally {
        await unlock();
      }
    },
  };
}

async function readKept(path: string): Promise<KeptSession | undefined> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    if (isCode(error, "ENOENT")) return undefined;
    throw error;
  });
  return text === undefined ? undefined : parseKeptSession(text);
}

/** What is damaged can only be replaced, by signing in again. */
function forgetDamaged(error: unknown): undefined {
  if (error instanceof ProblemError && error.problem.code === "badJson") return undefined;
  throw error;
}

async function writeKept(path: string, kept: KeptSession): Promise<void> {
  const temporary = `${path}.${randomUUID()}`;
  const file = await open(temporary, "wx", 0o600);
  try {
    await file.writeFile(`${JSON.stringify(kept, null, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}

/** Takes the lock, waiting for whoever has it. A holder that is gone, killed in the middle, does not keep it. */
async function lock(path: string): Promise<() => Promise<void>> {
  while (true) {
    try {
      const file = await open(path, "wx", 0o600);
      await file.writeFile(String(process.pid));
      await file.close();
      return () => rm(path, { force: true });
    } catch (error) {
      if (!isCode(error, "EEXIST")) throw error;
    }
    if (await isAbandoned(path)) await rm(path, { force: true });
    else await wait(askAgainMs);
  }
}

async function isAbandoned(path: string): Promise<boolean> {
  try {
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > staleMs) return true;
    const pid = Number(await readFile(path, "utf8"));
    return pid > 0 && !isRunning(pid);
  } catch (error) {
    // Given back while we looked.
    if (isCode(error, "ENOENT")) return false;
    throw error;
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return !isCode(error, "ESRCH");
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
