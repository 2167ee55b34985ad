import { JmapRequestSchema, JmapResponseSchema } from "../jmap/request.ts";
import { JmapSessionSchema } from "../jmap/session.ts";
import { DownloadQuerySchema, EventsQuerySchema, UploadedSchema } from "../jmap/streams.ts";
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
  jmapUpload: {
    method: "POST",
    path: "/jmap/upload/:accountId",
    auth: "token",
    scope: "draft",
    takes: ["*/*"],
    output: UploadedSchema,
    status: 201,
    summary: "Upload a file to use in methods of JMAP.",
  },
  jmapDownload: {
    method: "GET",
    path: "/jmap/download/:accountId/:blobId/:name",
    auth: "token",
    scope: "read",
    query: DownloadQuerySchema,
    gives: ["*/*"],
    status: 200,
    summary: "Download a file under a name, as the type that is asked for.",
  },
  jmapEvents: {
    method: "GET",
    path: "/jmap/events",
    auth: "token",
    scope: "read",
    query: EventsQuerySchema,
    gives: ["text/event-stream"],
    status: 200,
    summary: "Hear of each change as it happens.",
  },
} as const satisfies Record<string, Route>;
