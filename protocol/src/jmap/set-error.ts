import { type Static, Type } from "typebox";
import { limits } from "../limits.ts";

/** Why one object was not written (RFC 8620 §5.3). */
export const SetErrorSchema = Type.Object({
  type: Type.String({ maxLength: 255 }),
  description: Type.Optional(Type.Union([Type.String({ maxLength: limits.detail }), Type.Null()])),
});

export type SetError = Static<typeof SetErrorSchema>;

/** By id or creation id; null when there are none. */
export const SetErrorsSchema = Type.Optional(
  Type.Union([
    Type.Record(Type.String({ pattern: "^[A-Za-z0-9_-]{1,255}$" }), SetErrorSchema, {
      maxProperties: 1_000,
      additionalProperties: false,
    }),
    Type.Null(),
  ]),
);
