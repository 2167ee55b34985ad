import { Type } from "typebox";
import { limits } from "../limits.ts";

/** The name of a type of message; one that is not of this version is a name all the same (§20.16). */
export const TypeNameSchema = Type.String({
  minLength: 1,
  maxLength: limits.typeName,
  pattern: "^[a-z][a-z0-9_.-]{0,63}$",
  description: "the name of a type of message such as chat_message",
});
