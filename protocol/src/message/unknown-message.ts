import { type Static, Type } from "typebox";
import { AddressSchema } from "../address.ts";
import { attachments } from "./attachment.ts";
import { routing } from "./routing.ts";
import { sealed } from "./seal.ts";
import { TypeNameSchema } from "./type-name.ts";

const head = { ...routing, type: TypeNameSchema, from: AddressSchema };

/** A message of a type that is not of this version (§20.16): carried, stored and shown as such, never dropped. */
export const PlainUnknownMessageSchema = Type.Object({ ...head, attachments: Type.Optional(attachments) });

export const SealedUnknownMessageSchema = Type.Object({ ...head, ...sealed });

export type PlainUnknownMessage = Static<typeof PlainUnknownMessageSchema>;
export type SealedUnknownMessage = Static<typeof SealedUnknownMessageSchema>;
export type UnknownMessage = PlainUnknownMessage | SealedUnknownMessage;
