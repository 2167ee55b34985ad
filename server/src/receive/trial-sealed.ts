/** For tests: accounts that take sealed mail, and what their owners can open. */
import {
  type Epoch,
  fileContext,
  findBase64Url,
  generateKemKey,
  generateSigningKey,
  type KemKey,
  keyIdOf,
  type OpenedArrival,
  openArrival,
  openStream,
  signStatement,
  toBase64Url,
  unpadFile,
} from "@posthorn/crypto";
import { attachmentsOf, findArrival, readMessage } from "@posthorn/protocol";
import { findNewestStatement, insertStatement } from "../store/key-store.ts";
import type { Store } from "../store/sql.ts";

export interface TrialEpoch {
  /** Of 1 to 255: which key. */
  number: number;
  from?: string;
  until?: string;
  /** The text of a key that nothing can be sealed to. */
  publicKey?: string;
}

export interface TrialOwner {
  accountId: number;
  address: string;
  /** What was sealed on arrival, in text; undefined when it is not that, or for somebody else. */
  open(bytes: Uint8Array): Promise<string | undefined>;
  /** A file of it, which was sealed on arrival as well, in text; throws when it is not that. */
  openFile(bytes: Uint8Array, place: number, sealed: AsyncIterable<Uint8Array>): Promise<string>;
}

const validFrom = "2026-11-01T00:00:00.000Z";

/** Adds a statement to an account: with these epochs, and as one that takes sealed mail unless it is said to be open. */
export async function sayKeys(
  store: Store,
  accountId: number,
  address: string,
  { epochs = [{ number: 1 }], policy = "sealed" }: { epochs?: TrialEpoch[]; policy?: "sealed" | "open" } = {},
): Promise<TrialOwner> {
  const identity = await generateSigningKey(new Uint8Array(32).fill(7));
  const keys = new Map<string, KemKey>();
  const said: Epoch[] = [];
  for (const { number, from = beginOf(number), until = "2027-01-30T00:00:00.000Z", publicKey } of epochs) {
    const key = await generateKemKey(new Uint8Array(32).fill(number));
    const shown = publicKey ?? toBase64Url(key.publicKey);
    const keyId = await keyIdOf(findBase64Url(shown) ?? key.publicKey);
    keys.set(keyId, key);
    said.push({ keyId, publicKey: shown, validFrom: from, validUntil: until });
  }
  const before = await findNewestStatement(store.read, accountId);
  const signed = await signStatement(
    {
      address,
      seq: (before?.statement.seq ?? -1) + 1,
      prev: before === undefined ? "" : "A".repeat(43),
      identityKey: toBase64Url(identity.publicKey),
      epochs: said,
      policy,
      vaultHead: "",
      validFrom,
      reason: before === undefined ? "first" : "rotation",
    },
    identity,
  );
  await store.write((tx) =>
    insertStatement(tx, accountId, { ...signed, statement: { ...signed.statement, epochs: said } }),
  );
  return {
    accountId,
    address,
    async open(bytes) {
      const opened = await openWith(keys, address, bytes);
      return opened && new TextDecoder().decode(opened.bytes);
    },
    async openFile(bytes, place, sealed) {
      const opened = await openWith(keys, address, bytes);
      if (opened === undefined) throw new Error("the message does not open");
      return openFile(opened, place, sealed);
    },
  };
}

/** Each a little later than the one before it. */
function beginOf(number: number): string {
  return `2026-11-01T00:00:00.${String(number).padStart(3, "0")}Z`;
}

async function openWith(
  keys: ReadonlyMap<string, KemKey>,
  address: string,
  bytes: Uint8Array,
): Promise<OpenedArrival | undefined> {
  const arrival = findArrival(bytes);
  const key = arrival && keys.get(arrival.arrivalSeal.keyId);
  if (arrival === undefined || key === undefined) return undefined;
  const { keyId, enc, wrap } = arrival.arrivalSeal;
  const [one, two, three] = [enc, wrap, arrival.sealedMessage].map(findBase64Url);
  if (one === undefined || two === undefined || three === undefined) return undefined;
  return openArrival({ address, keyId }, key, { enc: one, wrap: two, sealed: three });
}

async function openFile(
  { bytes, fileKey }: OpenedArrival,
  place: number,
  sealed: AsyncIterable<Uint8Array>,
): Promise<string> {
  const message = readMessage(bytes);
  const { size } = attachmentsOf(message)[place] ?? { size: 0 };
  const context = fileContext({ messageId: message.id, place });
  const pieces: Uint8Array[] = [];
  const file = unpadFile(size, openStream(await fileKey(place), context, sealed));
  for await (const piece of file) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}
