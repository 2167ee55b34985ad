/**
 * What came in the open, sealed to the account it came for as soon as it is there (§100 of the protocol): from then on
 * the server that took it cannot read it either. Nobody has signed it, and whoever opens it must say so: the server
 * itself can make as many as it likes.
 */
import { bindTexts } from "./bind-texts.ts";
import { hkdfSha256 } from "./hkdf.ts";
import { openWithKey, sealWith } from "./hpke.ts";
import { padMessage, unpadMessage } from "./padding.ts";
import { drawSalt, openBytes, sealBytesWith } from "./sealed-bytes.ts";
import { encapsulate, type KemKey, type KemPublicKey } from "./x-wing.ts";
import type { Encapsulation } from "./x-wing-backend.ts";

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

/** What the files of the message are sealed with. It holds a secret: never log it. */
export interface ArrivalFiles {
  /** The key, of 32 bytes, for the file at this place among the message's attachments, from 0 (sealed-file.ts). */
  fileKey(place: number): Promise<Uint8Array>;
}

export interface OpenedArrival extends ArrivalFiles {
  bytes: Uint8Array;
}

/** What chance gives to one sealing; only test vectors bring their own. */
export interface ArrivalChance {
  /** Of 32 bytes, for this message alone. */
  key: Uint8Array;
  /** Of 24 bytes. */
  salt: Uint8Array;
  encapsulate(key: KemPublicKey): Promise<Encapsulation>;
}

/** Seals the bytes of a message, and gives what its files are to be sealed with. Throws Error when a text is not well-formed Unicode. */
export function sealArrival(
  owner: ArrivalOwner,
  publicKey: KemPublicKey,
  bytes: Uint8Array,
): Promise<SealedArrival & ArrivalFiles> {
  const key = crypto.getRandomValues(new Uint8Array(keyBytes));
  return sealArrivalWith({ key, salt: drawSalt(), encapsulate }, owner, publicKey, bytes);
}

/** For test vectors: as `sealArrival`. A key that comes twice with one salt gives both messages away. */
export async function sealArrivalWith(
  chance: ArrivalChance,
  owner: ArrivalOwner,
  publicKey: KemPublicKey,
  bytes: Uint8Array,
): Promise<SealedArrival & ArrivalFiles> {
  const context = contextOf(owner);
  const wrapped = await sealWith(await chance.encapsulate(publicKey), context, chance.key);
  return {
    enc: wrapped.enc,
    wrap: wrapped.ciphertext,
    sealed: await sealBytesWith(chance.salt, chance.key, context, padMessage(bytes)),
    ...filesOf(chance.key),
  };
}

/** The bytes of the message, and what opens its files; undefined for anything else. */
export async function openArrival(
  owner: ArrivalOwner,
  key: KemKey,
  { enc, wrap, sealed }: SealedArrival,
): Promise<OpenedArrival | undefined> {
  const context = contextOf(owner);
  const messageKey = await openWithKey(key, { enc, ciphertext: wrap }, context);
  if (messageKey?.length !== keyBytes) return undefined;
  const padded = await openBytes(messageKey, context, sealed);
  const bytes = padded && unpadMessage(padded);
  return bytes && { bytes, ...filesOf(messageKey) };
}

function filesOf(key: Uint8Array): ArrivalFiles {
  return {
    fileKey: (place) => hkdfSha256(key, bindTexts("posthorn-arrival-file-v1", [String(place)]), keyBytes),
  };
}

function contextOf({ address, keyId }: ArrivalOwner): Uint8Array {
  return bindTexts("posthorn-arrival-v1", [address, keyId]);
}
