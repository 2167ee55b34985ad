/** What of JMAP is no JSON: files that go up and down, and events (RFC 8620 §6, §7.3). */
import { fail, ProblemError, routes } from "@posthorn/protocol";
import type { Clock } from "../env/env.ts";
import { eventStreamHeaders } from "../sync/event-stream.ts";
import type { EventStreamInput } from "../sync/event-streams.ts";
import { accountIdOf } from "../sync/jmap/arguments.ts";
import { findBlobName } from "../sync/jmap/blob-ids.ts";
import { coreLimits } from "../sync/jmap/limits.ts";
import { problemAnswer } from "../sync/jmap/request.ts";
import { limitProblem, type RequestProblem } from "../sync/jmap/request-problem.ts";
import { type Authenticate, jsonAnswer, letIn, readQuery } from "./answer.ts";
import { type DownloadTurns, makeDownloadTurns } from "./download-turns.ts";
import { type HttpRequest, type HttpResponse, singleHeader } from "./http.ts";
import { jmapCaller, shared } from "./jmap-shared.ts";
import type { Params, Route } from "./router.ts";
import { Tally } from "./tally.ts";
import { untilOver } from "./until-taken.ts";

export interface JmapStreamsContext {
  /** By a bearer token, or by address and token (RFC 7617). */
  authenticate: Authenticate;
  host: string;
  clock: Pick<Clock, "mono" | "sleep">;
  /** Keeps a file. Throws ProblemError `tooLarge` when it has more than `mostBytes`, announced or not. */
  upload(input: {
    accountId: number;
    sizeBytes: number | undefined;
    mostBytes: number;
    body: AsyncIterable<Uint8Array>;
  }): Promise<{ blobId: string; size: number }>;
  /** Undefined for what is no blob of the account. What must be in memory whole is so when `hold` lets it. */
  download(input: {
    accountId: number;
    blobId: string;
    hold: (sizeBytes: number) => Promise<void>;
  }): Promise<{ size: number; body: AsyncIterable<Uint8Array> } | undefined>;
  /** The body of an answer that goes on until the client leaves, or has been told what it waited for. */
  events(input: EventStreamInput): Promise<AsyncIterable<Uint8Array>>;
}

export function jmapStreamRoutes(ctx: JmapStreamsContext): Route[] {
  const underWay = new Tally();
  const comingDown: Downloads = { tally: new Tally(), turns: makeDownloadTurns(ctx.clock) };
  return [
    ...shared(ctx.host, routes.jmapUpload, (request, params) => upload(ctx, underWay, request, params)),
    ...shared(ctx.host, routes.jmapDownload, (request, params) => download(ctx, comingDown, request, params)),
    ...shared(ctx.host, routes.jmapEvents, async (request) => {
      const caller = jmapCaller(await letIn(ctx.authenticate, routes.jmapEvents, request));
      const { types, closeafter, ping } = readQuery(request, routes.jmapEvents.query);
      const lastEventId = singleHeader(request.headers, "last-event-id");
      const body = await ctx.events({ caller, types, closeafter, ping, lastEventId });
      return { status: routes.jmapEvents.status, headers: eventStreamHeaders, body, isLasting: true };
    }),
  ];
}

async function upload(
  ctx: JmapStreamsContext,
  underWay: Tally,
  request: HttpRequest,
  params: Params,
): Promise<HttpResponse> {
  const caller = await letIn(ctx.authenticate, routes.jmapUpload, request);
  const accountId = requireOwn(caller, params);
  const account = String(caller.accountId);
  if (!underWay.add(account, coreLimits.maxConcurrentUpload)) {
    const detail = "Too many files of this account are coming up. Wait for one of them.";
    return limitResponse(limitProblem("maxConcurrentUpload", detail));
  }
  try {
    const { blobId, size } = await ctx.upload({
      accountId: caller.accountId,
      sizeBytes: announcedBytes(request),
      mostBytes: coreLimits.maxSizeUpload,
      body: request.body,
    });
    const type = singleHeader(request.headers, "content-type")?.slice(0, 255) ?? anyBytes;
    return jsonAnswer(routes.jmapUpload, { accountId, blobId, type, size });
  } catch (error) {
    if (!(error instanceof ProblemError) || error.problem.code !== "tooLarge") throw error;
    return limitResponse(limitProblem("maxSizeUpload", error.problem.detail));
  } finally {
    underWay.remove(account);
  }
}

