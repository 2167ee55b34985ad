/** Sealed messages that no client would make, in the hands of servers and of those whom they were sealed for. */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from "node:crypto";
import { compose, type Draft, type Platform } from "@posthorn/client";
import {
  bindTexts,
  fromBase64Url,
  importKemPublicKey,
  type KemKey,
  type KemPublicKey,
  keyIdOf,
  openWithKey,
  padMessage,
  type SealedMessage,
  type SealHeader,
  type SignedStatement,
  type SigningKey,
  sealMessage,
  sealToKey,
  toBase64Url,
} from "@posthorn/crypto";
import { formatAddress, type Message, readMessage, type Said, senderOf, writeSaid } from "@posthorn/protocol";
import { lastEpochOf, newestOf } from "./evil-server-keys.ts";

/** One whom a message is sealed for. */
export interface Reader {
  address: string;
  keyId: string;
  publicKey: KemPublicKey;
}

/** By the newest epoch of a chain. */
export async function readerOf(chain: readonly SignedStatement[]): Promise<Reader> {
  const { keyId, publicKey } = lastEpochOf(chain);
  const { address } = newestOf(chain);
  return { address, keyId, publicKey: await importKemPublicKey(fromBase64Url(publicKey)) };
}

export interface Letter {
  draft: Draft;
  /** Who signs it, whoever it says it is from. */
  by: SigningKey;
  to: readonly Reader[];
  /** What is said inside besides the message, or instead of it. */
  said?: Partial<Said>;
}

/** A letter, sealed for its readers by the rules but for what it says of itself. */
export async function sealLetter(platform: Platform, { draft, by, to, said = {} }: Letter): Promise<Message> {
  const message = compose(platform, draft);
  const sealed = await sealMessage({
    id: message.id,
    from: formatAddress(senderOf(message)),
    fromKeyId: await keyIdOf(by.publicKey),
    created: message.date,
    recipients: to,
    payload: writeSaid({ message, files: [], follows: undefined, ...said }),
    signer: by,
  });
  return carried(message, sealed);
}

const openFields = ["id", "type", "from", "organizer", "to", "cc", "date", "inReplyTo", "thread", "target"];

function carried(message: Message, { commit, ciphertext, keys, header }: SealedMessage): Message {
  const shown = Object.entries(message).filter(([field]) => openFields.includes(field));
  const value = {
    ...Object.fromEntries(shown),
    encryptedBody: toBase64Url(ciphertext),
    encryptionAlgorithm: "AES-256-GCM",
    seal: {
      suite: "posthorn-seal-1",
      commit: toBase64Url(commit),
      fromKeyId: header.fromKeyId,
      recipients: keys.map(({ enc, wrap, ...whose }) => ({
        ...whose,
        enc: toBase64Url(enc),
        wrap: toBase64Url(wrap),
      })),
    },
  };
  return readMessage(new TextEncoder().encode(JSON.stringify(value)));
}

/** A message whose maker keeps to §100.3 only as far as it pleases. */
export interface Cheat {
  draft: Draft;
  to: readonly Reader[];
  /** Names the key that is said to have signed it. */
  fromKeyId: string;
  /** The padded form of what is to be encrypted, given the hash of the header in base64url. */
  inside(headerHash: string): Promise<Uint8Array> | Uint8Array;
  /** Its size, when it is not the least. */
  insideBytes?: number;
  /** Another message key for some of the readers. */
  keyFor?(reader: Reader, messageKey: Uint8Array): Uint8Array;
}

const leastPadded = 1024;

/** Seals by hand what `sealMessage` would not. */
export async function sealByHand(platform: Platform, cheat: Cheat): Promise<Message> {
  const message = compose(platform, cheat.draft);
  const { id, date } = message;
  const from = formatAddress(senderOf(message));
  const messageKey = randomBytes(32);
  const { key, nonce, commit } = derive(messageKey, id);
  const recipients = cheat.to.map(({ address, keyId }) => ({ address, keyId }));
  const header = { id, from, fromKeyId: cheat.fromKeyId, created: date, recipients };
  const headerHash = hashOf(header, commit, (cheat.insideBytes ?? leastPadded) + 16);
  const ciphertext = encrypt({ key, nonce, headerHash }, await cheat.inside(headerHash));
  const keys = await Promise.all(
    cheat.to.map(async (reader) => {
      const info = bindTexts("posthorn-kem-v1", [id, headerHash, reader.address]);
      const its = cheat.keyFor?.(reader, messageKey) ?? messageKey;
      const wrapped = await sealToKey(reader.publicKey, info, its);
      return { address: reader.address, keyId: reader.keyId, enc: wrapped.enc, wrap: wrapped.ciphertext };
    }),
  );
  return carried(message, { header, commit, ciphertext, keys });
}

