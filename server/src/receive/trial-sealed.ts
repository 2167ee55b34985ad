/** For tests: accounts that take sealed mail, and what their owners can open. */
import {
  type Epoch,
  findBase64Url,
  generateKemKey,
  generateSigningKey,
  type KemKey,
  keyIdOf,
  openArrival,
  signStatement,
  toBase64Url,
} from "@posthorn/crypto";
import { findArrival } from "@posthorn/protocol";
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
  return { accountId, address, open: (bytes) => openWith(keys, address, bytes) };
}

/** Each a little later than the one before it. */
function beginOf(number: number): string {
  return `2026-11-01T00:00:00.${String(number).padStart(3, "0")}Z`;
}

async function openWith(
  keys: ReadonlyMap<string, KemKey>,
  address: string,
  bytes: Uint8Array,
): Promise<string | undefined> {
  const arrival = findArrival(bytes);
  const key = arrival && keys.get(arrival.arrivalSeal.keyId);
  if (arrival === undefined || key === undefined) return undefined;
  const { keyId, enc, wrap } = arrival.arrivalSeal;
  const [one, two, three] = [enc, wrap, arrival.sealedMessage].map(findBase64Url);
  if (one === undefined || two === undefined || three === undefined) return undefined;
  const opened = await openArrival({ address, keyId }, key, { enc: one, wrap: two, sealed: three });
  return opened && new TextDecoder().decode(opened.bytes);
}
