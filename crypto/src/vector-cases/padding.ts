import { paddedFileSize, paddedMessageSize, padMessage, unpadMessage } from "../padding.ts";
import { fromHex, toHex } from "./hex.ts";
import type { VectorCase } from "./vector-case.ts";

export interface PaddingVectors {
  sizes: readonly { name: string; size: number; message: number; file: number }[];
  unpad: readonly UnpadVector[];
}

interface UnpadVector {
  name: string;
  size: number;
  parts: readonly { at: number; hex: string }[];
  valid: boolean;
  hex?: string;
}

/** Padded sizes, and padded forms with the bytes in them, which padded anew are the same form. */
export function paddingCases(vectors: PaddingVectors): VectorCase[] {
  return [
    ...vectors.sizes.map(({ name, size, message, file }) => ({
      name: `the sizes: ${name}`,
      expected: { message, file },
      find: async () => ({ message: paddedMessageSize(size), file: paddedFileSize(size) }),
    })),
    ...vectors.unpad.map((vector) => ({
      name: `a padded form: ${vector.name}`,
      expected: vector.valid ? { bytes: vector.hex, again: toHex(paddedOf(vector)) } : undefined,
      async find() {
        const bytes = unpadMessage(paddedOf(vector));
        return bytes && { bytes: toHex(bytes), again: toHex(padMessage(bytes)) };
      },
    })),
  ];
}

function paddedOf({ size, parts }: UnpadVector): Uint8Array {
  const padded = new Uint8Array(size);
  for (const { at, hex } of parts) padded.set(fromHex(hex), at);
  return padded;
}
