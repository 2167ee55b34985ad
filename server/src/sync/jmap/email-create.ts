/** Creating an Email (RFC 8621 §4.6): a client's draft becomes a mail before the account is held, and is put in then. */
import { formatTime, uuidV7 } from "@posthorn/protocol";
import { type Static, Type } from "typebox";
import type { Clock, Random } from "../../env/env.ts";
import { type ImportedMail, readMailBytes } from "../../objects/imported-mail.ts";
import { mailMessageId } from "../../rfc5322/message-head.ts";
import { blobIdsOf, type MailDraft, writeMail } from "../../rfc5322/write-mail.ts";
import { nullable, resolveId } from "./arguments.ts";
import { readDraft } from "./email-draft.ts";
import { SetSchema } from "./email-marks.ts";
import {
  countingBytes,
  type MailTx,
  mostMailBytes,
  placeMail,
  readPlace,
  refuseSealed,
} from "./email-place.ts";
import type { Hold } from "./large-turns.ts";
import { type Arguments, type JmapObject, type MethodCall, type SetError, SetFailure } from "./method.ts";
import type { OpenBlob } from "./open-blob.ts";
import type { SetCall } from "./set.ts";
import { wholeBlob } from "./whole-blob.ts";

export interface EmailCreateContext {
  /** Our host, of which Message-IDs are. */
  host: string;
  clock: Clock;
  random: Random;
  openBlob: OpenBlob;
}

/** What is read here; the rest is the mail's, and read by `readDraft`. */
export const CreateSchema = Type.Object({
  mailboxIds: SetSchema,
  keywords: nullable(SetSchema),
  receivedAt: nullable(Type.String()),
});

type Written = { ok: true; mail: ImportedMail } | { ok: false; reason: SetError };

/** By creation id, what an Email/set is to create. */
export type WrittenMails = ReadonlyMap<string, Written>;

/**
 * Writes the mails that an Email/set is to create. What is wrong with one is kept as its refusal. Throws MethodError
 * `requestTooLarge`.
 */
export async function writeMails(
  ctx: EmailCreateContext,
  call: MethodCall,
  { create }: Arguments,
  hold: Hold,
): Promise<WrittenMails> {
  const written = new Map<string, Written>();
  if (typeof create !== "object" || create === null) return written;
  const count = countingBytes();
  for (const [creationId, given] of Object.entries<unknown>({ ...create })) {
    if (typeof given !== "object" || given === null) continue;
    const one = await writeOne(ctx, call, { ...given }, hold);
    if (one.ok) count(one.mail.bytes.length);
    written.set(creationId, one);
  }
  return written;
}

async function writeOne(
  ctx: EmailCreateContext,
  call: MethodCall,
  given: JmapObject,
  hold: Hold,
): Promise<Written> {
  const outcome = readDraft(given);
  if (!outcome.ok) return outcome;
  const { draft } = outcome;
  const found = await readBlobs(ctx, call, draft, hold);
  if (!found.ok) return found;
  const now = ctx.clock.now();
  const id = uuidV7(now, ctx.random.bytes(16));
  const bytes = writeMail(draft, {
    messageId: mailMessageId(id, ctx),
    sentAt: formatTime(now),
    boundary: id.replaceAll("-", ""),
    blobs: found.blobs,
  });
  const mail = bytes.length > mostMailBytes ? undefined : readMailBytes(bytes);
  return mail === undefined ? tooLarge : { ok: true, mail };
}

const tooLarge = {
  ok: false,
  reason: { type: "tooLarge", description: `A message has ${mostMailBytes} bytes at most, with its files.` },
} as const;

async function readBlobs(
  { openBlob }: EmailCreateContext,
  call: MethodCall,
  draft: MailDraft,
  hold: Hold,
): Promise<{ ok: true; blobs: Map<string, Uint8Array> } | { ok: false; reason: SetError }> {
  const { accountId } = call.caller;
  const blobs = new Map<string, Uint8Array>();
  const notFound: string[] = [];
  let left = mostMailBytes;
  for (const id of blobIdsOf(draft)) {
    const blobId = resolveId(call, id);
    const bytes = blobId && (await wholeBlob(openBlob, { accountId, blobId, call }, left, hold));
    if (bytes === "tooLarge") return tooLarge;
    if (bytes instanceof Uint8Array) {
      left -= bytes.length;
      blobs.set(id, bytes);
    } else notFound.push(id);
  }
  if (notFound.length === 0) return { ok: true, blobs };
  const description = "A file that is to be in the message is not there. Upload it first.";
  return { ok: false, reason: { type: "blobNotFound", description, notFound } };
}

/** Puts one of the mails that were written into its place. Throws SetFailure. */
export async function createEmail(
  ctx: EmailCreateContext,
  at: SetCall<MailTx, unknown>,
  given: Static<typeof CreateSchema>,
  written: Written | undefined,
) {
  refuseSealed(at);
  if (written === undefined) throw new Error("a message is to be created that was not written");
  if (!written.ok) throw new SetFailure(written.reason);
  return placeMail(at, written.mail, readPlace(ctx, at, given));
}
