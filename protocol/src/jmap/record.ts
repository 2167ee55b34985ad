import { type Static, Type } from "typebox";
import { list, ObjectIdSchema } from "../api/id.ts";
import { limits } from "../limits.ts";
import { whole } from "../number.ts";
import { base64Url } from "../text.ts";
import { SetErrorsSchema } from "./set-error.ts";

/** Counts the writings of one record: 1 for the first. It is bound into what is sealed (§100.9). */
const revision = whole(2 ** 31 - 1, 1);

/** A sealed record of the owner: the server sees its collection, its id, how often it was written, and its padded size. */
export const RecordSchema = Type.Object({
  id: ObjectIdSchema,
  revision,
  sealed: base64Url(limits.sealedRecord),
});

export type SealedRecord = Static<typeof RecordSchema>;

/** What is known of a record before it is got; `size` in characters. */
export const RecordHeadSchema = Type.Object({
  id: ObjectIdSchema,
  revision,
  size: whole(limits.sealedRecord),
});

export type RecordHead = Static<typeof RecordHeadSchema>;

const notFound = list(ObjectIdSchema);

/** Answer of Record/get (§85.30). */
export const RecordsSchema = Type.Object({ list: list(RecordSchema), notFound });

/** The same when sizes were asked for in the place of what is sealed. */
export const RecordHeadsSchema = Type.Object({ list: list(RecordHeadSchema), notFound });

/** Answer of Record/changes, as far as it is not referred to. */
export const RecordChangesSchema = Type.Object({
  newState: Type.String({ maxLength: 255 }),
  hasMoreChanges: Type.Boolean(),
  destroyed: list(ObjectIdSchema, 5_000),
});

/** Answer of Record/set, as far as it says what was refused. */
export const RecordsSetSchema = Type.Object({
  notCreated: SetErrorsSchema,
  notUpdated: SetErrorsSchema,
  notDestroyed: SetErrorsSchema,
});
