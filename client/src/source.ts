import { fail } from "@posthorn/protocol";

/** Where a file's bytes come from: a file on disk, a browser's Blob, memory. */
export interface Source {
  readonly sizeBytes: number;
  /** The bytes from `offset` on, `length` of them, in pieces; may be asked for again. */
  read(offset: number, length: number): AsyncIterable<Uint8Array>;
}

/** Where a file's bytes go. What was written before a stop is still there at the next start. */
export interface Sink {
  /** How many bytes are there already, from an earlier start. */
  keptBytes(): Promise<number>;
  /** Bytes that are there. */
  read(offset: number, length: number): AsyncIterable<Uint8Array>;
  write(offset: number, bytes: Uint8Array): Promise<void>;
  /** Called once all is there and verified; cuts off what is beyond `sizeBytes`. */
  finish(sizeBytes: number): Promise<void>;
}

export interface Progress {
  doneBytes: number;
  totalBytes: number;
  /** How fast it has moved in the last seconds; undefined until that can be said. */
  bytesPerS: number | undefined;
}

export interface TransferOptions {
  /** Called as bytes move; `doneBytes` never falls. */
  onProgress?: ((progress: Progress) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** As `source.read`; throws ProblemError `blobMismatch` when the source has become another length meanwhile. */
export async function* readExactly(
  source: Source,
  offset: number,
  length: number,
): AsyncGenerator<Uint8Array, void> {
  let leftBytes = length;
  for await (const piece of source.read(offset, length)) {
    leftBytes -= piece.length;
    if (leftBytes < 0) break;
    yield piece;
  }
  if (leftBytes !== 0) fail("blobMismatch", "The file changed while it was being read. Send it again.");
}

export function bytesSource(bytes: Uint8Array): Source {
  return {
    sizeBytes: bytes.length,
    async *read(offset, length) {
      if (length > 0) yield bytes.subarray(offset, offset + length);
    },
  };
}

/** A file a person has chosen in a browser, read piece by piece. */
export function blobSource(blob: Blob): Source {
  return {
    sizeBytes: blob.size,
    read: (offset, length) => piecesOf(blob.slice(offset, offset + length).stream()),
  };
}

/** By its reader, for not every browser can iterate a stream. */
async function* piecesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const reader = stream.getReader();
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel();
  }
}

/** Collects a file in memory; `bytes` gives what has been written. For small files. */
export function memorySink(): Sink & { bytes(): Uint8Array } {
  let content = new Uint8Array();
  return {
    bytes: () => content,
    keptBytes: async () => content.length,
    async *read(offset, length) {
      yield content.subarray(offset, offset + length);
    },
    async write(offset, bytes) {
      const wanted = offset + bytes.length;
      if (wanted > content.length) {
        const grown = new Uint8Array(wanted);
        grown.set(content);
        content = grown;
      }
      content.set(bytes, offset);
    },
    async finish(sizeBytes) {
      content = content.subarray(0, sizeBytes);
    },
  };
}
