import { type Static, Type } from "typebox";
import { AddressSchema } from "../address.ts";
import { limits } from "../limits.ts";
import { manyLines, oneLine } from "../text.ts";
import { attachments } from "./attachment.ts";
import { author, hiddenAuthor } from "./author.ts";
import { hidden, routing } from "./routing.ts";
import { sealed } from "./seal.ts";

const head = {
  ...routing,
  type: Type.Optional(Type.Literal("email")),
  from: AddressSchema,
  /** True for what a program has written by itself, such as an answer in somebody's absence: no program answers it. */
  automatic: Type.Optional(Type.Boolean()),
};

/** The fields of a letter's text, shared with `edit`. `body` is plain text; `bodyType` may say it is Markdown. */
export const letter = {
  subject: Type.Optional(Type.Union([oneLine(limits.subject), Type.Null()])),
  body: Type.Optional(Type.Union([manyLines(limits.body), Type.Null()])),
  bodyType: Type.Optional(Type.Enum(["text/plain", "text/markdown"])),
};

/** An email in the open (§20.7). The only type that may leave `type` out. */
export const PlainEmailSchema = Type.Object({
  ...head,
  ...author,
  ...letter,
  attachments: Type.Optional(attachments),
});

export const SealedEmailSchema = Type.Object({
  ...head,
  ...hiddenAuthor,
  subject: hidden,
  body: hidden,
  bodyType: hidden,
  ...sealed,
});

export type PlainEmail = Static<typeof PlainEmailSchema>;
export type SealedEmail = Static<typeof SealedEmailSchema>;
export type Email = PlainEmail | SealedEmail;
