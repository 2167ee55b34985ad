/**
 * Canaries: texts that nobody else would ever write, put where they must not come out, and looked for in everything that
 * a server has kept or was told, in whatever spelling it may lie there.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** What must not be found, by name: a text, or bytes such as a key. */
export type Canaries = Readonly<Record<string, string | Uint8Array>>;

/** Something that a server has kept or was told. */
export interface Haystack {
  /** Where it was, for whoever reads that a canary was found there. */
  where: string;
  bytes: Buffer;
}

export interface Found {
  canary: string;
  spelling: string;
  where: string;
}

/** Every place in which one of the canaries lies in one of its spellings. */
export function findCanaries(canaries: Canaries, haystacks: Iterable<Haystack>): Found[] {
  const wanted = Object.entries(canaries).flatMap(([canary, content]) =>
    [...spellingsOf(content)].map(([spelling, bytes]) => ({ canary, spelling, bytes })),
  );
  const found: Found[] = [];
  for (const { where, bytes: haystack } of haystacks) {
    for (const { canary, spelling, bytes } of wanted) {
      if (haystack.includes(bytes)) found.push({ canary, spelling, where });
    }
  }
  return found;
}

/** The names of the canaries that were found, each once. */
export function namesOf(found: readonly Found[]): string[] {
  return [...new Set(found.map(({ canary }) => canary))].sort();
}

/**
 * How bytes may lie in other bytes: as they are, in hex, in base64 and base64url at each of the three places at which they
 * can begin within it, and a text in UTF-16.
 */
export function spellingsOf(content: string | Uint8Array): Map<string, Buffer> {
  const bytes = Buffer.from(typeof content === "string" ? Buffer.from(content, "utf8") : content);
  const spellings = new Map([
    ["raw", bytes],
    ["hex", Buffer.from(bytes.toString("hex"))],
    ["HEX", Buffer.from(bytes.toString("hex").toUpperCase())],
  ]);
  for (const shift of [0, 1, 2]) {
    const [base64, base64url] = [innerBase64(bytes, shift, "base64"), innerBase64(bytes, shift, "base64url")];
    spellings.set(`base64 from ${shift}`, Buffer.from(base64));
    if (base64url !== base64) spellings.set(`base64url from ${shift}`, Buffer.from(base64url));
  }
  if (typeof content === "string") {
    const utf16 = Buffer.from(content, "utf16le");
    spellings.set("utf16le", utf16).set("utf16be", Buffer.from(utf16).swap16());
  }
  return spellings;
}

/** The digits that hold nothing but these bytes when `shift` others stand before them. */
function innerBase64(bytes: Buffer, shift: number, encoding: "base64" | "base64url"): string {
  const digits = Buffer.concat([Buffer.alloc(shift), bytes]).toString(encoding);
  return digits.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6));
}

/** Every file below a folder: database, write-ahead log, blobs, keys and whatever else lies there. */
export async function readFilesBelow(folder: string): Promise<Haystack[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(paths.map(async (path) => ({ where: path, bytes: await readFile(path) })));
}
