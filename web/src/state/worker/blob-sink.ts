/** A file that comes in pieces, kept as a browser keeps large things: on its disk where memory is short. */
import { blobSource, type Sink } from "@posthorn/client";

export interface BlobSink extends Sink {
  /** What has come, as a file of this type. */
  blob(type: string): Blob;
}

export function blobSink(): BlobSink {
  let whole = new Blob([]);
  return {
    keptBytes: async () => whole.size,
    read: (offset, length) => blobSource(whole).read(offset, length),
    async write(offset, bytes) {
      const after = offset + bytes.length;
      whole = new Blob([whole.slice(0, offset), new Uint8Array(bytes), whole.slice(after)]);
    },
    async finish(sizeBytes) {
      whole = whole.slice(0, sizeBytes);
    },
    blob: (type) => whole.slice(0, whole.size, isPlainType(type) ? type : "application/octet-stream"),
  };
}

/** Other types are for showing, and a file is saved: what a browser would run in this page's origin is of none. */
function isPlainType(type: string): boolean {
  return /^(?:image\/(?:png|jpeg|gif|webp|avif|bmp)|audio\/[a-z0-9.+-]+|video\/[a-z0-9.+-]+|text\/plain)$/i.test(
    type,
  );
}
