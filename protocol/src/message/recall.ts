import { type Static, Type } from "typebox";
import { AddressSchema } from "../address.ts";
import { UuidSchema } from "../uuid.ts";
import { routing } from "./routing.ts";

/** Asks that a message of the same sender be shown no longer (§20.14). It has no content, so it is never sealed. */
export const RecallSchema = Type.Object({
  ...routing,
  type: Type.Literal("recall"),
  from: AddressSchema,
  target: UuidSchema,
});

export type Recall = Static<typeof RecallSchema>;
