import { type Static, Type } from "typebox";
import { limits } from "../limits.ts";
import { whole } from "../number.ts";
import { base64Url } from "../text.ts";
import { list, ObjectIdSchema } from "./id.ts";

/** Counts the writings of one record: 1 for the first. It is bound into what is sealed (§100.9). */
const revision = whole(2 ** 31 - 1, 1);

/** A sealed record of the owner: the server sees its collection, its id, how often it was written, and its padded size. */
export const RecordSchema = Type.Object({
  id: ObjectIdSchema,
  revision,
  sealed: base64Url(limits.sealedRecord),
});

export type SealedRecord = Static<typeof RecordSchema>;

/** A page of a collection in the order of ids. `next` is the `after` of the next page, absent on the last. */
export const RecordPageSchema = Type.Object({
  records: list(RecordSchema, limits.recordPage),
  next: Type.Optional(ObjectIdSchema),
});

export type RecordPage = Static<typeof RecordPageSchema>;

export const RecordQuerySchema = Type.Object(
  { after: Type.Optional(ObjectIdSchema) },
  { additionalProperties: false },
);

/** `revision` is one more than the one that is replaced; another and nothing is written (`changedMeanwhile`). */
export const RecordInputSchema = Type.Object(
  { revision, sealed: base64Url(limits.sealedRecord) },
  { additionalProperties: false },
);
