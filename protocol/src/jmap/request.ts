import { type Static, Type } from "typebox";

const maxCapabilities = 64;
/** Of a request's calls; how many of them a server takes is told in the session, and is fewer. */
const maxCalls = 1_000;

const capability = Type.String({ maxLength: 255 });
const Id = Type.String({ minLength: 1, maxLength: 255 });

/** Ids by creation id (RFC 8620 §3.3). */
export const CreatedIdsSchema = Type.Record(Type.String({ pattern: "^[A-Za-z0-9_-]{1,255}$" }), Id, {
  maxProperties: 1_000,
  additionalProperties: false,
});

/** Name, arguments and call id, in this order (RFC 8620 §3.2). */
export const InvocationSchema = Type.Array(Type.Union([Type.String({ maxLength: 255 }), Type.Object({})]), {
  minItems: 3,
  maxItems: 3,
});

/** What a client posts to the API (RFC 8620 §3.3). */
export const JmapRequestSchema = Type.Object({
  using: Type.Array(capability, { maxItems: maxCapabilities }),
  methodCalls: Type.Array(InvocationSchema, { maxItems: maxCalls }),
  createdIds: Type.Optional(CreatedIdsSchema),
});

export type JmapRequest = Static<typeof JmapRequestSchema>;

/** What the API answers (RFC 8620 §3.4). */
export const JmapResponseSchema = Type.Object({
  methodResponses: Type.Array(InvocationSchema, { maxItems: maxCalls }),
  createdIds: Type.Optional(CreatedIdsSchema),
  sessionState: Type.String({ maxLength: 255 }),
});
