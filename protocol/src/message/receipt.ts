import { type Static, Type } from "typebox";
import { AddressSchema } from "../address.ts";
import { limits } from "../limits.ts";
import { routing, TargetSchema } from "./routing.ts";

/**
 * Tells the author of `target` what became of it (§20.15): `delivered`, `read`, or a later version's word, which is
 * kept and not acted on. It goes to the author alone, has no content and is never sealed.
 */
export const ReceiptSchema = Type.Object({
  ...routing,
  type: Type.Literal("receipt"),
  from: AddressSchema,
  target: TargetSchema,
  event: Type.String({
    minLength: 1,
    maxLength: limits.typeName,
    pattern: "^[a-z][a-z0-9_]{0,63}$",
    description: "the name of an event such as read",
  }),
});

export type Receipt = Static<typeof ReceiptSchema>;
