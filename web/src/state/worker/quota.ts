/** How much the account holds, asked for now and then. */
import { readAccount } from "@posthorn/client";
import type { Desk } from "./desk.ts";

export interface Quota {
  usedBytes: number;
  mostBytes: number;
}

const freshMs = 600_000;
const kept = new WeakMap<Desk, { quota: Quota; atMs: number }>();

/** What was last said, when that was not long ago or nobody answers; null when nobody ever has. */
export async function readQuota(desk: Desk): Promise<Quota | null> {
  const known = kept.get(desk);
  if (known !== undefined && performance.now() - known.atMs < freshMs) return known.quota;
  try {
    const { usedBytes, quotaBytes } = await readAccount(desk.mail.session, { signal: desk.signal });
    const quota = { usedBytes, mostBytes: quotaBytes };
    kept.set(desk, { quota, atMs: performance.now() });
    return quota;
  } catch {
    return known?.quota ?? null;
  }
}
