import { Type } from "typebox";

/** The name of an account: what stands before `@`, in lower case and without `+tag`. */
export const AccountNameSchema = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: "^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$",
  description: "a name of a–z, 0–9, dot, hyphen and underscore, beginning and ending with a letter or digit",
});
