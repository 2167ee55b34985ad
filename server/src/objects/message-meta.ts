import {
  AddressSchema,
  AttachmentSchema,
  formatTime,
  limits,
  type PlainMeta,
  parseAddress,
  ReferenceSchema,
  shape,
} from "@posthorn/protocol";
import { Type } from "typebox";
import type { StoredObject } from "../store/object-store.ts";

const summaryShape = shape(
  Type.Object({
    to: Type.Array(AddressSchema, { maxItems: limits.recipients }),
    cc: Type.Array(AddressSchema, { maxItems: limits.recipients }),
    attachments: Type.Array(AttachmentSchema, { maxItems: limits.attachments }),
    inReplyTo: Type.Union([ReferenceSchema, Type.Null()]),
    sealed: Type.Boolean(),
  }),
);

/** A stored message as a client sees it in a list. */
export function messageMeta(object: StoredObject): PlainMeta {
  const summary = summaryShape.parse(JSON.parse(object.summary));
  return {
    id: String(object.id),
    messageId: object.messageId,
    type: object.type,
    from: parseAddress(object.sender),
    to: summary.to,
    cc: summary.cc,
    subject: object.subject ?? null,
    preview: object.preview ?? null,
    date: formatTime(object.sentAt),
    deliveredAt: formatTime(object.receivedAt),
    size: object.sizeBytes,
    keywords: Object.fromEntries(object.keywords.map((keyword) => [keyword, true])),
    mailboxes: object.mailboxes.map(String),
    attachments: summary.attachments,
    thread: object.conversation,
    inReplyTo: summary.inReplyTo,
    sealed: summary.sealed,
  };
}
