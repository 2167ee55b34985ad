import { firstBytes, type OpenBlob } from "./open-blob.ts";

/** A blob's bytes whole; undefined for what is no blob of the account, and "tooLarge" for more than so many. */
export async function wholeBlob(
  openBlob: OpenBlob,
  of: Parameters<OpenBlob>[0],
  mostBytes: number,
): Promise<Uint8Array | "tooLarge" | undefined> {
  const blob = await openBlob(of);
  if (blob === undefined) return undefined;
  return blob.size > mostBytes ? "tooLarge" : firstBytes(blob.body, blob.size);
}
