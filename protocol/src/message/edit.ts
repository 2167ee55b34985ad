import { type Static, Type } from "typebox";
import { AddressSchema } from "../address.ts";
import { limits } from "../limits.ts";
import { manyLines } from "../text.ts";
import { UuidSchema } from "../uuid.ts";
import { attachments } from "./attachment.ts";
import { letter } from "./email.ts";
import { hidden, routing } from "./routing.ts";
import { sealed } from "./seal.ts";

const head = { ...routing, type: Type.Literal("edit"), from: AddressSchema, target: UuidSchema };

/** New content for a message of the same sender (§20.14). A field that is left out stays as it was. */
export const PlainEditSchema = Type.Object({
  ...head,
  ...letter,
  text: Type.Optional(manyLines(limits.text)),
  attachments: Type.Optional(attachments),
});

export const SealedEditSchema = Type.Object({
  ...head,
  subject: hidden,
  body: hidden,
  bodyType: hidden,
  text: hidden,
  ...sealed,
});

export type PlainEdit = Static<typeof PlainEditSchema>;
export type SealedEdit = Static<typeof SealedEditSchema>;
export type Edit = PlainEdit | SealedEdit;
