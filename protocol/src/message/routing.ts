import { type Static, Type } from "typebox";
import { AddressSchema } from "../address.ts";
import { limits } from "../limits.ts";
import { TimeSchema } from "../time.ts";
import { ReferenceSchema, UuidSchema } from "../uuid.ts";

const recipients = Type.Array(AddressSchema, { maxItems: limits.recipients });

/** What every message carries besides its sender, readable by every server on the way (§20.4). */
export const routing = {
  id: UuidSchema,
  to: Type.Optional(recipients),
  cc: Type.Optional(recipients),
  date: TimeSchema,
  inReplyTo: Type.Optional(Type.Union([ReferenceSchema, Type.Null()])),
  thread: Type.Optional(ReferenceSchema),
};

/** Names a message by its whole identity: its author and the id the author gave it. */
export const TargetSchema = Type.Object({ id: UuidSchema, from: AddressSchema });

export type Target = Static<typeof TargetSchema>;

/** A field of the content that a sealed message must leave out or set to null (§20.6). */
export const hidden = Type.Optional(
  Type.Null({ description: "left out or null, because the message is sealed" }),
);
