import { type Static, Type } from "typebox";

/** SHA-256 in lower-case hex; the name of a blob. */
export const HashSchema = Type.String({
  minLength: 64,
  maxLength: 64,
  pattern: "^[0-9a-f]{64}$",
  description: "a SHA-256 in 64 lower-case hex digits",
});

export type Hash = Static<typeof HashSchema>;
