import { type TSchema, Type } from "typebox";
import { limits } from "../limits.ts";

/** The id a server gives to an object, mailbox, session or token of its own; opaque to clients. */
export const ObjectIdSchema = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: "^[A-Za-z0-9_-]{1,64}$",
  description: "an id this server has given out",
});

/** Names a state of an account; opaque, compared for equality only. */
export const StateSchema = Type.String({
  minLength: 1,
  maxLength: limits.state,
  pattern: "^[A-Za-z0-9_.-]{1,64}$",
  description: "a state this server has given out",
});

/** A number in a query, where everything is text. */
export const QueryNumberSchema = Type.String({
  minLength: 1,
  maxLength: 10,
  pattern: "^(?:0|[1-9][0-9]{0,9})$",
  description: "a whole number",
});

/** At most `maxItems` of something. */
export function list<Item extends TSchema>(item: Item, maxItems: number = limits.listItems) {
  return Type.Array(item, { maxItems });
}
