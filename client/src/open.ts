/** Messages as they lie on the server, opened: verified before anything of them is shown. */
import {
  findBase64Url,
  importVerifyKey,
  type OpenedArrival,
  openArrival,
  openMessage,
  type SealedMessage,
  sealedFileSize,
  toBase64Url,
} from "@posthorn/crypto";
import {
  type Arrival,
  type Attachment,
  accountOf,
  attachmentsOf,
  type Follows,
  fail,
  findArrival,
  formatAddress,
  type Message,
  ProblemError,
  parseAddress,
  readMessage as parseMessage,
  readSaid,
  recipientsOf,
  type Said,
  type SaidFile,
  type Seal,
  type SealedAttachment,
  sealOf,
  senderOf,
} from "@posthorn/protocol";
import { hasKeys } from "./keys/has-keys.ts";
import type { Keyring } from "./keys/keyring.ts";
import { makeMemo } from "./keys/memo.ts";
import { findPin } from "./keys/pins.ts";
import { findSenderKey, type SenderTrust } from "./keys/sender-key.ts";
import { getKeyring } from "./keys/session-keys.ts";
import { type Interruptible, readMessageBytes, type StoredMessage } from "./mail.ts";
import type { Session } from "./session.ts";
import { isImported } from "./transfer/imported-mark.ts";

/** A file of a message: what names it on the server and, of a sealed one, what opens it. */
export type OpenedFile =
  | { kind: "open"; attachment: SealedAttachment }
  | { kind: "sealed"; attachment: SealedAttachment; file: SaidFile };

/**
 * `sealed` by its sender, whose signature holds: nobody on the way has read or changed it · `open` came in the open: every server on
 * the way could read and change it, and nobody has signed it. `sealedHere` says that our own server has sealed it
 * when it came, `unexpected` that its sender has keys and should have sealed it: do not believe it.
 */
export type Opened =
  | {
      kind: "sealed";
      message: Message;
      files: readonly OpenedFile[];
      follows: Follows | undefined;
      sender: SenderTrust;
    }
  | {
      kind: "open";
      message: Message;
      files: readonly OpenedFile[];
      sealedHere: boolean;
      unexpected: boolean;
      /** Its owner has put it in, from a file (§100.14). */
      imported?: true;
    };

/** Whether a person must look twice before believing who it is from. */
export function isDoubtful(opened: Opened): boolean {
  if (opened.kind === "open") return opened.unexpected;
  return opened.sender.kind === "changed" || opened.sender.kind === "formerKey";
}

const cannotBeOpened =
  "This message cannot be opened. It was changed on the way, or sealed to keys that are not yours. Ask its sender to send it again.";

/**
 * Reads a message of the account, and opens it. Throws ProblemError `notOpened` when it is sealed and cannot be opened,
 * whatever the cause (§100.5); `unavailable` when the sender's keys cannot be asked for now; what `readMessageBytes`
 * throws.
 */
export async function openStored(
  session: Session,
  stored: StoredMessage,
  options: Interruptible = {},
): Promise<Opened> {
  return openBytes(session, await readMessageBytes(session, stored, options));
}

/** As `openStored`, of the bytes that were read. */
export async function openBytes(session: Session, bytes: Uint8Array): Promise<Opened> {
  const arrival = orNotOpened(() => findArrival(bytes));
  if (arrival !== undefined) return openArrived(session, arrival);
  const message = parseMessage(bytes);
  const seal = sealOf(message);
  if (seal === undefined || !("encryptedBody" in message)) {
    return inTheOpen(session, message, { files: openFiles(message), sealedHere: false });
  }
  const keyring = await session.keys.find();
  if (keyring === undefined)
    return fail("notOpened", "This message is sealed, and there are no keys here to open it.");
  const sealed = orNotOpened(() => readSealed(message, seal, message.encryptedBody));
  return openSealed(session, message, sealed);
}

async function openArrived(session: Session, arrival: Arrival): Promise<Opened> {
  const opened = await openedArrival(session, arrival);
  const message = orNotOpened(() => parseMessage(opened.bytes));
  const { attachments } = arrival;
  const files = attachments === undefined ? openFiles(message) : arrivedFiles(message, attachments, opened);
  const how = { files: await files, sealedHere: true };
  const keyring = await session.keys.find();
  if (keyring !== undefined && (await isImported(keyring, message))) {
    return { kind: "open", message, ...how, unexpected: false, imported: true };
  }
  return inTheOpen(session, message, how);
}

/** A message's bytes as they came, also where our server has sealed them on arrival. Throws ProblemError `notOpened`. */
export async function bytesOnWire(session: Session, stored: Uint8Array): Promise<Uint8Array> {
  const arrival = orNotOpened(() => findArrival(stored));
  return arrival === undefined ? stored : (await openedArrival(session, arrival)).bytes;
}

async function openedArrival(
  session: Session,
  { arrivalSeal, sealedMessage }: Arrival,
): Promise<OpenedArrival> {
  const { keyId } = arrivalSeal;
  let keyring = await session.keys.find();
  if (keyring?.epochs.has(keyId) === false) {
    await askForNewEpoch(session);
    keyring = await session.keys.find();
  }
  const key = keyring?.epochs.get(keyId);
  const parts = [arrivalSeal.enc, arrivalSeal.wrap, sealedMessage].map(findBase64Url);
  const [enc, wrap, sealed] = parts;
  if (keyring === undefined || key === undefined || !enc || !wrap || !sealed) return notOpened();
  const owner = { address: keyring.address, keyId: arrivalSeal.keyId };
  return (await openArrival(owner, key, { enc, wrap, sealed })) ?? notOpened();
}

