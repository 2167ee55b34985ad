/** The bad cases of sealed bytes as streams: they fail in the one way, after nothing but what is authentic. */
import { concatBytes, equalBytes } from "../bytes.ts";
import { findSealedChunks, NotOpenedError, openStream } from "../sealed-stream.ts";
import {
  type BadSealedBytes,
  changed,
  headerBytes,
  patternOf,
  type SealedBytesVectors,
} from "./sealed-bytes.ts";
import type { VectorCase } from "./vector-case.ts";

const pieceBytes = 9_999;

export function sealedStreamCases(vectors: SealedBytesVectors): VectorCase[] {
  const expected = { whole: false, authentic: true };
  return vectors.bad.flatMap((vector) => [
    {
      name: `fails as a stream: ${vector.name}`,
      expected,
      async find() {
        const { key, context, sealed } = await changed(vector, vectors);
        return judge(vector, await outcomeOf(openStream(key, context, inPieces(sealed, pieceBytes))));
      },
    },
    {
      name: `fails from the middle: ${vector.name}`,
      expected,
      async find() {
        const { key, context, sealed } = await changed(vector, vectors);
        const whole = { header: sealed.subarray(0, headerBytes), sealedSize: sealed.length };
        const chunks = await findSealedChunks(key, context, whole);
        if (chunks === undefined) return expected;
        const rest = inPieces(sealed.subarray(headerBytes), pieceBytes);
        return judge(vector, await outcomeOf(chunks.openFrom(0, rest)));
      },
    },
  ]);
}

function judge({ authentic }: BadSealedBytes, { bytes, whole }: StreamOutcome) {
  return { whole, authentic: bytes.length <= authentic && equalBytes(bytes, patternOf(bytes.length)) };
}

/** What came out of a stream, and whether it ended well or with the one failure. */
interface StreamOutcome {
  bytes: Uint8Array;
  whole: boolean;
}

/** Throws what the stream throws when that is not NotOpenedError. */
export async function outcomeOf(stream: AsyncIterable<Uint8Array>): Promise<StreamOutcome> {
  const pieces: Uint8Array[] = [];
  try {
    for await (const piece of stream) pieces.push(piece);
    return { bytes: concatBytes(pieces), whole: true };
  } catch (error) {
    if (!(error instanceof NotOpenedError)) throw error;
    return { bytes: concatBytes(pieces), whole: false };
  }
}

export async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
