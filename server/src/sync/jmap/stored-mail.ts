/** A stored message as a mail: what its row tells, and what its bytes do. */
import {
  type Address,
  AddressSchema,
  AttachmentSchema,
  findArrival,
  limits,
  type Message,
  PersonNameSchema,
  ProblemError,
  parseAddress,
  ReferenceSchema,
  readMessage,
  shape,
} from "@posthorn/protocol";
import { Type } from "typebox";
import type { ParsedMail } from "../../rfc5322/mail.ts";
import { type MailSummary, MailSummarySchema } from "../../rfc5322/mail-summary.ts";
import type { MessageHead } from "../../rfc5322/message-head.ts";
import { emailOf } from "../../rfc5322/message-mail.ts";
import { parseMail } from "../../rfc5322/parse-mail.ts";
import type { StoredObject } from "../../store/object-store.ts";

const nullableReference = Type.Optional(Type.Union([ReferenceSchema, Type.Null()]));
const messageSummary = shape(
  Type.Object({
    fromName: Type.Optional(PersonNameSchema),
    to: Type.Array(AddressSchema, { maxItems: limits.recipients }),
    cc: Type.Array(AddressSchema, { maxItems: limits.recipients }),
    bcc: Type.Optional(Type.Array(AddressSchema, { maxItems: limits.recipients })),
    attachments: Type.Array(AttachmentSchema, { maxItems: limits.attachments }),
    inReplyTo: nullableReference,
    thread: nullableReference,
    target: nullableReference,
    sealed: Type.Boolean(),
  }),
);
const mailSummary = shape(MailSummarySchema);

/** The head of a Posthorn message, with the message that it answers and the one it is about. */
interface StoredHead extends MessageHead {
  bcc: readonly Address[];
  answers: string | undefined;
  target: string | undefined;
}

/** Of a message in the format `posthorn`. */
export function headOf(object: StoredObject): StoredHead {
  const summary = messageSummary.parse(JSON.parse(object.summary));
  const target = summary.target ?? undefined;
  const answers = summary.inReplyTo ?? undefined;
  return {
    id: object.messageId,
    type: object.type,
    from: parseAddress(object.sender),
    fromName: summary.fromName,
    to: summary.to,
    cc: summary.cc,
    bcc: summary.bcc ?? [],
    sentAt: object.sentAt,
    subject: object.subject,
    inReplyTo: answers ?? target,
    thread: summary.thread ?? undefined,
    answers,
    target,
    isSealed: summary.sealed,
    files: summary.attachments,
  };
}

/** Of a message in the format `rfc5322`. */
export function mailSummaryOf(object: StoredObject): MailSummary {
  return mailSummary.parse(JSON.parse(object.summary));
}

/** `spend` is told of what is decoded of it, as by `parseMail`. */
export function mailOfStored(
  object: StoredObject,
  bytes: Uint8Array,
  spend?: (sizeBytes: number) => void,
): ParsedMail {
  if (object.format === "rfc5322") return parseMail(bytes, spend);
  const head = headOf(object);
  return emailOf(head, head.isSealed ? undefined : readStored(bytes));
}

/** Undefined for what is no message in the open. */
function readStored(bytes: Uint8Array): Message | undefined {
  try {
    return findArrival(bytes) === undefined ? readMessage(bytes) : undefined;
  } catch (error) {
    if (error instanceof ProblemError) return undefined;
    throw error;
  }
}
