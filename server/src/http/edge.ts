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
    ctx.log("error", "request failed", { instance, method: request.method, path: request.path, error });
    const detail =
      "Something went wrong on this server. Try again later; if it stays, tell the operator the instance.";
    return problemResponse(problem("internal", detail, { instance }));
  }
}

/** The whole body; throws `tooLarge` as soon as more than `maxBytes` are announced or have come. */
export async function readBody(request: HttpRequest, maxBytes: number): Promise<Uint8Array> {
  if (Number(singleHeader(request.headers, "content-length") ?? 0) > maxBytes) failTooLarge(maxBytes);
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of request.body) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) failTooLarge(maxBytes);
    chunks.push(chunk);
  }
  const [first] = chunks;
  if (first !== undefined && chunks.length === 1) return first;
  return joined(chunks, sizeBytes);
}

function failTooLarge(maxBytes: number): never {
  return fail("tooLarge", `The body is larger than the ${maxBytes} bytes taken here.`);
}

function joined(chunks: readonly Uint8Array[], sizeBytes: number): Uint8Array {
  const whole = new Uint8Array(sizeBytes);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
