/** From a draft to a message that only its sender and its recipients can read. */
import {
  type AccountStatement,
  findEpoch,
  type SealedMessage,
  sealMessage,
  toBase64Url,
  type UsableEpoch,
} from "@posthorn/crypto";
import {
  type Address,
  accountOf,
  fail,
  formatAddress,
  isType,
  type Message,
  ProblemError,
  readMessage,
  recipientsOf,
  type SealedAttachment,
  senderOf,
  writeSaid,
} from "@posthorn/protocol";
import { compose } from "./compose.ts";
import type { Draft } from "./draft.ts";
import { findFollows } from "./follows.ts";
import { showKeysTo } from "./keys/consent.ts";
import { type Contact, type ContactNews, lookUpContact, refuseContact } from "./keys/contacts.ts";
import { findMissingKeys } from "./keys/own-mode.ts";
import { getKeyring } from "./keys/session-keys.ts";
import type { SealedFile } from "./sealed-file-upload.ts";
import type { Session } from "./session.ts";

export interface SealOptions {
  /** Uploaded for this very message by `uploadSealedFile`, each at its place. */
  files?: readonly SealedFile[];
  /** True when the owner has agreed that it may be read on the way, should no recipient have keys. */
  mayGoInTheOpen?: boolean;
  /** Whom numbers must be compared with again, and a person has said that this message goes to them all the same. */
  uncompared?: readonly Uncompared[];
}

/** An account, and the identity key that it had when that was said: another one since is not meant. */
export interface Uncompared {
  address: string;
  identityKey: string;
}

export interface Prepared {
  message: Message;
  isSealed: boolean;
  /** What the person must be told of recipients' keys; nothing for most. It comes again until `markTold` is called. */
  news: readonly { address: string; news: ContactNews }[];
}

/**
 * Composes a draft and seals it for all recipients and the sender, by the keys their servers show and this client
 * believes. A recall or receipt has no content and goes as it is; so does all that an open account sends. Throws
 * ProblemError: those of `compose`; `noKeys` when nobody has agreed to write in the open and recipients have no keys, or
 * only some have, or this sign-in lacks those of its own account; `keysChanged`, `keysNotBelieved`, `noConsent`, and what
 * looking up says. Nothing was sent then.
 */
export async function prepare(session: Session, draft: Draft, options: SealOptions = {}): Promise<Prepared> {
  const keyring = await session.keys.find();
  const { files = [] } = options;
  const plain = compose(session.platform, withFiles(draft, files));
  if (keyring === undefined || !hasContent(plain)) {
    if (files.length > 0) fail("badRequest", "Files that were sealed belong to a sealed message.");
    if (
      options.mayGoInTheOpen !== true &&
      hasContent(plain) &&
      (await findMissingKeys(session)) !== undefined
    ) {
      fail(
        "noKeys",
        `${session.address} has keys, or may have, and this sign-in has none of them: what you send would go in the open. Say that it may, or sign in with the password.`,
      );
    }
    return { message: plain, isSealed: false, news: [] };
  }
  const contacts = await lookUpAll(session, recipientsOf(plain));
  const open = contacts.filter(({ contact }) => contact.kind === "open");
  if (open.length > 0) {
    refuseOpen(open, contacts.length, options);
    return { message: plain, isSealed: false, news: [] };
  }
  if ("attachments" in draft && draft.attachments !== undefined && draft.attachments.length > 0) {
    fail("badRequest", "Files of a sealed message are uploaded sealed.", { pointer: "/attachments" });
  }
  const news = contacts.flatMap(({ address, contact }) =>
    contact.kind === "sealed" && contact.news !== undefined ? [{ address, news: contact.news }] : [],
  );
  const message = await sealFor(session, plain, contacts, options);
  await showKeysTo(
    session,
    contacts.map(({ account }) => account),
  );
  return { message, isSealed: true, news };
}

/** The draft with its sealed files, for there are messages that are nothing without a file. */
function withFiles(draft: Draft, files: readonly SealedFile[]): Draft {
  if (files.length === 0) return draft;
  const sealed = {
    attachments: files.map(({ attachment, file: { filename, mimeType } }) => ({
      ...attachment,
      ...(filename === undefined ? {} : { filename }),
      ...(mimeType === undefined ? {} : { mimeType }),
    })),
  };
  return { ...draft, ...sealed };
}

/** A recall or receipt has nothing to seal (§20.6). */
function hasContent(message: Message): boolean {
  return !isType(message, "recall") && !isType(message, "receipt");
}

