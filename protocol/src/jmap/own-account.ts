import { type Static, Type } from "typebox";
import { list } from "../api/id.ts";
import { limits } from "../limits.ts";
import { whole } from "../number.ts";
import { IdSchema } from "./id.ts";

const email = Type.String({ maxLength: limits.addressText });
/** More than any server here keeps of it. */
const longText = Type.String({ maxLength: 1_000_000 });

/** An address that the account writes as (RFC 8621 §6). */
export const MailIdentitySchema = Type.Object({
  id: IdSchema,
  name: longText,
  email,
  textSignature: longText,
  mayDelete: Type.Boolean(),
});

export type MailIdentity = Static<typeof MailIdentitySchema>;

/** Answer of Identity/get (RFC 8621 §6.1), as far as it says which addresses the account writes as. */
export const IdentitiesSchema = Type.Object({ list: list(Type.Object({ id: IdSchema, email })) });

/** Answer of Quota/get (RFC 9425 §4.1). */
export const QuotasSchema = Type.Object({
  list: list(
    Type.Object({
      id: IdSchema,
      resourceType: Type.String({ maxLength: 255 }),
      used: whole(limits.count),
      hardLimit: whole(limits.count),
    }),
  ),
});
