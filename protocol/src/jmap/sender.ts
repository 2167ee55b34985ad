/** Ours: those who write to an account, and whether their mail is taken (§85.44). */
import { type Static, Type } from "typebox";
import { list } from "../api/id.ts";
import { limits } from "../limits.ts";
import { IdSchema } from "./id.ts";
import { SetErrorsSchema } from "./set-error.ts";

/** An id has 255 characters at most (RFC 8620 §1.2), and base64url makes four of three. */
export const mostPlainSenderBytes = 190;

/**
 * The id of a Sender: of an address without a tag, in lower case, of `*@` and a host, or of `*@*` for everybody else.
 * Undefined for one that is too long to be its own id: the server knows such by ids of another form.
 */
export function formatSenderId(address: string): string | undefined {
  if (address.length > mostPlainSenderBytes) return undefined;
  return `w${btoa(address).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`;
}

export const SenderStateSchema = Type.Enum(["accepted", "blocked", "undecided"]);

const TimeOrNull = Type.Union([Type.String({ maxLength: 30 }), Type.Null()]);

/** A Sender as the server tells it. */
export const SenderSchema = Type.Object({
  id: IdSchema,
  address: Type.String({ maxLength: limits.addressText }),
  state: SenderStateSchema,
  askedAt: TimeOrNull,
  decidedAt: TimeOrNull,
});

export type Sender = Static<typeof SenderSchema>;

/** Answer of Sender/get. */
export const SendersSchema = Type.Object({ list: list(SenderSchema) });

/** Answer of Sender/set, as far as it says what was refused. */
export const SendersSetSchema = Type.Object({ notUpdated: SetErrorsSchema });
