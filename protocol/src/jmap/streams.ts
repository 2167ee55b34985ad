import { type Static, Type } from "typebox";
import { limits } from "../limits.ts";

const closed = { additionalProperties: false } as const;
const Id = Type.String({ minLength: 1, maxLength: 255 });
const mediaType = Type.String({ maxLength: 255 });

/** What an upload is answered with (RFC 8620 §6.1). */
export const UploadedSchema = Type.Object({
  accountId: Id,
  blobId: Id,
  type: mediaType,
  size: Type.Integer({ minimum: 0, maximum: limits.count }),
});

export type Uploaded = Static<typeof UploadedSchema>;

/** `accept` is the type that the answer is to have (RFC 8620 §6.2). */
export const DownloadQuerySchema = Type.Object({ accept: Type.Optional(mediaType) }, closed);

/** What an event source is asked for (RFC 8620 §7.3); everything, never and never when left out. */
export const EventsQuerySchema = Type.Object(
  {
    types: Type.Optional(Type.String({ maxLength: 1_000 })),
    closeafter: Type.Optional(Type.String({ maxLength: 16 })),
    ping: Type.Optional(Type.String({ maxLength: 16 })),
  },
  closed,
);