/** What one knows of a message whom it was sealed for: all but how its sender signs. */
interface Unwrapped {
  headerHash: string;
  key: Uint8Array;
  nonce: Uint8Array;
  ciphertext: Uint8Array;
}

async function unwrap(message: Message, address: string, own: KemKey): Promise<Unwrapped> {
  if (!("seal" in message) || message.seal === undefined) throw new Error("it is not sealed");
  const { seal, encryptedBody, id, date } = message;
  const recipients = seal.recipients.map(({ address, keyId }) => ({ address, keyId }));
  const from = formatAddress(senderOf(message));
  const header = { id, from, fromKeyId: seal.fromKeyId, created: date, recipients };
  const ciphertext = fromBase64Url(encryptedBody);
  const headerHash = hashOf(header, fromBase64Url(seal.commit), ciphertext.length);
  const entry = seal.recipients.find((one) => one.address === address);
  const wrapped = { enc: fromBase64Url(entry?.enc ?? ""), ciphertext: fromBase64Url(entry?.wrap ?? "") };
  const messageKey = await openWithKey(own, wrapped, bindTexts("posthorn-kem-v1", [id, headerHash, address]));
  if (messageKey === undefined) throw new Error("it was not sealed to this key");
  return { headerHash, ...derive(messageKey, id), ciphertext };
}

/** The padded form of what is inside a message and its signature. */
export async function openByHand(message: Message, address: string, own: KemKey): Promise<Uint8Array> {
  const { headerHash, key, nonce, ciphertext } = await unwrap(message, address, own);
  const decipher = createDecipheriv("aes-256-gcm", key, nonce);
  decipher.setAAD(bindTexts("posthorn-ct-v1", [headerHash]));
  decipher.setAuthTag(ciphertext.subarray(-16));
  return Buffer.concat([decipher.update(ciphertext.subarray(0, -16)), decipher.final()]);
}

/** The same message, with the same key and header, and something else of the same size in it. */
export async function rewriteByHand(
  message: Message,
  reader: { address: string; key: KemKey },
  inside: Cheat["inside"],
): Promise<Message> {
  const { headerHash, key, nonce } = await unwrap(message, reader.address, reader.key);
  const ciphertext = encrypt({ key, nonce, headerHash }, await inside(headerHash));
  const value = { ...message, encryptedBody: toBase64Url(ciphertext) };
  return readMessage(new TextEncoder().encode(JSON.stringify(value)));
}

function encrypt({ key, nonce, headerHash }: Omit<Unwrapped, "ciphertext">, inside: Uint8Array): Uint8Array {
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(bindTexts("posthorn-ct-v1", [headerHash]));
  return Buffer.concat([cipher.update(inside), cipher.final(), cipher.getAuthTag()]);
}

function derive(messageKey: Uint8Array, id: string) {
  const info = bindTexts("posthorn-cek-v1", [id]);
  const bytes = Buffer.from(hkdfSync("sha256", messageKey, Buffer.alloc(0), info, 76));
  return { key: bytes.subarray(0, 32), nonce: bytes.subarray(32, 44), commit: bytes.subarray(44) };
}

function hashOf(header: SealHeader, commit: Uint8Array, ciphertextBytes: number): string {
  const { id, from, fromKeyId, created, recipients } = header;
  const bytes = bindTexts("posthorn-seal-1", [
    id,
    from,
    fromKeyId,
    created,
    String(recipients.length),
    ...recipients.flatMap(({ address, keyId }) => [address, keyId]),
    toBase64Url(commit),
    String(ciphertextBytes),
  ]);
  return toBase64Url(createHash("sha256").update(bytes).digest());
}

/** What is said and its signature, padded: what belongs inside. */
export async function signedInside(
  signer: SigningKey,
  headerHash: string,
  payload: Uint8Array,
): Promise<Uint8Array> {
  const digest = toBase64Url(createHash("sha512").update(payload).digest());
  const signature = await signer.handle.sign(bindTexts("posthorn-sig-v1", [headerHash, digest]));
  return padMessage(Buffer.concat([payload, signature]));
}
