import { type Static, Type } from "typebox";
import { AddressTextSchema } from "../address.ts";
import { limits } from "../limits.ts";
import { base64Url } from "../text.ts";
import { sealedAttachments } from "./attachment.ts";

const keyId = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: "^[A-Za-z0-9._-]{1,64}$",
  description: "the id of a key",
});

/** The message's key, wrapped for one recipient. Closed. */
export const SealRecipientSchema = Type.Object(
  { address: AddressTextSchema, keyId, enc: base64Url(2048), wrap: base64Url(256) },
  { additionalProperties: false },
);

/** How a message is sealed (§20.6). Closed: a field that is not known here could change what the seal means. */
export const SealSchema = Type.Object(
  {
    suite: Type.Literal("posthorn-seal-1"),
    commit: base64Url(43, 43),
    fromKeyId: keyId,
    recipients: Type.Array(SealRecipientSchema, { minItems: 1, maxItems: limits.recipients + 1 }),
  },
  { additionalProperties: false },
);

export type Seal = Static<typeof SealSchema>;

/** What a sealed message carries in place of its content. */
export const sealed = {
  encryptedBody: base64Url(limits.encryptedBody),
  encryptionAlgorithm: Type.Literal("AES-256-GCM"),
  seal: SealSchema,
  attachments: Type.Optional(sealedAttachments),
};
