import type { Problem } from "@posthorn/protocol";
import type { HttpResponse } from "./http.ts";

/** On every answer: nothing of ours is a page, may be stored, guessed at or framed. */
export const securityHeaders = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
} as const;

const encoder = new TextEncoder();

/** A problem as an answer (RFC 9457), with Retry-After where it says when. */
export function problemResponse(
  problem: Problem,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse & { body: Uint8Array } {
  const retryAfter = problem.retryAfterS === undefined ? {} : { "retry-after": String(problem.retryAfterS) };
  return {
    status: problem.status,
    headers: { ...securityHeaders, "content-type": "application/problem+json", ...retryAfter, ...headers },
    body: encoder.encode(JSON.stringify(problem)),
  };
}
