import { inflateRawSync } from "node:zlib";

const endMark = 0x06054b50;

/** The files of a zip by their names, as texts. For those of one part that are deflated, as exports are. */
export function readZip(zip: Buffer): Map<string, string> {
  let end = zip.length - 22;
  while (end > 0 && zip.readUInt32LE(end) !== endMark) end--;
  const files = new Map<string, string>();
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const [nameLength, extraLength, noteLength] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset));
    const nameEnd = at + 46 + (nameLength ?? 0);
    const local = zip.readUInt32LE(at + 42);
    const begin = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    // What comes after the end of the deflated bytes is not looked at.
    files.set(zip.toString("utf8", at + 46, nameEnd), inflateRawSync(zip.subarray(begin)).toString("utf8"));
    at = nameEnd + (extraLength ?? 0) + (noteLength ?? 0);
  }
  return files;
}
