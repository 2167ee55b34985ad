import { type ErrorCode, type Problem, problem } from "@posthorn/protocol";
import type { coreLimits } from "./limits.ts";

/** Why a request as a whole is not processed (RFC 8620 §3.6.1). */
export type RequestFault = "notJSON" | "notRequest" | "unknownCapability" | "limit";

/** A problem (§70) whose type is JMAP's; `limit` names the limit of the session that it is about. */
export type RequestProblem = Problem & { limit?: keyof typeof coreLimits };

/** One of our problems, by the name that JMAP has for it. */
export function requestProblem(fault: RequestFault, from: Problem): RequestProblem {
  return { ...from, type: `urn:ietf:params:jmap:error:${fault}` };
}

const limitCodes: Readonly<Record<keyof typeof coreLimits, ErrorCode>> = {
  maxSizeUpload: "tooLarge",
  maxConcurrentUpload: "rateLimited",
  maxSizeRequest: "tooLarge",
  maxConcurrentRequests: "rateLimited",
  maxCallsInRequest: "badRequest",
  maxObjectsInGet: "badRequest",
  maxObjectsInSet: "badRequest",
};

/** The problem of a request beyond a limit of the session. */
export function limitProblem(limit: keyof typeof coreLimits, detail: string): RequestProblem {
  const code = limitCodes[limit];
  const extra = code === "rateLimited" ? { retryAfterS: 1 } : {};
  return { ...requestProblem("limit", problem(code, detail, extra)), limit };
}
