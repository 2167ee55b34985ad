/**
 * What came in the open, sealed to the account it came for as soon as it is there (§100 of the protocol): from then on
 * the server that took it cannot read it either. Nobody has signed it, and whoever opens it must say so: the server
 * itself can make as many as it likes.
 */
import { bindTexts } from "./bind-texts.ts";
import { openWithKey, sealToKey } from "./hpke.ts";
import { padMessage, unpadMessage } from "./padding.ts";
import { openBytes, sealBytes } from "./sealed-bytes.ts";
import type { KemKey, KemPublicKey } from "./x-wing.ts";

const keyBytes = 32;

/** Whose it is, and the key id of the epoch it is sealed to. */
export interface ArrivalOwner {
  address: string;
  keyId: string;
}

export interface SealedArrival {
  /** 1,120 bytes. */
  enc: Uint8Array;
  /** 48 bytes. */
  wrap: Uint8Array;
  /** Sealed bytes of the padded message. */
  sealed: Uint8Array;
}

/** Seals the bytes of a message. Throws Error when a text is not well-formed Unicode. */
export async function sealArrival(
  owner: ArrivalOwner,
  publicKey: KemPublicKey,
  bytes: Uint8Array,
): Promise<SealedArrival> {
  const key = crypto.getRandomValues(new Uint8Array(keyBytes));
  const context = contextOf(owner);
  const wrapped = await sealToKey(publicKey, context, key);
  return {
    enc: wrapped.enc,
    wrap: wrapped.ciphertext,
    sealed: await sealBytes(key, context, padMessage(bytes)),
  };
}

/** The bytes of the message; undefined for anything else. */
export async function openArrival(
  owner: ArrivalOwner,
  key: KemKey,
  { enc, wrap, sealed }: SealedArrival,
): Promise<Uint8Array | undefined> {
  const context = contextOf(owner);
  const messageKey = await openWithKey(key, { enc, ciphertext: wrap }, context);
  if (messageKey?.length !== keyBytes) return undefined;
  const padded = await openBytes(messageKey, context, sealed);
  return padded && unpadMessage(padded);
}

function contextOf({ address, keyId }: ArrivalOwner): Uint8Array {
  return bindTexts("posthorn-arrival-v1", [address, keyId]);
}
