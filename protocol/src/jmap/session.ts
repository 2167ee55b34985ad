import { type Static, Type } from "typebox";
import { limits } from "../limits.ts";

const count = Type.Integer({ minimum: 0, maximum: limits.count });
const text = Type.String({ maxLength: 255 });
const url = Type.String({ maxLength: 1_000 });
const accountId = Type.String({
  minLength: 1,
  maxLength: 255,
  pattern: "^[A-Za-z0-9_-]{1,255}$",
  description: "an id",
});
const capabilityName = Type.String({ pattern: "^[!-~]{1,255}$" });
const table = { maxProperties: 64, additionalProperties: false } as const;

/** What is told of a capability; those that a client needs are read by their own schemas. */
const Capabilities = Type.Record(capabilityName, Type.Object({}), table);

export const CoreCapabilitySchema = Type.Object({
  maxSizeUpload: count,
  maxConcurrentUpload: count,
  maxSizeRequest: count,
  maxConcurrentRequests: count,
  maxCallsInRequest: count,
  maxObjectsInGet: count,
  maxObjectsInSet: count,
  collationAlgorithms: Type.Array(text, { maxItems: 64 }),
});

const SessionAccount = Type.Object({
  name: Type.String({ maxLength: limits.addressText }),
  isPersonal: Type.Boolean(),
  isReadOnly: Type.Boolean(),
  accountCapabilities: Capabilities,
});

/** What a client is told first (RFC 8620 §2). */
export const JmapSessionSchema = Type.Object({
  capabilities: Capabilities,
  accounts: Type.Record(Type.String({ pattern: "^[A-Za-z0-9_-]{1,255}$" }), SessionAccount, table),
  primaryAccounts: Type.Record(capabilityName, accountId, table),
  username: Type.String({ maxLength: limits.addressText }),
  apiUrl: url,
  downloadUrl: url,
  uploadUrl: url,
  eventSourceUrl: url,
  state: text,
});

export type JmapSession = Static<typeof JmapSessionSchema>;
