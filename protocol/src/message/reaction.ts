import { type Static, Type } from "typebox";
import { AddressSchema } from "../address.ts";
import { limits } from "../limits.ts";
import { oneLine } from "../text.ts";
import { hidden, routing, TargetSchema } from "./routing.ts";
import { sealed } from "./seal.ts";

const head = { ...routing, type: Type.Literal("reaction"), from: AddressSchema, target: TargetSchema };

/** An emoji set to a message (§20.13). It is taken back by a `recall` of the reaction. */
export const PlainReactionSchema = Type.Object({ ...head, emoji: oneLine(limits.emoji, 1) });

export const SealedReactionSchema = Type.Object({ ...head, emoji: hidden, ...sealed });

export type PlainReaction = Static<typeof PlainReactionSchema>;
export type SealedReaction = Static<typeof SealedReactionSchema>;
export type Reaction = PlainReaction | SealedReaction;
