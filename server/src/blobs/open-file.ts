import type { Files } from "../env/env.ts";

/**
 * A file's bytes from the start, undefined when there is none. The file is opened with the first piece that is asked
 * for, so whoever gets the bytes and never reads them (the peer was not reached, the client has gone) holds nothing open.
 */
export async function openFile(
  files: Pick<Files, "sizeBytes" | "stream">,
  path: string,
): Promise<AsyncIterable<Uint8Array> | undefined> {
  return (await files.sizeBytes(path)) === undefined ? undefined : pieces(files, path);
}

async function* pieces(files: Pick<Files, "stream">, path: string): AsyncGenerator<Uint8Array> {
  const stream = await files.stream(path);
  if (stream === undefined) throw new Error("a file went away before it was read");
  yield* stream;
}
