import { type TSchema, Type } from "typebox";

/** An id of JMAP (RFC 8620 §1.2); opaque to clients. */
export const IdSchema = Type.String({
  minLength: 1,
  maxLength: 255,
  pattern: "^[A-Za-z0-9_-]{1,255}$",
  description: "an id this server has given out",
});

/** Something of each of these ids. */
export function idTable<const Value extends TSchema>(value: Value) {
  return Type.Record(Type.String({ pattern: "^[A-Za-z0-9_-]{1,255}$" }), value, {
    maxProperties: 1_000,
    additionalProperties: false,
  });
}