async function inTheOpen(
  session: Session,
  message: Message,
  how: { files: readonly OpenedFile[]; sealedHere: boolean },
): Promise<Opened> {
  return { kind: "open", message, ...how, unexpected: await sealsOtherwise(session, message) };
}

function openFiles(message: Message): OpenedFile[] {
  return attachmentsOf(message).map((attachment) => ({ kind: "open", attachment }));
}

/** Files that our server has sealed on arrival, each with what opens it (§100.12): one for each of the message. */
async function arrivedFiles(
  message: Message,
  sealed: readonly SealedAttachment[],
  { fileKey }: OpenedArrival,
): Promise<OpenedFile[]> {
  const said = attachmentsOf(message);
  if (said.length !== sealed.length) return notOpened();
  return Promise.all(
    sealed.map(async (attachment, place) => {
      const came = said[place];
      if (came === undefined || attachment.size !== sealedFileSize(came.size)) return notOpened();
      const key = toBase64Url(await fileKey(place));
      const file = { hash: attachment.hash, size: came.size, key, ...namesOf(came) };
      return { kind: "sealed", attachment, file };
    }),
  );
}

function namesOf(file: Attachment | SealedAttachment): Pick<SaidFile, "filename" | "mimeType"> {
  return {
    ...("filename" in file && file.filename !== undefined ? { filename: file.filename } : {}),
    ...("mimeType" in file && file.mimeType !== undefined ? { mimeType: file.mimeType } : {}),
  };
}

/** Whoever has keys, and writes to who has keys, seals: in the open it was somebody else (threats F6). Of types that are never sealed nothing is expected. */
async function sealsOtherwise(session: Session, message: Message): Promise<boolean> {
  if (message.type === "recall" || message.type === "receipt") return false;
  const keyring = await session.keys.find();
  if (keyring === undefined) return false;
  const sender = accountOf(senderOf(message));
  if (sender !== keyring.address) return hasKeys(session, sender);
  // What the account itself writes is sealed too where anybody of those it goes to has keys, as it has itself.
  const recipients = recipientsOf(message).slice(0, mostLookedFor).map(accountOf);
  if (recipients.includes(keyring.address)) return true;
  const pins = await Promise.all(recipients.map((recipient) => findPin(session, recipient)));
  return pins.some((pin) => pin !== undefined);
}

/** So many recipients of a message that the account is said to have sent in the open. */
const mostLookedFor = 20;

async function openSealed(session: Session, message: Message, sealed: SealedMessage): Promise<Opened> {
  const sender = await findSenderKey(session, accountOf(senderOf(message)), sealed.header.fromKeyId);
  if (sender === undefined) return notOpened();
  const verifyKey = await importVerifyKey(sender.identityKey).catch(notOpened);
  const own = ownEntry(await getKeyring(session), sealed) ?? (await renewedEntry(session, sealed));
  const payload = own && (await openMessage(own, verifyKey, sealed));
  if (payload === undefined) return notOpened();
  const said = orNotOpened(() => readSaid(payload, message));
  const files = filesOf(message, said);
  return {
    kind: "sealed",
    message: said.message,
    files,
    follows: said.follows,
    sender: sender.trust,
  };
}

async function renewedEntry(session: Session, sealed: SealedMessage) {
  await askForNewEpoch(session);
  return ownEntry(await getKeyring(session), sealed);
}

const renewals = makeMemo<Promise<unknown>>(5_000);

/**
 * Sealed to an epoch that is not known here, which another device may have begun meanwhile. Asked for now and then, and
 * once for all messages that are opened together.
 */
async function askForNewEpoch(session: Session): Promise<void> {
  await (renewals.find(session, "epoch") ?? startRenewal(session));
}

function startRenewal(session: Session): Promise<unknown> {
  const renewal = session.keys.renew();
  renewals.keep(session, "epoch", renewal);
  renewal.catch(() => renewals.drop(session, "epoch"));
  return renewal;
}

/** An entry that reaches the account and is sealed to one of its epochs (§100.5, step 3). */
function ownEntry({ address, epochs }: Keyring, { keys }: SealedMessage) {
  for (const entry of keys) {
    const key = epochs.get(entry.keyId);
    if (key !== undefined && accountOf(parseAddress(entry.address)) === address) {
      return { address: entry.address, key };
    }
  }
  return undefined;
}

/** The files as the message carries them, each with what opens it. One of a size that cannot be is changed (§100.9). */
function filesOf(carrier: Message, { files }: Said): OpenedFile[] {
  return attachmentsOf(carrier).map((attachment, place) => {
    const file = files[place];
    if (file === undefined || attachment.size !== sealedFileSize(file.size)) return notOpened();
    return { kind: "sealed", attachment, file };
  });
}

function readSealed(message: Message, seal: Seal, encryptedBody: string): SealedMessage {
  const recipients = seal.recipients.map(({ address, keyId }) => ({ address, keyId }));
  return {
    header: {
      id: message.id,
      from: formatAddress(senderOf(message)),
      fromKeyId: seal.fromKeyId,
      created: message.date,
      recipients,
    },
    commit: bytesOf(seal.commit),
    ciphertext: bytesOf(encryptedBody),
    keys: seal.recipients.map(({ address, keyId, enc, wrap }) => ({
      address,
      keyId,
      enc: bytesOf(enc),
      wrap: bytesOf(wrap),
    })),
  };
}

function bytesOf(text: string): Uint8Array {
  return findBase64Url(text) ?? notOpened();
}

/** Whatever is wrong with something sealed is told alike. */
function orNotOpened<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ProblemError) return notOpened();
    throw error;
  }
}

function notOpened(): never {
  return fail("notOpened", cannotBeOpened);
}
