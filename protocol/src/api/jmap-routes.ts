import { JmapRequestSchema, JmapResponseSchema } from "../jmap/request.ts";
import { JmapSessionSchema } from "../jmap/session.ts";
import type { Route } from "./route.ts";

/** Mail as any JMAP client reads it (§85). */
export const jmapRoutes = {
  jmapSession: {
    method: "GET",
    path: "/.well-known/jmap",
    auth: "token",
    scope: "read",
    output: JmapSessionSchema,
    status: 200,
    summary: "What a JMAP client needs to know first.",
  },
  jmapApi: {
    method: "POST",
    path: "/jmap/api",
    auth: "token",
    scope: "read",
    input: JmapRequestSchema,
    output: JmapResponseSchema,
    status: 200,
    summary: "Call methods of JMAP, several at once.",
  },
} as const satisfies Record<string, Route>;
