/** Sealed messages that no client would make, in the hands of servers and of those whom they were sealed for. */
import { compose, type Draft, type Platform } from "@posthorn/client";
import {
  fromBase64Url,
  importKemPublicKey,
  type KemPublicKey,
  keyIdOf,
  type SealedMessage,
  type SignedStatement,
  type SigningKey,
  sealMessage,
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
