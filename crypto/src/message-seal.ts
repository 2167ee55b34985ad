/**
 * Suite `posthorn-seal-1`: a message that its sender and its recipients can read and nobody on the way. One key for the
 * message, wrapped for each of them by HPKE; the sender's signature inside, over the header and what is said, so that
 * nobody can strip it, put another's in its place or pass the message on as if it were meant for them. The key commits
 * to itself in the header: a ciphertext that opens to one thing for one and to another thing for another cannot be made.
 */
import { importAeadKey, openAead, sealAead } from "./aead.ts";
import { tagBytes } from "./aead-sizes.ts";
import { toBase64Url } from "./base64.ts";
import { bindTexts } from "./bind-texts.ts";
import { concatBytes, equalBytes } from "./bytes.ts";
import { sha256, sha512 } from "./digest.ts";
import { type SigningKey, signBytes, type VerifyKey, verifyBytes } from "./ed25519.ts";
import { hkdfSha256 } from "./hkdf.ts";
import { openWithKey, sealWith } from "./hpke.ts";
import { headerBytes, type SealHeader, type SealRecipient } from "./message-header.ts";
import { paddedMessageSize, padMessage, unpadMessage } from "./padding.ts";
import { encapsulate, type KemKey, type KemPublicKey } from "./x-wing.ts";
import type { Encapsulation } from "./x-wing-backend.ts";

const keyBytes = 32;
const nonceBytes = 12;
const commitBytes = 32;
const signatureBytes = 64;

/** The message's key as one recipient gets it. */
export interface WrappedKey extends SealRecipient {
  /** 1,120 bytes. */
  enc: Uint8Array;
  /** 48 bytes. */
  wrap: Uint8Array;
}

export interface SealedMessage {
  header: SealHeader;
  /** 32 bytes. */
  commit: Uint8Array;
  ciphertext: Uint8Array;
  /** One for each recipient of the header, in its order. */
  keys: readonly WrappedKey[];
}

export interface SealInput extends Omit<SealHeader, "recipients"> {
  recipients: readonly (SealRecipient & { publicKey: KemPublicKey })[];
  /** What is said, as exact bytes. */
  payload: Uint8Array;
  /** The sender's identity key, which `fromKeyId` names. */
  signer: SigningKey;
}

/** What chance gives to one sealing; only test vectors bring their own. */
export interface SealChance {
  /** Of 32 bytes, for this message alone. */
  messageKey: Uint8Array;
  encapsulate(key: KemPublicKey): Promise<Encapsulation>;
}

/** Seals for the recipients, of whom the sender is to be one. Throws Error when a text is not well-formed Unicode. */
export function sealMessage(input: SealInput): Promise<SealedMessage> {
  const messageKey = crypto.getRandomValues(new Uint8Array(keyBytes));
  return sealMessageWith({ messageKey, encapsulate }, input);
}

/** For test vectors: as `sealMessage`. A key that comes twice for one id gives both messages away. */
export function sealMessageWith(chance: SealChance, input: SealInput): Promise<SealedMessage> {
  const { payload, signer } = input;
  const size = paddedMessageSize(payload.length + signatureBytes);
  return sealInside(chance, input, size, async (headerHash) => {
    const signature = await signBytes(signer, await signedBytes(headerHash, payload));
    return padMessage(concatBytes([payload, signature]));
  });
}

/** For test vectors: with whatever inside, `insideBytes` long, as only a recipient who cheats would make it. */
export async function sealInside(
  chance: SealChance,
  input: Omit<SealInput, "payload" | "signer">,
  insideBytes: number,
  makeInside: (headerHash: Uint8Array) => Promise<Uint8Array>,
): Promise<SealedMessage> {
  const { id, from, fromKeyId, created } = input;
  const recipients = input.recipients.map(({ address, keyId }) => ({ address, keyId }));
  const header: SealHeader = { id, from, fromKeyId, created, recipients };
  const { key, nonce, commit } = await deriveKeys(chance.messageKey, id);
  const bytes = headerBytes(header, commit, insideBytes + tagBytes);
  if (bytes === undefined) throw new Error("A text of the header holds half of a surrogate pair.");
  const headerHash = await sha256(bytes);
  const inside = await makeInside(headerHash);
  const ciphertext = await sealAead(await importAeadKey(key), nonce, inside, associated(headerHash));
  const keys = await Promise.all(
    input.recipients.map(async ({ address, keyId, publicKey }) => {
      const info = wrapInfo(id, headerHash, address);
      const wrapped = await sealWith(await chance.encapsulate(publicKey), info, chance.messageKey);
      return { address, keyId, enc: wrapped.enc, wrap: wrapped.ciphertext };
    }),
  );
  return { header, commit, ciphertext, keys };
}

/**
 * What was sealed for the owner of `own` at its `address` by the holder of `sender`, in exactly this header; undefined
 * for anything else, whatever is wrong with it. Who the header's `from` is, and that `sender` is that account's identity
 * key, is the caller's to know.
 */
export async function openMessage(
  own: { address: string; key: KemKey },
  sender: VerifyKey,
  { header, commit, ciphertext, keys }: SealedMessage,
): Promise<Uint8Array | undefined> {
  const bytes = headerBytes(header, commit, ciphertext.length);
  const wrapped = keys.find(({ address }) => address === own.address);
  if (bytes === undefined || wrapped === undefined) return undefined;
  const headerHash = await sha256(bytes);
  const info = wrapInfo(header.id, headerHash, own.address);
  const messageKey = await openWithKey(own.key, { enc: wrapped.enc, ciphertext: wrapped.wrap }, info);
  if (messageKey?.length !== keyBytes) return undefined;
  const derived = await deriveKeys(messageKey, header.id);
  if (!equalBytes(derived.commit, commit)) return undefined;
  const aead = await importAeadKey(derived.key);
  const padded = await openAead(aead, derived.nonce, ciphertext, associated(headerHash));
  const inside = padded && unpadMessage(padded);
  if (inside === undefined || inside.length < signatureBytes) return undefined;
  const payload = inside.subarray(0, -signatureBytes);
  const signed = await signedBytes(headerHash, payload);
  return (await verifyBytes(sender, signed, inside.subarray(-signatureBytes))) ? payload : undefined;
}

async function deriveKeys(messageKey: Uint8Array, id: string) {
  const info = bindTexts("posthorn-cek-v1", [id]);
  const bytes = await hkdfSha256(messageKey, info, keyBytes + nonceBytes + commitBytes);
  return {
    key: bytes.subarray(0, keyBytes),
    nonce: bytes.subarray(keyBytes, keyBytes + nonceBytes),
    commit: bytes.subarray(keyBytes + nonceBytes),
  };
}

/** What the sender signs. */
export async function signedBytes(headerHash: Uint8Array, payload: Uint8Array): Promise<Uint8Array> {
  return bindTexts("posthorn-sig-v1", [toBase64Url(headerHash), toBase64Url(await sha512(payload))]);
}

function associated(headerHash: Uint8Array): Uint8Array {
  return bindTexts("posthorn-ct-v1", [toBase64Url(headerHash)]);
}

function wrapInfo(id: string, headerHash: Uint8Array, address: string): Uint8Array {
  return bindTexts("posthorn-kem-v1", [id, toBase64Url(headerHash), address]);
}
