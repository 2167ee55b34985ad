import type { Hold } from "./large-turns.ts";
import { firstBytes, type OpenBlob } from "./open-blob.ts";

/**
 * A blob's bytes whole, when `hold` lets them be; undefined for what is no blob of the account, and "tooLarge" for more
 * than so many.
 */
export async function wholeBlob(
  openBlob: OpenBlob,
  of: Parameters<OpenBlob>[0],
  mostBytes: number,
  hold: Hold,
): Promise<Uint8Array | "tooLarge" | undefined> {
  const blob = await openBlob(of);
  if (blob === undefined) return undefined;
  if (blob.size > mostBytes) return "tooLarge";
  await hold(blob.size);
  return firstBytes(blob.body, blob.size);
}
