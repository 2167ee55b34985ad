/** What all routes of JMAP share: pages of any origin may call them, and each caller is asked for what it can give. */
import { fail, ProblemError, type Route as ProtocolRoute } from "@posthorn/protocol";
import type { Caller } from "../auth/caller.ts";
import type { JmapCaller } from "../sync/jmap/method.ts";
import { type HttpRequest, type HttpResponse, singleHeader } from "./http.ts";
import { problemResponse } from "./problem-response.ts";
import { type Params, type Route, route } from "./router.ts";

/**
 * Any page may call, because no answer depends on anything but the token that the caller shows: there are no cookies,
 * and with this word a browser sends no password that it keeps.
 */
const anyOrigin = { "access-control-allow-origin": "*", "access-control-expose-headers": "Retry-After" };
const preflight = {
  ...anyOrigin,
  "access-control-allow-headers": "Authorization, Cache-Control, Content-Type, Last-Event-ID",
  "access-control-max-age": "7200",
};

/** The caller as methods know it. */
export function jmapCaller({ accountId, name, scopes, sessionId, tokenId = "" }: Caller): JmapCaller {
  return {
    accountId,
    accountName: name,
    scopes,
    isSignIn: sessionId !== undefined,
    credentialId: sessionId ?? tokenId,
  };
}

/** A route that pages of any origin may call, which asks whoever shows nothing for a password. */
export function shared(
  host: string,
  def: ProtocolRoute,
  handle: (request: HttpRequest, params: Params) => Promise<HttpResponse>,
): Route[] {
  return [
    route(def.method, def.path, async (request, params) => {
      const answer = await answerTo(request, () => handle(request, params)).catch((error: unknown) =>
        refusal(host, request, error),
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

/**
 * A password that a browser keeps goes with whatever another page makes it send; so pages of other origins come with a
 * bearer token, which no browser adds by itself.
 */
async function answerTo(request: HttpRequest, handle: () => Promise<HttpResponse>): Promise<HttpResponse> {
  const site = singleHeader(request.headers, "sec-fetch-site");
  const isOfAnotherPage = site === "cross-site" || site === "same-site";
  if (isOfAnotherPage && /^Basic /i.test(singleHeader(request.headers, "authorization") ?? "")) {
    fail("forbidden", "A page of another origin calls with a bearer token, not with a password.");
  }
  return handle();
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
