import { makeRecoveryPhrase, readRecoveryPhrase, recoveryKey } from "../recovery-phrase.ts";
import { fromHex, toHex } from "./hex.ts";
import type { VectorCase } from "./vector-case.ts";

export interface RecoveryVectors {
  make: readonly { name: string; entropy: string; phrase: string }[];
  read: readonly {
    name: string;
    text: string;
    kind: string;
    entropy?: string;
    count?: number;
    unknownWords?: readonly { place: number; word: string; suggestions: readonly string[] }[];
  }[];
  keys: readonly { name: string; entropy: string; address: string; key: string }[];
}

/** Phrases made, typed phrases read, and the keys that come of them. */
export function recoveryPhraseCases(vectors: RecoveryVectors): VectorCase[] {
  return [
    ...vectors.make.map(({ name, entropy, phrase }) => ({
      name: `made from ${name}`,
      expected: phrase,
      find: async () => makeRecoveryPhrase(fromHex(entropy)),
    })),
    ...vectors.read.map(({ name, text, ...reading }) => ({
      name: `${reading.kind}: ${name}`,
      expected: reading,
      async find() {
        const found = readRecoveryPhrase(text);
        return found.kind === "phrase" ? { ...found, entropy: toHex(found.entropy) } : found;
      },
    })),
    ...vectors.keys.map(({ name, entropy, address, key }) => ({
      name: `the key of ${name}`,
      expected: key,
      find: async () => toHex(await recoveryKey(fromHex(entropy), address)),
    })),
  ];
}
