/** The bytes of blobs, whatever they are of. */

/** Undefined for what is no blob of the account. */
export type OpenBlob = (of: {
  accountId: number;
  blobId: string;
}) => Promise<{ size: number; body: AsyncIterable<Uint8Array> } | undefined>;

/** So many bytes from the start, or all when there are fewer. */
export async function firstBytes(body: AsyncIterable<Uint8Array>, most: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body) {
    pieces.push(piece.subarray(0, most - length));
    length += piece.length;
    if (length >= most) break;
  }
  return Buffer.concat(pieces);
}
