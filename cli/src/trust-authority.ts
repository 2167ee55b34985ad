import { readFile } from "node:fs/promises";
import type { Home } from "@posthorn/client/node";

/** For local trials: trusts the authority in this file from here on, when one is given. */
export async function trustAuthority(home: Home, caFile: string | undefined): Promise<void> {
  if (caFile !== undefined) await home.trust(await readFile(caFile, "utf8"));
}
