/**
 * Sealed on arrival (§100.12): what comes in the open for an account that takes sealed mail is sealed to the account's
 * keys before it is kept, so that from then on this server cannot read it either.
 */
import { type ArrivalFiles, findEpoch, sealArrival, toBase64Url } from "@posthorn/crypto";
import type { Arrival, SealedAttachment } from "@posthorn/protocol";
import { findNewestStatement } from "../store/key-store.ts";
import type { Db } from "../store/sql.ts";

/** Seals a message's bytes. Takes a millisecond or more: not for a transaction of many. */
export type SealOnArrival = (bytes: Uint8Array) => Promise<SealedHere>;

/** A message that was sealed, and the keys for its files. */
interface SealedHere extends ArrivalFiles {
  /** What is kept in place of the message's bytes; with its files, when they were sealed with these keys. */
  write(files: readonly SealedAttachment[]): Uint8Array;
}

/** How to seal what comes for an account of `host`; undefined when it has no key that anything can be sealed to. */
export async function findArrivalSeal(
  db: Db,
  { id, name }: { id: number; name: string },
  { host, now }: { host: string; now: number },
): Promise<SealOnArrival | undefined> {
  const newest = await findNewestStatement(db, id);
  // Also when all are over the owner still has their secrets, and to keep a message in the open would be worse.
  const epoch = await findEpoch(newest?.statement.epochs ?? [], now, { orAnother: true });
  if (epoch === undefined) return undefined;
  const { keyId, publicKey } = epoch;
  const owner = { address: `${name}@${host}`, keyId };
  return async (bytes) => {
    const { enc, wrap, sealed, fileKey } = await sealArrival(owner, publicKey, bytes);
    const arrival: Arrival = {
      arrivalSeal: { suite: "posthorn-arrival-1", keyId, enc: toBase64Url(enc), wrap: toBase64Url(wrap) },
      sealedMessage: toBase64Url(sealed),
    };
    return { fileKey, write: (files) => written(arrival, files) };
  };
}

function written(arrival: Arrival, files: readonly SealedAttachment[]): Uint8Array {
  const whole = files.length === 0 ? arrival : { ...arrival, attachments: files };
  return new TextEncoder().encode(JSON.stringify(whole));
}
