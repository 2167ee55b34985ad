import { type Static, Type } from "typebox";
import { AddressTextSchema } from "../address.ts";
import { limits } from "../limits.ts";
import { whole } from "../number.ts";
import { base64Url, oneLine } from "../text.ts";
import { TimeSchema } from "../time.ts";
import { AccountNameSchema } from "./account-name.ts";
import { list } from "./id.ts";

const closed = { additionalProperties: false };
/** 32 bytes in base64url. */
const bytes32 = base64Url(43, 43);
const signature = base64Url(86, 86);
const orNothing = (schema: ReturnType<typeof base64Url>) => Type.Union([schema, Type.Literal("")]);

/** The id of a key: half of the SHA-256 of its public half (§90.1). */
export const KeyIdSchema = base64Url(22, 22);

/** A key that messages are sealed to for some time (§90.4). Closed, as all of a statement. */
export const EpochSchema = Type.Object(
  {
    keyId: KeyIdSchema,
    publicKey: base64Url(1622, 1622),
    validFrom: TimeSchema,
    validUntil: TimeSchema,
  },
  closed,
);

/** Whether an account takes sealed messages only (§90.8). */
export const SealPolicySchema = Type.Enum(["sealed", "open"]);

export type SealPolicy = Static<typeof SealPolicySchema>;

/** What an account says of its keys, signed by it (§90.5). Only its shape is said here; who reads it checks the chain. */
export const SignedStatementSchema = Type.Object(
  {
    statement: Type.Object(
      {
        address: AddressTextSchema,
        seq: whole(2 ** 31 - 1),
        prev: orNothing(bytes32),
        identityKey: bytes32,
        epochs: Type.Array(EpochSchema, { minItems: 1, maxItems: limits.epochs }),
        policy: SealPolicySchema,
        vaultHead: orNothing(bytes32),
        validFrom: TimeSchema,
        reason: Type.Enum(["first", "rotation", "compromise", "reset"]),
      },
      closed,
    ),
    signature,
    previousSignature: orNothing(signature),
  },
  closed,
);

/** All statements of an account, the first one first (§90.9). None for an account that has no keys. */
export const KeyChainSchema = Type.Object({
  statements: list(SignedStatementSchema, limits.statements),
  /** Its owner has closed it (§80.17): what it has sent is still read by these keys, and nothing is sent to it. */
  closing: Type.Optional(Type.Boolean()),
});

export type KeyChain = Static<typeof KeyChainSchema>;

/** A secret of 32 bytes that the server keeps and cannot read (§90.3). */
export const WrappedSecretSchema = base64Url(139, 139);

/** The secret half of an epoch's key, wrapped. */
export const WrappedEpochSchema = Type.Object({ keyId: KeyIdSchema, wrapped: WrappedSecretSchema }, closed);

/** The root secret wrapped by the recovery phrase, and the key that proves who has the phrase (§90.12). */
export const RecoverySchema = Type.Object({ wrapped: WrappedSecretSchema, proofKey: bytes32 }, closed);

const epochs = Type.Array(WrappedEpochSchema, { minItems: 1, maxItems: limits.epochs });

/** The keys a new account begins with (§80.11). Without them it is an open account, whose mail its server reads. */
export const NewKeysSchema = Type.Object(
  { statement: SignedStatementSchema, password: WrappedSecretSchema, recovery: RecoverySchema, epochs },
  closed,
);

export type NewKeys = Static<typeof NewKeysSchema>;

/** What a client needs to open the account, all of it wrapped. An open account has no statements and no wraps. */
export const AccountSecretsSchema = Type.Object({
  statements: list(SignedStatementSchema, limits.statements),
  password: Type.Union([WrappedSecretSchema, Type.Null()]),
  recovery: Type.Union([WrappedSecretSchema, Type.Null()]),
  epochs: list(WrappedEpochSchema, limits.wrappedEpochs),
});

export type AccountSecrets = Static<typeof AccountSecretsSchema>;

/**
 * The next statement of the account, with the secrets of the epochs it brings. A new identity (`compromise`) wraps
 * everything anew and comes with a new password: the old one has leaked (§90.3).
 */
export const NewStatementSchema = Type.Object(
  {
    statement: SignedStatementSchema,
    epochs: Type.Array(WrappedEpochSchema, { maxItems: limits.wrappedEpochs }),
    identity: Type.Optional(
      Type.Object(
        {
          registrationRecord: base64Url(limits.opaqueMessage),
          password: WrappedSecretSchema,
          recovery: RecoverySchema,
        },
        closed,
      ),
    ),
  },
  closed,
);

export type NewStatement = Static<typeof NewStatementSchema>;

export const PasswordStartSchema = Type.Object(
  { registrationRequest: base64Url(limits.opaqueMessage) },
  closed,
);

/** How the owner proves that the password is theirs to change (§80.11). */
export const PasswordProofSchema = Type.Union([
  /** By the identity key, over the record and the wrap: of an account with keys. */
  Type.Object({ kind: Type.Literal("identity"), wrapped: WrappedSecretSchema, signature }, closed),
  /** By the password that is to be replaced: of an open account. */
  Type.Object(
    {
      kind: Type.Literal("password"),
      loginId: base64Url(limits.token),
      finishLoginRequest: base64Url(limits.opaqueMessage),
    },
    closed,
  ),
]);

export const PasswordFinishSchema = Type.Object(
  { registrationRecord: base64Url(limits.opaqueMessage), proof: PasswordProofSchema },
  closed,
);

/** A new recovery phrase, signed by the identity key (§80.11). */
export const NewRecoverySchema = Type.Object({ recovery: RecoverySchema, signature }, closed);

/** First step of signing in with the recovery phrase (§80.12). It is answered alike whether the account exists or not. */
export const RecoverStartSchema = Type.Object({ name: AccountNameSchema }, closed);
export const RecoverStartAnswerSchema = Type.Object({
  recoveryId: base64Url(limits.token),
  challenge: bytes32,
});
export const RecoverFinishSchema = Type.Object(
  {
    recoveryId: base64Url(limits.token),
    signature,
    device: Type.Optional(oneLine(limits.label, 1)),
  },
  closed,
);

/** Whom the account shows its keys: everybody, or only who is named (§80.13). */
export const KeyConsentSchema = Type.Object({
  hidden: Type.Boolean(),
  allowed: list(AddressTextSchema, limits.allowed),
});

export type KeyConsent = Static<typeof KeyConsentSchema>;

export const KeyConsentPatchSchema = Type.Object(
  {
    hidden: Type.Optional(Type.Boolean()),
    allow: Type.Optional(Type.Array(AddressTextSchema, { maxItems: limits.recipients })),
    forbid: Type.Optional(Type.Array(AddressTextSchema, { maxItems: limits.recipients })),
  },
  closed,
);

export type KeyConsentPatch = Static<typeof KeyConsentPatchSchema>;

/** `for` is the account on whose behalf a server asks; it is of the host that signs (§90.9). */
export const PeerKeysQuerySchema = Type.Object({ for: AddressTextSchema }, closed);
