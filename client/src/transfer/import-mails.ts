/** Old mail on its way into an account: as it is where the account is in the open, sealed by this client where it is not. */
import { findEpoch, sealArrival, toBase64Url } from "@posthorn/crypto";
import { type Arrival, fail, type SealedAttachment, shape } from "@posthorn/protocol";
import { Type } from "typebox";
import { hashFile } from "../hash-file.ts";
import { callMethod, type JmapRefusal, readRefusal } from "../jmap.ts";
import type { Keyring } from "../keys/keyring.ts";
import { findMissingKeys } from "../keys/own-mode.ts";
import { sealFileSource } from "../sealed-file.ts";
import { uploadSealedFile } from "../sealed-file-upload.ts";
import type { Session } from "../session.ts";
import { bytesSource, type Source } from "../source.ts";
import { uploadFile } from "../upload.ts";
import { markImported } from "./imported-mark.ts";
import {
  type MailMessage,
  messageOfMail,
  originalName,
  originalType,
  packOriginal,
} from "./message-of-mail.ts";
import { readMailHead, readWholeMail } from "./read-mail.ts";

export interface MailToImport {
  bytes: Uint8Array;
  mailboxIds: readonly string[];
  keywords: readonly string[];
}

/** `known` it is in the account already · `refused` with a sentence that says why, and its code of the table of errors. */
export type ImportOutcome =
  | { kind: "imported"; id: string }
  | { kind: "known" }
  | { kind: "refused"; code: string; sentence: string };

const importAnswer = shape(
  Type.Object({
    created: Type.Union([Type.Record(Type.String(), Type.Object({ id: Type.String() })), Type.Null()]),
    notCreated: Type.Union([Type.Record(Type.String(), Type.Object({})), Type.Null()]),
  }),
);

const sealedAtOnce = 4;

/**
 * Puts mails into the account, some dozens at a time at most, and tells of each what became of it. The same again does no harm:
 * what is there is `known`. Throws ProblemError `mailboxFull` when there is no room for more, after which some may be in;
 * `forbidden` for an account whose keys are not here; and what a call throws.
 */
export async function importMails(
  session: Session,
  mails: readonly MailToImport[],
  signal?: AbortSignal,
): Promise<ImportOutcome[]> {
  const keyring = await sealingKeyring(session);
  const ready: (Ready | undefined)[] = [];
  for (let at = 0; at < mails.length; at += sealedAtOnce) {
    signal?.throwIfAborted();
    const some = mails.slice(at, at + sealedAtOnce);
    ready.push(...(await Promise.all(some.map((mail) => prepareOne(session, keyring, mail, signal)))));
  }
  const emails = Object.fromEntries(
    ready.flatMap((one, at) => (one === undefined ? [] : [[String(at), one]])),
  );
  if (Object.keys(emails).length === 0) return mails.map(() => notMail);
  const call = { method: "Email/import", arguments: { emails } };
  const { created, notCreated } = await callMethod(session, call, importAnswer, { idempotent: true, signal });
  return mails.map((_, at): ImportOutcome => {
    if (ready[at] === undefined) return notMail;
    const made = created?.[String(at)];
    return made === undefined
      ? refusedAs(readRefusal(notCreated?.[String(at)]))
      : { kind: "imported", id: made.id };
  });
}

const notMail = {
  kind: "refused",
  code: "badRequest",
  sentence: "This is no mail: it cannot be read as one.",
} as const;

function refusedAs(refusal: JmapRefusal): ImportOutcome {
  if (refusal.type === "alreadyExists") return { kind: "known" };
  if (refusal.type === "overQuota") throw refusal;
  const { code, detail } = refusal.problem;
  return { kind: "refused", code, sentence: detail };
}

/** Undefined for an account in the open. */
async function sealingKeyring(session: Session): Promise<Keyring | undefined> {
  const keyring = await session.keys.find();
  if (keyring !== undefined) return keyring.head.policy === "sealed" ? keyring : undefined;
  if ((await findMissingKeys(session)) === undefined) return undefined;
  return fail(
    "forbidden",
    "This account is sealed, and its keys are not here. Sign in with its password to import.",
  );
}

