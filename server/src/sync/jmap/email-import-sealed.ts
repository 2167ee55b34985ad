/**
 * Importing into an account that is sealed (§85.12): its client has sealed the mail as this server seals what comes in the
 * open (§100.12), so that it never was here to be read, and says beside it what a server sees of any sealed message.
 */
import {
  AddressSchema,
  blobsOf,
  conversationOf,
  findArrival,
  limits,
  type Message,
  ProblemError,
  ReferenceSchema,
  readMessage,
  type SealedAttachment,
  UuidSchema,
} from "@posthorn/protocol";
import { type Static, Type } from "typebox";
import { checkBlobs, type Holder, useBlobs } from "../../blobs/access.ts";
import { addMessage } from "../../objects/add-message.ts";
import { formatId, formatThreadId } from "../../objects/ids.ts";
import { findByMessageId } from "../../store/object-store.ts";
import { closed, nullable } from "./arguments.ts";
import { formatBlobId } from "./blob-ids.ts";
import { type MailTx, noRoom, type readPlace } from "./email-place.ts";
import { type MethodCall, refuseObject } from "./method.ts";

/** What is said in the open of a mail that is sealed. */
export const GivenWire = Type.Object(
  {
    id: UuidSchema,
    from: AddressSchema,
    to: Type.Array(AddressSchema, { maxItems: limits.recipients }),
    cc: nullable(Type.Array(AddressSchema, { maxItems: limits.recipients })),
    date: Type.String({ maxLength: 30 }),
    thread: nullable(ReferenceSchema),
    inReplyTo: nullable(ReferenceSchema),
  },
  closed,
);

export interface SealedMail {
  /** Of what is said in the open alone. */
  message: Message;
  bytes: Uint8Array;
  files: readonly SealedAttachment[];
}

/** So many bytes has what stands in the place of a mail's own. */
export const mostSealedBytes: number = limits.arrivalBytes;

/** Throws SetFailure `invalidEmail` for bytes that nothing was sealed to, `invalidProperties` for a `wire` that cannot be. */
export function readSealedMail(wire: Static<typeof GivenWire>, bytes: Uint8Array): SealedMail {
  const arrival = orRefused("invalidEmail", () => findArrival(bytes));
  if (arrival === undefined) {
    return refuseObject(
      "invalidEmail",
      "With “wire”, a mail is sealed as one that has arrived is (§100.12).",
    );
  }
  const { attachments: files = [] } = arrival;
  const { cc, thread, inReplyTo, ...others } = wire;
  const fields = {
    ...others,
    type: "email",
    cc: cc ?? [],
    ...(thread ? { thread } : {}),
    ...(inReplyTo ? { inReplyTo } : {}),
    ...(files.length === 0 ? {} : { attachments: files }),
  };
  const said = new TextEncoder().encode(JSON.stringify(fields));
  return { message: orRefused("invalidProperties", () => readMessage(said)), bytes, files };
}

function orRefused<T>(type: "invalidEmail" | "invalidProperties", read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const { detail, title } = error.problem;
    return refuseObject(type, detail ?? title, type === "invalidProperties" ? { properties: ["wire"] } : {});
  }
}

/** Throws SetFailure `forbidden`, `alreadyExists`, `blobNotFound`, `overQuota`. Answers what the client does not know of the new Email. */
export async function placeSealedMail(
  at: MethodCall & { tx: MailTx },
  mail: SealedMail,
  place: ReturnType<typeof readPlace>,
) {
  if (!at.tx.isSealed) {
    refuseObject("forbidden", "This account is not sealed: import the mail as it is, without “wire”.");
  }
  const { tx } = at.tx;
  const { message, bytes, files } = mail;
  const conversation = conversationOf(message);
  const { accountId } = place;
  const existing = await findByMessageId(tx, accountId, { messageId: message.id, conversation });
  if (existing !== undefined) {
    const existingId = formatId("email", existing);
    refuseObject("alreadyExists", "This message is in the account already.", { existingId });
  }
  const holder: Holder = { kind: "account", id: accountId };
  const checked = await checkBlobs(tx, holder, message);
  if (!checked.ok) {
    const notFound = checked.missing.map(({ hash }) => formatBlobId({ kind: "upload", hash }));
    const { detail, title } = checked.problem;
    refuseObject("blobNotFound", detail ?? title, { notFound });
  }
  const blobs = blobsOf(message);
  const sealed = { isSealedOnArrival: true, sealedFiles: files, isImported: true };
  const id = await addMessage(tx, { ...place, message, bytes, blobs, ...sealed });
  if (id === undefined) return noRoom();
  await useBlobs(tx, holder, blobs);
  return {
    id: formatId("email", id),
    blobId: formatBlobId({ kind: "mail", objectId: id }),
    threadId: formatThreadId(conversation),
    size: bytes.length,
  };
}
