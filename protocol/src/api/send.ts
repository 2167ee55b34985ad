import { type Static, Type } from "typebox";
import { AddressTextSchema } from "../address.ts";
import { HashSchema } from "../hash.ts";
import { limits } from "../limits.ts";
import { whole } from "../number.ts";
import { ProblemSchema } from "../problem.ts";
import { TimeSchema } from "../time.ts";
import { UuidSchema } from "../uuid.ts";
import { QueryNumberSchema } from "./id.ts";

/** Where one recipient's copy stands. `held` waits for the recipient's consent at their server. */
export const DeliveryStatusSchema = Type.Enum([
  "queued",
  "sending",
  "delivered",
  "held",
  "retrying",
  "failed",
  "expired",
  "cancelled",
]);

export type DeliveryStatus = Static<typeof DeliveryStatusSchema>;

export const SendRecipientSchema = Type.Object({
  address: AddressTextSchema,
  status: DeliveryStatusSchema,
  attempts: Type.Optional(whole(100_000)),
  nextAttemptAt: Type.Optional(TimeSchema),
  deliveredAt: Type.Optional(TimeSchema),
  problem: Type.Optional(ProblemSchema),
});

export type SendRecipient = Static<typeof SendRecipientSchema>;

/** A message handed over and where each recipient's copy stands. `sendAt` is given while the message is held back. */
export const SendAnswerSchema = Type.Object({
  id: UuidSchema,
  recipients: Type.Array(SendRecipientSchema, { maxItems: limits.recipients }),
  sendAt: Type.Optional(TimeSchema),
});

export type SendAnswer = Static<typeof SendAnswerSchema>;

/** One line of the answer to a batch: `status` 202 with the rest of a SendAnswer, or the status of `problem`. */
export const SendLineSchema = Type.Object({
  id: Type.Union([UuidSchema, Type.Null()]),
  status: whole(599, 200),
  recipients: Type.Array(SendRecipientSchema, { maxItems: limits.recipients }),
  sendAt: Type.Optional(TimeSchema),
  problem: Type.Optional(ProblemSchema),
});

export type SendLine = Static<typeof SendLineSchema>;

/** `sendAt` holds the message until then; `undo` holds it for so many seconds. At most one of them. */
export const SendQuerySchema = Type.Object(
  { sendAt: Type.Optional(TimeSchema), undo: Type.Optional(QueryNumberSchema) },
  { additionalProperties: false },
);

export type SendQuery = Static<typeof SendQuerySchema>;

/** A blob that is on stable storage. */
export const BlobAnswerSchema = Type.Object({ hash: HashSchema, size: whole(limits.blobBytes) });

export type BlobAnswer = Static<typeof BlobAnswerSchema>;
