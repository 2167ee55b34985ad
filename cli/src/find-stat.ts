import type { Stats } from "node:fs";
import { stat } from "node:fs/promises";

/** What is at a path, undefined when nothing is. */
export async function findStat(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    // What lies below a file does not exist either.
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}
