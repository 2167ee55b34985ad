import { randomBytes } from "./random-bytes.ts";

const block = randomBytes(65_536);

/** So many bytes, in pieces as a disk gives them, without work of their own. */
export async function* plaintextOf(
  size: number,
  pieceBytes = block.length,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  for (let left = size; left > 0; left -= pieceBytes) yield block.subarray(0, Math.min(left, pieceBytes));
}

export async function* flowOf<Piece extends Uint8Array>(
  pieces: readonly Piece[],
): AsyncGenerator<Piece, void, undefined> {
  yield* pieces;
}

export async function collect<Piece extends Uint8Array>(flow: AsyncIterable<Piece>): Promise<Piece[]> {
  const pieces: Piece[] = [];
  for await (const piece of flow) pieces.push(piece);
  return pieces;
}

/** Lets all of it come and go. Throws Error when it is not so many bytes. */
export async function drain(flow: AsyncIterable<Uint8Array>, size: number): Promise<void> {
  let came = 0;
  for await (const { length } of flow) came += length;
  if (came !== size) throw new Error(`Of ${size} bytes ${came} came.`);
}