function announcedBytes({ headers }: HttpRequest): number | undefined {
  const length = singleHeader(headers, "content-length");
  return length === undefined ? undefined : Number(length);
}

function limitResponse(problem: RequestProblem): HttpResponse {
  const { status, contentType, body } = problemAnswer(problem);
  const retry: Record<string, string> = status === 429 ? { "retry-after": "1" } : {};
  return { status, headers: { "content-type": contentType, ...retry }, body };
}

interface Downloads {
  tally: Tally;
  turns: DownloadTurns;
}

/** Downloads of an account at the same time, until they have been taken. */
const mostDownloads = 16;

async function download(
  ctx: JmapStreamsContext,
  { tally, turns }: Downloads,
  request: HttpRequest,
  params: Params,
): Promise<HttpResponse> {
  const caller = await letIn(ctx.authenticate, routes.jmapDownload, request);
  const { accept } = readQuery(request, routes.jmapDownload.query);
  requireOwn(caller, params);
  const blobId = params.get("blobId");
  const account = String(caller.accountId);
  if (!tally.add(account, mostDownloads)) {
    const detail = "Too many files of this account are coming down. Wait for one of them.";
    return fail("rateLimited", detail, { retryAfterS: 1 });
  }
  const place = turns(account, request.gone);
  const done = () => {
    place.keep(0);
    tally.remove(account);
  };
  try {
    const found = await ctx.download({ accountId: caller.accountId, blobId, hold: place.hold });
    if (found === undefined) return fail("notFound", "There is no such file in this account.");
    // A part is of its own, and its mail is let go.
    place.keep(found.size);
    return {
      status: routes.jmapDownload.status,
      headers: {
        "content-type": safeType(accept),
        "content-disposition": dispositionOf(nameIn(params)),
        "content-length": String(found.size),
        ...(findBlobName(blobId)?.kind === "upload" ? immutable : {}),
      },
      body: untilOver(found.body, place.cut, done),
    };
  } catch (error) {
    done();
    throw error;
  }
}

/**
 * What is named by its digest never is another (RFC 8620 §6.2 has it kept so). A browser keeps it for this credential alone:
 * whoever signs in there next asks anew.
 */
const immutable = { "cache-control": "private, immutable, max-age=31536000", vary: "Authorization" };

/** The account that the path names. Throws ProblemError `notFound` for any but the caller's. */
function requireOwn(caller: { accountId: number }, params: Params): string {
  const own = accountIdOf(caller);
  if (params.get("accountId") === own) return own;
  return fail("notFound", "There is no such account for this sign-in.");
}

const anyBytes = "application/octet-stream";
const mediaType = /^[a-z0-9!#$&^_.+-]{1,64}\/[a-z0-9!#$&^_.+-]{1,64}(?:; ?charset="?[a-z0-9._-]{1,40}"?)?$/i;

/** Whatever it says it is, a browser keeps it as a file and gives it no rights (problem-response.ts). */
function safeType(accept: string | undefined): string {
  return accept !== undefined && mediaType.test(accept) ? accept : anyBytes;
}

/** A name with a slash in it is no reason to keep a file from its owner. */
function nameIn(params: Params): string {
  try {
    return params.get("name");
  } catch {
    return "file";
  }
}

/** RFC 6266, with RFC 8187 for what is not ASCII. */
function dispositionOf(name: string): string {
  const plain = name.replaceAll(/[^ !#-[\]-~]/gu, "_");
  const coded = encodeURIComponent(name.toWellFormed()).replaceAll(
    /['()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${coded}`;
}
