import type { MailHeader } from "./mail.ts";

/** A part as it is written. Its header fields are all there are, Content-Type with its boundary among them. */
export type WrittenPart<File> = {
  headers: readonly MailHeader[];
} & ({ body: Uint8Array | File } | { boundary: string; children: readonly WrittenPart<File>[] });

/** A mail's bytes in order; in the place of a file's stands the file. */
export function* writeParts<File>(part: WrittenPart<File>): Generator<Uint8Array | File> {
  const head = part.headers.map(({ name, value }) => `${name}:${value}\r\n`).join("");
  yield Buffer.from(`${head}\r\n`);
  if ("body" in part) {
    yield part.body;
    return;
  }
  for (const child of part.children) {
    yield Buffer.from(`\r\n--${part.boundary}\r\n`);
    yield* writeParts(child);
  }
  yield Buffer.from(`\r\n--${part.boundary}--\r\n`);
}
