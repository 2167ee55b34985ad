import { type Static, Type } from "typebox";
import { list } from "../api/id.ts";
import { limits } from "../limits.ts";
import { whole } from "../number.ts";
import { IdSchema } from "./id.ts";

const longest = 72_000_000;
const mostParts = 10_000;
const text = Type.String({ maxLength: longest });
const textOrNull = Type.Union([text, Type.Null()]);

/** A file of a standard mail (RFC 8621 §4.1.4, EmailBodyPart). */
export const MailFileSchema = Type.Object({
  blobId: IdSchema,
  name: textOrNull,
  type: text,
  size: whole(limits.count),
  /** By which its HTML shows it (RFC 2392). */
  cid: Type.Optional(textOrNull),
});

export type MailFile = Static<typeof MailFileSchema>;

/** Answer of Email/get (RFC 8621 §4.2) to who reads standard mail. */
export const MailBodiesSchema = Type.Object({
  list: list(
    Type.Object({
      id: IdSchema,
      textBody: list(Type.Object({ partId: textOrNull, type: text }), mostParts),
      htmlBody: Type.Optional(list(Type.Object({ partId: textOrNull, type: text }), mostParts)),
      bodyValues: Type.Record(
        Type.String({ pattern: "^[!-~]{1,255}$" }),
        Type.Object({ value: text, isTruncated: Type.Boolean() }),
        { maxProperties: mostParts, additionalProperties: false },
      ),
      attachments: list(MailFileSchema, mostParts),
    }),
  ),
});
