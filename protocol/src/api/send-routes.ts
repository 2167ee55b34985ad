import { SubmissionSchema } from "../submission.ts";
import { bytes, jsonOrLines, type Route } from "./route.ts";
import { BlobAnswerSchema, SendAnswerSchema, SendLineSchema, SendQuerySchema } from "./send.ts";

/** Handing over messages and their files (§80.4). */
export const sendRoutes = {
  send: {
    method: "POST",
    path: "/email/send",
    auth: "token",
    scope: "send",
    query: SendQuerySchema,
    takes: jsonOrLines,
    input: SubmissionSchema,
    gives: jsonOrLines,
    output: SendAnswerSchema,
    outputLine: SendLineSchema,
    status: 202,
    summary: "Hand over a message, or one a line, for delivery.",
  },
  getSend: {
    method: "GET",
    path: "/email/send/:id",
    auth: "token",
    scope: "read",
    output: SendAnswerSchema,
    status: 200,
    summary: "Where each recipient's copy of a message stands.",
  },
  cancelSend: {
    method: "DELETE",
    path: "/email/send/:id",
    auth: "token",
    scope: "send",
    output: SendAnswerSchema,
    status: 200,
    summary: "Take a message back while it is held.",
  },
  putBlob: {
    method: "PUT",
    path: "/email/blob/:hash",
    auth: "token",
    scope: "draft",
    takes: bytes,
    output: BlobAnswerSchema,
    status: 200,
    summary: "Upload a blob for a message to be sent.",
  },
  headBlob: {
    method: "HEAD",
    path: "/email/blob/:hash",
    auth: "token",
    scope: "read",
    status: 200,
    summary: "Ask whether the account has a blob.",
  },
  getBlob: {
    method: "GET",
    path: "/email/blob/:hash",
    auth: "token",
    scope: "read",
    gives: bytes,
    status: 200,
    summary: "The bytes of a blob the account has.",
  },
} as const satisfies Record<string, Route>;
