import { type Static, Type } from "typebox";
import { AddressSchema } from "../address.ts";
import { limits } from "../limits.ts";
import { manyLines } from "../text.ts";
import { attachments } from "./attachment.ts";
import { author, hiddenAuthor } from "./author.ts";
import { hidden, routing } from "./routing.ts";
import { sealed } from "./seal.ts";

const head = { ...routing, type: Type.Literal("chat_message"), from: AddressSchema };

/** A line of a conversation (§20.8). `text` may be empty only when something is attached. */
export const PlainChatMessageSchema = Type.Object({
  ...head,
  ...author,
  text: manyLines(limits.text),
  attachments: Type.Optional(attachments),
});

export const SealedChatMessageSchema = Type.Object({ ...head, ...hiddenAuthor, text: hidden, ...sealed });

export type PlainChatMessage = Static<typeof PlainChatMessageSchema>;
export type SealedChatMessage = Static<typeof SealedChatMessageSchema>;
export type ChatMessage = PlainChatMessage | SealedChatMessage;
