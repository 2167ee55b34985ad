/** What JMAP clients call (RFC 8620): programs of anybody, in browsers of any origin, with a token as password if need be. */
import { ProblemError, type Route as ProtocolRoute, routes } from "@posthorn/protocol";
import type { Caller } from "../auth/caller.ts";
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
import { problemResponse } from "./problem-response.ts";
import { type Params, type Route, route } from "./router.ts";
import { Tally } from "./tally.ts";

export interface JmapRoutesContext {
  /** By a bearer token, or by address and token (RFC 7617). */
  authenticate: Authenticate;
  session: SessionContext;
  request: RequestContext;
}

/**
 * Any page may call, because no answer depends on anything but the token that the caller shows: there are no cookies,
 * and a browser that keeps a password sends it to no other origin's page that has not got it itself.
 */
const anyOrigin = { "access-control-allow-origin": "*", "access-control-expose-headers": "Retry-After" };
const preflight = {
  ...anyOrigin,
  "access-control-allow-headers": "Authorization, Cache-Control, Content-Type, Last-Event-ID",
  "access-control-max-age": "7200",
};

export function jmapRoutes(ctx: JmapRoutesContext): Route[] {
  const underWay = new Tally();
  return [
    ...shared(ctx, routes.jmapSession, async (request) => {
      const caller = await letIn(ctx.authenticate, routes.jmapSession, request);
      const answer = jsonAnswer(routes.jmapSession, sessionOf(ctx.session, jmapCaller(caller)));
      return {
        ...answer,
        headers: { ...answer.headers, "cache-control": "no-cache, no-store, must-revalidate" },
      };
    }),
    ...shared(ctx, routes.jmapApi, async (request) => {
      const caller = await letIn(ctx.authenticate, routes.jmapApi, request);
      const account = String(caller.accountId);
      if (!underWay.add(account, coreLimits.maxConcurrentRequests)) {
        const detail = "Too many requests of this account are being answered. Wait for one of them.";
        return apiResponse(problemAnswer(limitProblem("maxConcurrentRequests", detail)));
      }
      try {
        return apiResponse(await callApi(ctx.request, jmapCaller(caller), request));
      } finally {
        underWay.remove(account);
      }
    }),
  ];
}

async function callApi(
  ctx: RequestContext,
  caller: JmapCaller,
  request: HttpRequest,
): Promise<RequestAnswer> {
  try {
    requireType(request, ["application/json"]);
    return await processRequest(ctx, caller, await readBody(request, coreLimits.maxSizeRequest));
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const { problem } = error;
    if (problem.code === "tooLarge") return problemAnswer(limitProblem("maxSizeRequest", problem.detail));
    if (problem.code === "unsupportedType") return problemAnswer(requestProblem("notJSON", problem));
    throw error;
  }
}

function apiResponse({ status, contentType, body }: RequestAnswer): HttpResponse {
  const retry: Record<string, string> = status === 429 ? { "retry-after": "1" } : {};
  return { status, headers: { "content-type": contentType, ...retry }, body };
}

function jmapCaller({ accountId, name, scopes, sessionId, tokenId = "" }: Caller): JmapCaller {
  return {
    accountId,
    accountName: name,
    scopes,
    isSignIn: sessionId !== undefined,
    credentialId: sessionId ?? tokenId,
  };
}

/** A route that pages of any origin may call, which asks whoever shows nothing for a password. */
function shared(
  { session }: JmapRoutesContext,
  def: ProtocolRoute,
  handle: (request: HttpRequest, params: Params) => Promise<HttpResponse>,
): Route[] {
  return [
    route(def.method, def.path, async (request, params) => {
      const answer = await handle(request, params).catch((error: unknown) =>
        refusal(session.host, request, error),
      );
      return { ...answer, headers: { ...answer.headers, ...anyOrigin } };
    }),
    route("OPTIONS", def.path, async () => ({
      status: 204,
      headers: { ...preflight, "access-control-allow-methods": def.method },
      body: new Uint8Array(),
    })),
  ];
}

function refusal(host: string, request: HttpRequest, error: unknown): HttpResponse {
  if (!(error instanceof ProblemError)) throw error;
  const { problem } = error;
  const challenge: Record<string, string> =
    problem.status === 401 ? { "www-authenticate": challengeTo(host, request) } : {};
  return problemResponse(problem, challenge);
}

/**
 * A browser that reads “Basic” here may open a window that asks for a password (RFC 7617 §2); so a page whose token has
 * run out is not told of it, and renews its token as it would anyway (RFC 6750 §3).
 */
function challengeTo(host: string, request: HttpRequest): string {
  const basic = `Basic realm="${host}", charset="UTF-8"`;
  const shown = singleHeader(request.headers, "authorization");
  if (shown === undefined) return `Bearer realm="${host}", ${basic}`;
  return /^Basic /i.test(shown) ? basic : `Bearer realm="${host}", error="invalid_token"`;
}