/** As `Email/import` takes one. */
interface Ready {
  blobId: string;
  mailboxIds: Record<string, true>;
  keywords: Record<string, true>;
  receivedAt?: string;
  wire?: Pick<MailMessage, "id" | "from" | "to" | "cc" | "date" | "thread">;
}

/** Undefined for what is no mail. */
async function prepareOne(
  session: Session,
  keyring: Keyring | undefined,
  { bytes, mailboxIds, keywords }: MailToImport,
  signal: AbortSignal | undefined,
): Promise<Ready | undefined> {
  const place = { mailboxIds: setOf(mailboxIds), keywords: setOf(keywords) };
  const head = await readMailHead(bytes);
  if (head === undefined) return undefined;
  const ms = head.receivedAtMs ?? head.sentAtMs;
  const received = ms === undefined ? {} : { receivedAt: new Date(ms).toISOString() };
  if (keyring === undefined) return { ...place, ...received, blobId: await upload(session, bytes, signal) };
  const mail = (await readWholeMail(bytes)) ?? { ...head, text: undefined, html: undefined, files: [] };
  const original = (await packOriginal(bytes)) ?? (await describeFile(session, bytesSource(bytes), signal));
  const message = await messageOfMail(mail, bytes, { owner: keyring.address, original });
  const { id, from, to, cc, date, thread } = message;
  const arrival = await sealOne(session, keyring, message, { original: bytes, signal });
  const blobId = await upload(session, new TextEncoder().encode(JSON.stringify(arrival)), signal);
  return { ...place, ...received, blobId, wire: { id, from, to, cc, date, thread } };
}

async function describeFile(session: Session, source: Source, signal: AbortSignal | undefined) {
  const named = { filename: originalName, mimeType: originalType };
  return { ...(await hashFile(session.platform, source, { signal })), ...named };
}

/** As a server seals what arrives (§100.12), its file with it. */
async function sealOne(
  session: Session,
  keyring: Keyring,
  message: MailMessage,
  { original, signal }: { original: Uint8Array; signal: AbortSignal | undefined },
): Promise<Arrival> {
  const { address, head } = keyring;
  const epoch = await findEpoch(head.epochs, session.platform.clock.now(), { orAnother: true });
  if (epoch === undefined)
    return fail("noKeys", "This account has no key that mail can be sealed to. Sign in anew.");
  const bytes = new TextEncoder().encode(JSON.stringify(await markImported(keyring, message)));
  const sealed = await sealArrival({ address, keyId: epoch.keyId }, epoch.publicKey, bytes);
  const { enc, wrap } = sealed;
  const files =
    message.attachments === undefined
      ? []
      : [await uploadOriginal(session, message.id, { original, key: await sealed.fileKey(0), signal })];
  return {
    arrivalSeal: {
      suite: "posthorn-arrival-1",
      keyId: epoch.keyId,
      enc: toBase64Url(enc),
      wrap: toBase64Url(wrap),
    },
    sealedMessage: toBase64Url(sealed.sealed),
    ...(files.length === 0 ? {} : { attachments: files }),
  };
}

async function uploadOriginal(
  session: Session,
  messageId: string,
  { original, key, signal }: { original: Uint8Array; key: Uint8Array; signal: AbortSignal | undefined },
): Promise<SealedAttachment> {
  const { platform } = session;
  const where = { messageId, place: 0 };
  const source = bytesSource(original);
  const secrets = { key: toBase64Url(key), salt: toBase64Url(platform.randomBytes(24)) };
  const attachment = await hashFile(platform, sealFileSource(source, secrets, where), { signal });
  const seal = { ...where, ...secrets, size: source.sizeBytes, attachment };
  return (await uploadSealedFile(session, source, { ...where, seal, signal })).attachment;
}

/** Its id for JMAP (§85.14). */
async function upload(session: Session, bytes: Uint8Array, signal: AbortSignal | undefined): Promise<string> {
  return `b${(await uploadFile(session, bytesSource(bytes), { signal })).hash}`;
}

function setOf(names: readonly string[]): Record<string, true> {
  return Object.fromEntries(names.map((name) => [name, true]));
}
