import { type Static, Type } from "typebox";
import { AddressTextSchema } from "../address.ts";
import { HostSchema } from "../host.ts";
import { limits } from "../limits.ts";
import { whole } from "../number.ts";
import { base64Url, oneLine } from "../text.ts";
import { TimeSchema } from "../time.ts";
import { AccountNameSchema } from "./account-name.ts";
import { list, ObjectIdSchema } from "./id.ts";
import { NewKeysSchema } from "./keys.ts";

const secret = Type.String({
  minLength: 16,
  maxLength: limits.token,
  pattern: "^[A-Za-z0-9._~-]+$",
  description: "a token this server has given out",
});
const opaque = base64Url(limits.opaqueMessage);
const label = oneLine(limits.label, 1);

/** What an invitation offers. `name` is null when the guest chooses. */
export const InviteInfoSchema = Type.Object({
  host: HostSchema,
  name: Type.Union([AccountNameSchema, Type.Null()]),
  expiresAt: TimeSchema,
  /** The account that it makes is an operator's. */
  operator: Type.Optional(Type.Boolean()),
});

export type InviteInfo = Static<typeof InviteInfoSchema>;

/** Who is calling, as the server knows it. */
export const OwnRoleSchema = Type.Object({
  address: AddressTextSchema,
  operator: Type.Boolean(),
  /** When everything of an account that is closing is erased. */
  eraseAt: Type.Optional(TimeSchema),
});

export type OwnRole = Static<typeof OwnRoleSchema>;

/** A sign-in, begun with the account's password and finished here: a stolen sign-in alone closes nothing. */
export const CloseAccountSchema = Type.Object(
  { loginId: secret, finishLoginRequest: opaque },
  { additionalProperties: false },
);

export const ClosingSchema = Type.Object({ eraseAt: TimeSchema });

export type Closing = Static<typeof ClosingSchema>;

/** First step of OPAQUE registration (RFC 9807 §5): the blinded password. */
export const RegisterStartSchema = Type.Object(
  { invite: secret, name: AccountNameSchema, registrationRequest: opaque },
  { additionalProperties: false },
);
export const RegisterStartAnswerSchema = Type.Object({ registrationResponse: opaque });

/** Second step: the record by which the server will know the password without learning it. */
export const RegisterFinishSchema = Type.Object(
  {
    invite: secret,
    name: AccountNameSchema,
    registrationRecord: opaque,
    device: Type.Optional(label),
    keys: Type.Optional(NewKeysSchema),
  },
  { additionalProperties: false },
);

/** First step of OPAQUE login (RFC 9807 §6). It is answered alike whether the account exists or not. */
export const LoginStartSchema = Type.Object(
  { name: AccountNameSchema, startLoginRequest: opaque },
  { additionalProperties: false },
);
export const LoginStartAnswerSchema = Type.Object({ loginId: secret, loginResponse: opaque });

export const LoginFinishSchema = Type.Object(
  { loginId: secret, finishLoginRequest: opaque, device: Type.Optional(label) },
  { additionalProperties: false },
);

/** What a sign-in yields. The refresh token works once and is replaced each time. */
export const TokensSchema = Type.Object({
  accessToken: secret,
  refreshToken: secret,
  expiresInS: whole(86_400),
  accountId: ObjectIdSchema,
  address: AddressTextSchema,
});

export type Tokens = Static<typeof TokensSchema>;

export const RefreshSchema = Type.Object({ refreshToken: secret }, { additionalProperties: false });

export const SessionSchema = Type.Object({
  id: ObjectIdSchema,
  device: Type.Union([label, Type.Null()]),
  createdAt: TimeSchema,
  lastSeenAt: TimeSchema,
  current: Type.Boolean(),
});

export type Session = Static<typeof SessionSchema>;

export const SessionListSchema = Type.Object({ sessions: list(SessionSchema) });

export const ScopeSchema = Type.Enum(["read", "draft", "send", "admin"]);

export type Scope = Static<typeof ScopeSchema>;

const scopes = Type.Array(ScopeSchema, { minItems: 1, maxItems: 4 });

/** A named key to the account for a program; its secret is shown once, when it is made. */
export const ApiTokenSchema = Type.Object({
  id: ObjectIdSchema,
  name: label,
  scopes,
  createdAt: TimeSchema,
  expiresAt: TimeSchema,
  lastUsedAt: Type.Optional(TimeSchema),
});

export type ApiToken = Static<typeof ApiTokenSchema>;

export const ApiTokenListSchema = Type.Object({ tokens: list(ApiTokenSchema) });

export const ApiTokenRequestSchema = Type.Object(
  { name: label, scopes, expiresInS: Type.Optional(whole(366 * 86_400, 60)) },
  { additionalProperties: false },
);

export const NewApiTokenSchema = Type.Object({ ...ApiTokenSchema.properties, token: secret });

export type NewApiToken = Static<typeof NewApiTokenSchema>;
