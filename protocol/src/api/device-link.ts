import { Type } from "typebox";
import { limits } from "../limits.ts";
import { base64Url, oneLine } from "../text.ts";
import { TimeSchema } from "../time.ts";
import { TokensSchema } from "./auth.ts";
import { WrappedSecretSchema } from "./keys.ts";

const closed = { additionalProperties: false };
const token = base64Url(43, 43);

/** A link by which a new device signs in (§80.14). An open account has nothing to wrap. */
export const DeviceLinkSchema = Type.Object({ token, wrapped: Type.Optional(WrappedSecretSchema) }, closed);
export const DeviceLinkAnswerSchema = Type.Object({ expiresAt: TimeSchema });

export const RedeemDeviceLinkSchema = Type.Object(
  { token, device: Type.Optional(oneLine(limits.label, 1)) },
  closed,
);

/** A sign-in, and the root secret as the other device has wrapped it; null for an open account. */
export const RedeemedDeviceLinkSchema = Type.Object({
  tokens: TokensSchema,
  wrapped: Type.Union([WrappedSecretSchema, Type.Null()]),
});
