/** What JMAP clients call (RFC 8620): programs of anybody, in browsers of any origin, with a token as password if need be. */
import { ProblemError, routes } from "@posthorn/protocol";
import { coreLimits } from "../sync/jmap/limits.ts";
import type { JmapCaller } from "../sync/jmap/method.ts";
import {
  problemAnswer,
  processRequest,
  type RequestAnswer,
  type RequestContext,
} from "../sync/jmap/request.ts";
import { limitProblem, requestProblem } from "../sync/jmap/request-problem.ts";
import { type SessionContext, sessionOf } from "../sync/jmap/session-resource.ts";
import { type Authenticate, jsonAnswer, letIn, requireType } from "./answer.ts";
import { readBody } from "./edge.ts";
import { type HttpRequest, type HttpResponse, singleHeader } from "./http.ts";
import { jmapCaller, shared } from "./jmap-shared.ts";
import type { Route } from "./router.ts";
import { Tally } from "./tally.ts";
import { untilTaken } from "./until-taken.ts";

export interface JmapRoutesContext {
  /** By a bearer token, or by address and token (RFC 7617). */
  authenticate: Authenticate;
  session: SessionContext;
  request: RequestContext;
}

export function jmapRoutes(ctx: JmapRoutesContext): Route[] {
  const underWay = new Tally();
  return [
    ...shared(ctx.session.host, routes.jmapSession, async (request) => {
      const caller = await letIn(ctx.authenticate, routes.jmapSession, request);
      const answer = jsonAnswer(routes.jmapSession, sessionOf(ctx.session, jmapCaller(caller)));
      return {
        ...answer,
        headers: { ...answer.headers, "cache-control": "no-cache, no-store, must-revalidate" },
      };
    }),
    ...shared(ctx.session.host, routes.jmapApi, async (request) => {
      const caller = await letIn(ctx.authenticate, routes.jmapApi, request);
      const account = String(caller.accountId);
      if (!underWay.add(account, coreLimits.maxConcurrentRequests)) {
        const detail = "Too many requests of this account are being answered. Wait for one of them.";
        return apiResponse(problemAnswer(limitProblem("maxConcurrentRequests", detail)));
      }
      const done = () => underWay.remove(account);
      try {
        return heldResponse(apiResponse(await callApi(ctx.request, jmapCaller(caller), request)), done);
      } catch (error) {
        done();
        throw error;
      }
    }),
  ];
}

/** What a connection holds by itself of an answer that nobody takes; a larger one keeps its place among the account's. */
const freeBytes = 64 * 1024;

/** Calls `done` once, when the answer has been taken or its reader has gone; at once for a small one. */
function heldResponse(response: HttpResponse & { body: Uint8Array }, done: () => void): HttpResponse {
  const { headers, body } = response;
  if (body.length <= freeBytes) {
    done();
    return response;
  }
  return {
    ...response,
    headers: { ...headers, "content-length": String(body.length) },
    body: untilTaken(body, freeBytes, done),
  };
}

async function callApi(
  ctx: RequestContext,
  caller: JmapCaller,
  request: HttpRequest,
): Promise<RequestAnswer> {
  try {
    requireType(request, isBearer(request) ? ["application/json", "text/plain"] : ["application/json"]);
    const body = await readBody(request, coreLimits.maxSizeRequest);
    return await processRequest(ctx, caller, body, request.gone);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const { problem } = error;
    if (problem.code === "tooLarge") return problemAnswer(limitProblem("maxSizeRequest", problem.detail));
    if (problem.code === "unsupportedType") return problemAnswer(requestProblem("notJSON", problem));
    throw error;
  }
}

/**
 * A program that says nothing of its body's type lets `fetch` say “text/plain” (jmap-client-ts does). With a bearer token
 * that is taken, because no browser adds one by itself; with a password that a browser keeps, another page could send it.
 */
function isBearer({ headers }: HttpRequest): boolean {
  return /^Bearer /i.test(singleHeader(headers, "authorization") ?? "");
}

function apiResponse({ status, contentType, body }: RequestAnswer) {
  const retry: Record<string, string> = status === 429 ? { "retry-after": "1" } : {};
  return { status, headers: { "content-type": contentType, ...retry }, body };
}
