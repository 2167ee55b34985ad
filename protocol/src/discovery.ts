import { type Static, Type } from "typebox";
import { HostSchema, hostPattern } from "./host.ts";
import { limits } from "./limits.ts";
import { TypeNameSchema } from "./message/type-name.ts";
import { whole } from "./number.ts";
import { base64Url, oneLine } from "./text.ts";
import { TimeSchema } from "./time.ts";

/** The id of a host's key, the part of `keyid` after the slash. */
export const HostKeyIdSchema = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: "^[A-Za-z0-9._-]{1,64}$",
  description: "the id of a key such as 2026-11",
});

/** An online key of a host, vouched for by the host's root key (§30.4). Closed. */
export const HostKeySchema = Type.Object(
  {
    id: HostKeyIdSchema,
    algorithm: Type.Literal("ed25519"),
    publicKey: base64Url(43, 43),
    validFrom: TimeSchema,
    validUntil: TimeSchema,
    rootSignature: base64Url(86, 86),
  },
  { additionalProperties: false },
);

export type HostKey = Static<typeof HostKeySchema>;

/** Where a server takes requests: https, a host and nothing after it. */
export const EndpointSchema = Type.String({
  minLength: 11,
  maxLength: limits.host + 8,
  pattern: `^https://${hostPattern}$`,
  description: "an address such as https://mail.example.com, without a path",
});

/** The limits a host has besides those of the version, none of them above it. */
export const HostLimitsSchema = Type.Object({
  messageBytes: Type.Optional(whole(limits.messageBytes)),
  recipients: Type.Optional(whole(limits.recipients)),
  attachments: Type.Optional(whole(limits.attachments)),
  blobBytes: Type.Optional(whole(limits.blobBytes)),
  batchLines: Type.Optional(whole(limits.batchLines)),
  batchBytes: Type.Optional(whole(limits.batchBytes)),
});

/** The document at `https://<host>/.well-known/posthorn` (§30.2). */
export const DiscoverySchema = Type.Object({
  version: Type.Literal(1),
  host: HostSchema,
  endpoint: EndpointSchema,
  software: Type.Optional(oneLine(limits.software)),
  rootKey: base64Url(43, 43),
  keys: Type.Array(HostKeySchema, { minItems: 1, maxItems: limits.discoveryKeys }),
  oldKeys: Type.Array(HostKeySchema, { maxItems: limits.discoveryOldKeys }),
  limits: HostLimitsSchema,
  types: Type.Array(TypeNameSchema, { maxItems: limits.discoveryTypes }),
  contact: Type.Optional(oneLine(limits.contact)),
});

export type Discovery = Static<typeof DiscoverySchema>;
