import { type ArrivalFiles, openArrival, sealArrivalWith } from "../arrival-seal.ts";
import { fromBase64Url, toBase64Url } from "../base64.ts";
import { concatBytes, equalBytes } from "../bytes.ts";
import { sha256 } from "../digest.ts";
import { padStream, unpadFile } from "../padded-file.ts";
import { sealBytesWith } from "../sealed-bytes.ts";
import { fileContext } from "../sealed-file.ts";
import { openStream } from "../sealed-stream.ts";
import { importKemPublicKey } from "../x-wing.ts";
import type { XWingBackend } from "../x-wing-backend.ts";
import { encapsulateWith } from "../x-wing-javascript.ts";
import { toHex } from "./hex.ts";
import { patternOf } from "./sealed-bytes.ts";
import { inPieces, outcomeOf } from "./sealed-streams.ts";
import type { VectorCase } from "./vector-case.ts";
import { kemKeyOf } from "./x-wing.ts";

const pieceBytes = 99_999;
/** A file that is larger has chunks of so many (§20.5). */
const blobBytes = 8_388_608;

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
  attachments?: readonly { hash: string; size: number; chunks?: readonly string[] }[];
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
  /** The files of the message. */
  files?: readonly ArrivedFile[];
}

interface ArrivedFile {
  /** The byte at position i is i mod 251. */
  size: number;
  /** What it is sealed with. */
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
      expected: {
        text: textOf(vector),
        files: (vector.files ?? []).map(({ key }) => ({ key, opened: true })),
      },
      find: () => openWhole(vector, backend),
    })),
    ...good.map((vector) => ({
      name: `is sealed like this: ${vector.name}`,
      expected: vector.document,
      find: () => sealAgain(vector, backend),
    })),
    ...bad.map(({ name, change }) => ({
      name: `is not opened: ${name}`,
      expected: undefined,
      find: async () => (await open(changed(usual, change), backend))?.bytes,
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

async function open({ address, seed, document }: Arrived, backend: XWingBackend) {
  const { keyId, enc, wrap } = document.arrivalSeal;
  return openArrival({ address, keyId }, await kemKeyOf(seed, backend), {
    enc: fromBase64Url(enc),
    wrap: fromBase64Url(wrap),
    sealed: fromBase64Url(document.sealedMessage),
  });
}

async function openWhole(vector: ArrivalVector, backend: XWingBackend) {
  const opened = await open(vector, backend);
  if (opened === undefined) return undefined;
  const text = new TextDecoder().decode(opened.bytes);
  const files = (vector.files ?? []).map(async (file, place) => {
    const messageId = idIn(text);
    const key = await opened.fileKey(place);
    const sealed = inPieces(await sealedFile(file, { messageId, place }), pieceBytes);
    const stream = openStream(key, fileContext({ messageId, place }), sealed);
    const { bytes, whole } = await outcomeOf(unpadFile(file.size, stream));
    return { key: toBase64Url(key), opened: whole && equalBytes(bytes, patternOf(file.size)) };
  });
  return { text, files: await Promise.all(files) };
}

async function sealAgain(vector: ArrivalVector, backend: XWingBackend): Promise<ArrivalDocument> {
  const { address, document } = vector;
  const { suite, keyId } = document.arrivalSeal;
  const { publicKey } = await kemKeyOf(vector.seed, backend);
  const text = textOf(vector);
  const { enc, wrap, sealed, fileKey } = await sealArrivalWith(
    {
      key: fromBase64Url(vector.key),
      salt: fromBase64Url(vector.salt),
      encapsulate: async (key) => encapsulateWith(key.publicKey, fromBase64Url(vector.randomness)),
    },
    { address, keyId },
    await importKemPublicKey(publicKey),
    new TextEncoder().encode(text),
  );
  return {
    arrivalSeal: { suite, keyId, enc: toBase64Url(enc), wrap: toBase64Url(wrap) },
    sealedMessage: toBase64Url(sealed),
    ...(vector.files === undefined ? {} : { attachments: await sealFiles(vector.files, text, fileKey) }),
  };
}

function sealFiles(files: readonly ArrivedFile[], text: string, fileKey: ArrivalFiles["fileKey"]) {
  const messageId = idIn(text);
  return Promise.all(
    files.map(async (file, place) => {
      const key = toBase64Url(await fileKey(place));
      const sealed = await sealedFile({ ...file, key }, { messageId, place });
      const attachment = { hash: toHex(await sha256(sealed)), size: sealed.length };
      return sealed.length > blobBytes ? { ...attachment, chunks: await chunksOf(sealed) } : attachment;
    }),
  );
}

/** The id of the message that these are. */
function idIn(text: string): string {
  const { id } = JSON.parse(text);
  return id;
}

async function sealedFile(
  { size, key, salt }: ArrivedFile,
  where: { messageId: string; place: number },
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of padStream(size, inPieces(patternOf(size), pieceBytes))) pieces.push(piece);
  return sealBytesWith(fromBase64Url(salt), fromBase64Url(key), fileContext(where), concatBytes(pieces));
}

function chunksOf(sealed: Uint8Array): Promise<string[]> {
  const count = Math.ceil(sealed.length / blobBytes);
  return Promise.all(
    Array.from({ length: count }, async (_, at) =>
      toHex(await sha256(sealed.subarray(at * blobBytes, (at + 1) * blobBytes))),
    ),
  );
}
