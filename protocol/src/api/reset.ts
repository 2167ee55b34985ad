import { type Static, Type } from "typebox";
import { AddressTextSchema } from "../address.ts";
import { limits } from "../limits.ts";
import { base64Url, oneLine } from "../text.ts";
import { TimeSchema } from "../time.ts";
import { list } from "./id.ts";
import { NewKeysSchema, SignedStatementSchema, WrappedEpochSchema, WrappedSecretSchema } from "./keys.ts";

const closed = { additionalProperties: false };
/** 32 bytes in base64url. */
const bytes32 = base64Url(43, 43);
const token = base64Url(limits.token);

/** A link by which somebody who has lost password and phrase begins anew (§80.16); it is in this answer only. */
export const NewResetLinkSchema = Type.Object({ token, url: oneLine(2000, 8), expiresAt: TimeSchema });

export type NewResetLink = Static<typeof NewResetLinkSchema>;

export const ResetLookSchema = Type.Object({ token }, closed);

/** Whose account a link is for, and what it has said last of its keys; null for an open account. */
export const ResetInfoSchema = Type.Object({
  address: AddressTextSchema,
  expiresAt: TimeSchema,
  statement: Type.Union([SignedStatementSchema, Type.Null()]),
});

export type ResetInfo = Static<typeof ResetInfoSchema>;

export const ResetStartSchema = Type.Object(
  { token, registrationRequest: base64Url(limits.opaqueMessage) },
  closed,
);

/** The new password, and the keys that a sealed account begins anew with. */
export const ResetFinishSchema = Type.Object(
  {
    token,
    registrationRecord: base64Url(limits.opaqueMessage),
    device: Type.Optional(oneLine(limits.label, 1)),
    keys: Type.Optional(NewKeysSchema),
  },
  closed,
);

/** What an identity before a reset has left: its recovery phrase opens it. */
export const FormerKeysSchema = Type.Object({
  identityKey: bytes32,
  recovery: WrappedSecretSchema,
  epochs: list(WrappedEpochSchema, limits.wrappedEpochs),
});

export type FormerKeys = Static<typeof FormerKeysSchema>;

export const FormerKeysListSchema = Type.Object({ former: list(FormerKeysSchema, limits.statements) });

/** The secrets of epochs of a former identity, wrapped anew. */
export const RegainedKeysSchema = Type.Object(
  { identityKey: bytes32, epochs: Type.Array(WrappedEpochSchema, { maxItems: limits.wrappedEpochs }) },
  closed,
);
