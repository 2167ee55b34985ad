const blockBytes = 512;

export interface TarEntry {
  name: string;
  bytes: Uint8Array;
}

/** The plain files of a tar archive (POSIX ustar), names as in their headers; everything else in it is passed over. */
export function readTar(archive: Uint8Array): TarEntry[] {
  const entries: TarEntry[] = [];
  let at = 0;
  while (at + blockBytes <= archive.length && archive[at] !== 0) {
    const field = (start: number, length: number) =>
      Buffer.from(archive.subarray(at + start, at + start + length))
        .toString("latin1")
        .replace(/\0.*$/s, "");
    const size = Number.parseInt(field(124, 12), 8);
    if (!Number.isSafeInteger(size)) throw new Error("The archive is not a tar file.");
    const type = field(156, 1);
    const start = at + blockBytes;
    if (type === "0" || type === "")
      entries.push({ name: field(0, 100), bytes: archive.slice(start, start + size) });
    at = start + Math.ceil(size / blockBytes) * blockBytes;
  }
  return entries;
}
