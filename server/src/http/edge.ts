import { fail, ProblemError, problem } from "@posthorn/protocol";
import type { Log, Random } from "../env/env.ts";
import { type HttpHandler, type HttpRequest, type HttpResponse, singleHeader } from "./http.ts";
import { problemResponse, securityHeaders } from "./problem-response.ts";

export interface EdgeContext {
  log: Log;
  random: Pick<Random, "bytes">;
  /** Tell browsers to come by HTTPS only; off in local trials, whose names are shared by everything on the machine. */
  hsts: boolean;
}

const hsts = { "strict-transport-security": "max-age=63072000" };
const instanceBytes = 8;
const leastRoomBytes = 4096;
const growth = 4;

/**
 * Wraps all routes: a thrown ProblemError becomes its answer, anything else `internal` with an `instance` that is found
 * again in the log and tells the caller nothing more. Every answer carries the security headers.
 */
export function edge(handler: HttpHandler, ctx: EdgeContext): HttpHandler {
  const always = ctx.hsts ? { ...securityHeaders, ...hsts } : securityHeaders;
  return async (request) => {
    const response = await answer(handler, request, ctx);
    return { ...response, headers: { ...always, ...response.headers } };
  };
}

async function answer(handler: HttpHandler, request: HttpRequest, ctx: EdgeContext): Promise<HttpResponse> {
  try {
    return await handler(request);
  } catch (error) {
    if (error instanceof ProblemError) return problemResponse(error.problem);
    const instance = Buffer.from(ctx.random.bytes(instanceBytes)).toString("hex");
    ctx.log("error", "request failed", {
      instance,
      method: request.method,
      path: openPart(request.path),
      error,
    });
    const detail =
      "Something went wrong on this server. Try again later; if it stays, tell the operator the instance.";
    return problemResponse(problem("internal", detail, { instance }));
  }
}

/** A path without its parts that vary: an invitation's token stands in one, and no token goes into a log. */
function openPart(path: string): string {
  return path.split("/", 3).join("/");
}

/** The whole body; throws `tooLarge` as soon as more than `maxBytes` are announced or have come. */
export async function readBody(request: HttpRequest, maxBytes: number): Promise<Uint8Array> {
  const announcedBytes = Number(singleHeader(request.headers, "content-length") ?? 0);
  if (announcedBytes > maxBytes) failTooLarge(maxBytes);
  const mostBytes = announcedBytes > 0 ? announcedBytes : maxBytes;
  let whole: Uint8Array = new Uint8Array();
  let sizeBytes = 0;
  for await (const chunk of request.body) {
    if (sizeBytes + chunk.length > maxBytes) failTooLarge(maxBytes);
    whole = sizeBytes === 0 ? chunk : withRoom(whole, sizeBytes, chunk.length, mostBytes);
    if (whole !== chunk) whole.set(chunk, sizeBytes);
    sizeBytes += chunk.length;
  }
  return whole.length === sizeBytes ? whole : whole.subarray(0, sizeBytes);
}

function failTooLarge(maxBytes: number): never {
  return fail("tooLarge", `The body is larger than the ${maxBytes} bytes taken here.`);
}

/**
 * The same bytes with room behind them. It grows by factors, so that all copying together is linear, never far beyond
 * what has really come; and pieces are not kept one by one, so that a body sent byte by byte costs no more than any.
 */
function withRoom(whole: Uint8Array, sizeBytes: number, addedBytes: number, mostBytes: number): Uint8Array {
  if (sizeBytes + addedBytes <= whole.length) return whole;
  const wished = Math.min(mostBytes, Math.max(growth * sizeBytes, leastRoomBytes));
  const larger = new Uint8Array(Math.max(wished, sizeBytes + addedBytes));
  larger.set(whole.subarray(0, sizeBytes));
  return larger;
}
