import { openArrival, sealArrivalWith } from "../arrival-seal.ts";
import { fromBase64Url, toBase64Url } from "../base64.ts";
import { importKemPublicKey } from "../x-wing.ts";
import type { XWingBackend } from "../x-wing-backend.ts";
import { encapsulateWith } from "../x-wing-javascript.ts";
import type { VectorCase } from "./vector-case.ts";
import { kemKeyOf } from "./x-wing.ts";

/** As much of the file as this room knows of: its `documents` are the wire's. */
export interface ArrivalVectors {
  good: readonly ArrivalVector[];
  /** The name of the good one that the bad ones are made from. */
  base: string;
  bad: readonly { name: string; change: ArrivalChange }[];
}

interface ArrivalDocument {
  arrivalSeal: { suite: string; keyId: string; enc: string; wrap: string };
  sealedMessage: string;
}

interface Arrived {
  address: string;
  /** Of the epoch's key. */
  seed: string;
  document: ArrivalDocument;
}

interface ArrivalVector extends Arrived {
  name: string;
  text: string;
  /** The text comes so many times. */
  repeatText?: number;
  randomness: string;
  key: string;
  salt: string;
}

/** What is other than in the base. */
interface ArrivalChange {
  address?: string;
  seed?: string;
  arrivalSeal?: Partial<ArrivalDocument["arrivalSeal"]>;
  sealedMessage?: string;
}

/** Messages that this backend's key opens and such that it does not, and their sealing anew. */
export function arrivalCases({ good, base, bad }: ArrivalVectors, backend: XWingBackend): VectorCase[] {
  const usual = good.find(({ name }) => name === base);
  if (usual === undefined) throw new Error(`the vectors hold no case “${base}”`);
  return [
    ...good.map((vector) => ({
      name: `is opened: ${vector.name}`,
      expected: textOf(vector),
      find: () => open(vector, backend),
    })),
    ...good.map((vector) => ({
      name: `is sealed like this: ${vector.name}`,
      expected: vector.document,
      find: () => sealAgain(vector, backend),
    })),
    ...bad.map(({ name, change }) => ({
      name: `is not opened: ${name}`,
      expected: undefined,
      find: () => open(changed(usual, change), backend),
    })),
  ];
}

function textOf({ text, repeatText = 1 }: ArrivalVector): string {
  return text.repeat(repeatText);
}

function changed({ address, seed, document }: Arrived, change: ArrivalChange): Arrived {
  return {
    address: change.address ?? address,
    seed: change.seed ?? seed,
    document: {
      arrivalSeal: { ...document.arrivalSeal, ...change.arrivalSeal },
      sealedMessage: change.sealedMessage ?? document.sealedMessage,
    },
  };
}

async function open(
  { address, seed, document }: Arrived,
  backend: XWingBackend,
): Promise<string | undefined> {
  const { keyId, enc, wrap } = document.arrivalSeal;
  const bytes = await openArrival({ address, keyId }, await kemKeyOf(seed, backend), {
    enc: fromBase64Url(enc),
    wrap: fromBase64Url(wrap),
    sealed: fromBase64Url(document.sealedMessage),
  });
  return bytes && new TextDecoder().decode(bytes);
}

async function sealAgain(vector: ArrivalVector, backend: XWingBackend): Promise<ArrivalDocument> {
  const { address, document } = vector;
  const { suite, keyId } = document.arrivalSeal;
  const { publicKey } = await kemKeyOf(vector.seed, backend);
  const { enc, wrap, sealed } = await sealArrivalWith(
    {
      key: fromBase64Url(vector.key),
      salt: fromBase64Url(vector.salt),
      encapsulate: async (key) => encapsulateWith(key.publicKey, fromBase64Url(vector.randomness)),
    },
    { address, keyId },
    await importKemPublicKey(publicKey),
    new TextEncoder().encode(textOf(vector)),
  );
  return {
    arrivalSeal: { suite, keyId, enc: toBase64Url(enc), wrap: toBase64Url(wrap) },
    sealedMessage: toBase64Url(sealed),
  };
}