interface Recipient {
  /** As on the wire, with its tag. */
  address: string;
  /** Whose it is, without the tag. */
  account: string;
  contact: Contact;
}

/** So many at a time: a letter to a hundred people asks their servers for a hundred chains. */
const atOnce = 8;

async function lookUpAll(session: Session, recipients: readonly Address[]): Promise<Recipient[]> {
  const found: Recipient[] = [];
  for (let at = 0; at < recipients.length; at += atOnce) {
    const some = recipients.slice(at, at + atOnce).map((recipient) => lookUp(session, recipient));
    found.push(...(await Promise.all(some)));
  }
  return found;
}

async function lookUp(session: Session, recipient: Address): Promise<Recipient> {
  const account = accountOf(recipient);
  return { address: formatAddress(recipient), account, contact: await lookUpContact(session, account) };
}

function refuseOpen(open: readonly Recipient[], count: number, { files, mayGoInTheOpen }: SealOptions): void {
  const names = open.map(({ address }) => address).join(", ");
  if (open.length < count) {
    fail(
      "noKeys",
      `${names} cannot be sealed to: there are no keys. Write to them in a message of its own, in the open, so that the others get theirs sealed.`,
    );
  }
  if (mayGoInTheOpen !== true) {
    fail(
      "noKeys",
      `${names}: no keys, so what you send can be read by the servers on the way. Say that it may go in the open, or do not send it.`,
    );
  }
  if (files !== undefined && files.length > 0) {
    fail("noKeys", "The files were sealed and nobody there can open them. Attach them in the open.");
  }
}

async function sealFor(
  session: Session,
  plain: Message,
  contacts: readonly Recipient[],
  { files = [], uncompared = [] }: SealOptions,
): Promise<Message> {
  const { identity, identityKeyId, head } = await getKeyring(session);
  const from = formatAddress(senderOf(plain));
  const now = session.platform.clock.now();
  const recipients = [];
  for (const { address, account, contact } of contacts) {
    const isMeant =
      contact.kind === "mustCompare" &&
      uncompared.some((one) => one.address === account && one.identityKey === contact.head.identityKey);
    if (contact.kind !== "sealed" && !isMeant) return refuseContact(address, contact);
    recipients.push({ address, ...(await epochOf(address, contact.head, now)) });
  }
  if (!recipients.some(({ address }) => address === from)) {
    recipients.push({ address: from, ...(await epochOf(from, head, now)) });
  }
  const follows = await findFollows(session, plain);
  const said = { message: plain, files: files.map(({ file }) => file), follows };
  const sealed = await sealMessage({
    id: plain.id,
    from,
    fromKeyId: identityKeyId,
    created: plain.date,
    recipients,
    payload: writeSaid(said),
    signer: identity,
  });
  return onWire(
    plain,
    sealed,
    files.map(({ attachment }) => attachment),
  );
}

/** Throws ProblemError `noKeys` when all have run out. */
async function epochOf(address: string, head: AccountStatement, nowMs: number): Promise<UsableEpoch> {
  const epoch = await findEpoch(head.epochs, nowMs);
  if (epoch !== undefined) return epoch;
  return fail(
    "noKeys",
    `The keys of ${address} have run out: nothing can be sealed until they have signed in again. Nothing was sent.`,
  );
}

const encoder = new TextEncoder();
/** What a sealed message says in the open (§20.6). */
const shownFields = ["id", "type", "from", "organizer", "to", "cc", "date", "inReplyTo", "thread", "target"];

function onWire(
  plain: Message,
  { commit, ciphertext, keys, header }: SealedMessage,
  attachments: readonly SealedAttachment[],
): Message {
  const value = {
    ...Object.fromEntries(Object.entries(plain).filter(([field]) => shownFields.includes(field))),
    ...(attachments.length === 0 ? {} : { attachments }),
    encryptedBody: toBase64Url(ciphertext),
    encryptionAlgorithm: "AES-256-GCM",
    seal: {
      suite: "posthorn-seal-1",
      commit: toBase64Url(commit),
      fromKeyId: header.fromKeyId,
      recipients: keys.map(({ address, keyId, enc, wrap }) => ({
        address,
        keyId,
        enc: toBase64Url(enc),
        wrap: toBase64Url(wrap),
      })),
    },
  };
  try {
    return readMessage(encoder.encode(JSON.stringify(value)));
  } catch (error) {
    if (!(error instanceof ProblemError) || error.problem.code !== "tooLarge") throw error;
    return fail(
      "tooLarge",
      `Sealed for ${keys.length} people the message is too large. Shorten it, attach the long part as a file, or send it in parts.`,
    );
  }
}
