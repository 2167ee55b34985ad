import { join } from "node:path";

const folderDigits = 2;

/** True for the name of a blob: a SHA-256 in 64 lower-case hex digits, and no other text. */
export function isHash(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

/**
 * Where a blob lies: `<folder>/<first two hex digits>/<hash>`. Names that people give to files are never paths (threats
 * C6), so whatever is not a hash stops here.
 */
export function blobPath(folder: string, hash: string): string {
  if (!isHash(hash)) throw new Error("a blob's name is its hash");
  return join(blobFolder(folder, hash), hash);
}

/** The folder a blob lies in, by its hash or the first digits of it. */
export function blobFolder(folder: string, hash: string): string {
  return join(folder, hash.slice(0, folderDigits));
}

/** `00` to `ff`: the names of the folders. */
export const prefixes: readonly string[] = Array.from({ length: 16 ** folderDigits }, (_, index) =>
  index.toString(16).padStart(folderDigits, "0"),
);
