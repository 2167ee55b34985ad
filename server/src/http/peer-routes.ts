/**
 * What other servers call (docs/protocol/50-delivery.md). Each request is verified before anything of it is parsed,
 * and whatever is answered to a verified one is signed, refusals included: only a signed answer can fail a delivery.
 */
import { createHash } from "node:crypto";
import { type AnswerComponents, contentDigest, signAnswer } from "@posthorn/crypto";
import {
  fail,
  HelloSchema,
  limits,
  ProblemError,
  readJson,
  routes,
  shape,
  type Verdict,
} from "@posthorn/protocol";
import { headPeerBlob, type PeerBlobContext, putPeerBlob } from "../blobs/peer-blob.ts";
import type { Clock } from "../env/env.ts";
import { type DirectoryContext, showKeysToHost } from "../keys/directory.ts";
import type { OnlineKey } from "../peers/own-keys.ts";
import { type ReceiveContext, receiveBatch, receiveMessage } from "../receive/receive.ts";
import { type Verified, type VerifyContext, verify } from "../receive/verify.ts";
import { readQuery, requireType } from "./answer.ts";
import type { Budgets } from "./budgets.ts";
import { readBody } from "./edge.ts";
import { type HttpRequest, type HttpResponse, singleHeader } from "./http.ts";
import { problemResponse } from "./problem-response.ts";
import { type Params, type Route, route } from "./router.ts";

export interface PeerRoutesContext {
  clock: Clock;
  /** Our host and the key it signs answers with. */
  host: string;
  key(): OnlineKey;
  verify: VerifyContext;
  receive: ReceiveContext;
  blobs: PeerBlobContext;
  directory: DirectoryContext;
  incarnation: string;
  /** Requests a host may make. */
  requests: Budgets;
  /** Recipients a host may ask for that are not here, before it is told to wait (threats C4). */
  unknownRecipients: Budgets;
  /** Throws for a host that is not to be listened to. */
  admit(host: string): Promise<void>;
  /** Told of every host that has proven who it is. */
  heardFrom(host: string): Promise<void>;
  /** The host says that it has started. */
  hostIsBack(host: string): Promise<void>;
}

const encoder = new TextEncoder();
const json = { "content-type": "application/json" };
const answerSeconds = 240;
/** Wrong addresses that one right one makes up for. */
const earnedPerRecipient = 0.05;
/** Of keys, by what a host may ask for. */
const bytesPerRequest = 65_536;
const helloShape = shape(HelloSchema);

export function peerRoutes(ctx: PeerRoutesContext): Route[] {
  return [
    route(routes.receive.method, routes.receive.path, (request) => receive(ctx, request)),
    route(routes.hello.method, routes.hello.path, (request) => hello(ctx, request)),
    route(routes.peerKeys.method, routes.peerKeys.path, (request, params) => showKeys(ctx, request, params)),
  ];
}

/** PUT and HEAD of a blob by a peer; the path is an account's too, and `client-routes.ts` tells them apart. */
export const peerBlobRoutes = {
  async put(ctx: PeerRoutesContext, request: HttpRequest, params: Params): Promise<HttpResponse> {
    const hash = params.get("hash");
    return signed(ctx, request, undefined, async (verified) => {
      requireType(request, ["application/octet-stream"]);
      if (Buffer.from(verified.bodySha256).toString("hex") !== hash) {
        fail("blobMismatch", "The signed digest of the body is not the hash in the path.");
      }
      const announced = Number(singleHeader(request.headers, "content-length") ?? Number.NaN);
      if (!Number.isInteger(announced)) fail("badHeader", "Say the size of the blob in Content-Length.");
      const kept = await putPeerBlob(ctx.blobs, {
        host: verified.host,
        hash,
        sizeBytes: announced,
        body: request.body,
      });
      return { status: routes.putPeerBlob.status, headers: json, body: encoder.encode(JSON.stringify(kept)) };
    });
  },

  async head(ctx: PeerRoutesContext, request: HttpRequest, params: Params): Promise<HttpResponse> {
    return signed(ctx, request, undefined, async (verified) => {
      const { size } = await headPeerBlob(ctx.blobs, { host: verified.host, hash: params.get("hash") });
      return {
        status: 200,
        headers: {
          "content-type": "application/octet-stream",
          "content-length": String(size),
          "blob-size": String(size),
        },
        body: new Uint8Array(),
      };
    });
  },
};

function receive(ctx: PeerRoutesContext, request: HttpRequest): Promise<HttpResponse> {
  const body = () => readBody(request, limits.batchBytes);
  return signed(ctx, request, body, async (verified) => {
    if (requireType(request, routes.receive.takes) === "application/json") {
      const verdict = await receiveMessage(ctx.receive, verified);
      countUnknown(ctx, verified.host, [verdict]);
      return verdictAnswer(verdict);
    }
    const verdicts = await receiveBatch(ctx.receive, verified);
    countUnknown(ctx, verified.host, verdicts);
    const lines = verdicts.map((verdict) => `${JSON.stringify(verdict)}\n`).join("");
    return { status: 200, headers: { "content-type": "application/x-ndjson" }, body: encoder.encode(lines) };
  });
}

/** A verdict alone: 200 when somebody has the message, else the problem, with what each recipient was told. */
function verdictAnswer(verdict: Verdict): HttpResponse {
  const { problem, recipients } = verdict;
  if (problem === undefined)
    return { status: 200, headers: json, body: encoder.encode(JSON.stringify(verdict)) };
  const answer = problemResponse(problem);
  return { ...answer, body: encoder.encode(JSON.stringify({ ...problem, recipients })) };
}

/**
 * A host that keeps asking for people who are not here is trying names; it is made to wait (threats C4). One that mostly
 * writes to people who are here earns its wrong addresses.
 */
function countUnknown(ctx: PeerRoutesContext, host: string, verdicts: readonly Verdict[]): void {
  let charge = 0;
  for (const { recipients } of verdicts) {
    for (const { status, problem } of recipients) {
      if (isNobody(problem?.code)) charge++;
      else if (status !== "refused") charge -= earnedPerRecipient;
    }
  }
  if (charge !== 0) ctx.unknownRecipients.charge(host, charge);
}

/** Nobody is there, or nobody any more. */
function isNobody(code: string | undefined): boolean {
  return code === "recipientUnknown" || code === "recipientGone";
}

/** It counts for the host that signed; what it says of itself has to be a hello, and is not acted on. */
function hello(ctx: PeerRoutesContext, request: HttpRequest): Promise<HttpResponse> {
  return signed(
    ctx,
    request,
    () => readBody(request, limits.requestBytes),
    async (verified) => {
      requireType(request, ["application/json"]);
      helloShape.parse(readJson(verified.body));
      await ctx.hostIsBack(verified.host);
      const body = encoder.encode(JSON.stringify({ host: ctx.host, incarnation: ctx.incarnation }));
      return { status: routes.hello.status, headers: json, body };
    },
  );
}

/** Large answers count for several requests, and who is not here counts as a recipient who is not. */
function showKeys(ctx: PeerRoutesContext, request: HttpRequest, params: Params): Promise<HttpResponse> {
  const noBody = () => readBody(request, 0);
  return signed(ctx, request, noBody, async ({ host }) => {
    const { for: asker } = readQuery(request, routes.peerKeys.query);
    const shown = await showKeysToHost(ctx.directory, { from: host, name: params.get("id"), asker });
    if (!shown.ok) {
      if (isNobody(shown.problem.code)) ctx.unknownRecipients.charge(host, 1);
      throw new ProblemError(shown.problem);
    }
    const body = encoder.encode(JSON.stringify(shown.chain));
    ctx.requests.charge(host, Math.floor(body.length / bytesPerRequest));
    return { status: routes.peerKeys.status, headers: json, body };
  });
}

/** Verifies, lets the host spend from its budgets, acts, and signs whatever came of it. */
async function signed(
  ctx: PeerRoutesContext,
  request: HttpRequest,
  body: (() => Promise<Uint8Array>) | undefined,
  act: (verified: Verified) => Promise<HttpResponse>,
): Promise<HttpResponse> {
  const verified = await verify(ctx.verify, request, body);
  try {
    await ctx.admit(verified.host);
    spend(ctx, verified.host);
    await ctx.heardFrom(verified.host);
    return sign(ctx, verified, await act(verified));
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return sign(ctx, verified, problemResponse(error.problem));
  }
}

function spend(ctx: PeerRoutesContext, host: string): void {
  const request = ctx.requests.take(host);
  const names = ctx.unknownRecipients.take(host, 0);
  if (request.ok && names.ok) return;
  const retryAfterS = Math.max(request.ok ? 0 : request.retryAfterS, names.ok ? 0 : names.retryAfterS);
  fail("rateLimited", `This server takes no more from ${host} right now. Try again in ${retryAfterS} s.`, {
    retryAfterS,
  });
}

async function sign(
  ctx: PeerRoutesContext,
  verified: Verified,
  response: HttpResponse,
): Promise<HttpResponse> {
  if (!(response.body instanceof Uint8Array)) throw new Error("an answer to a peer is never streamed");
  const digest = contentDigest(createHash("sha256").update(response.body).digest());
  const key = ctx.key();
  const nowS = Math.floor(ctx.clock.now() / 1000);
  const components: AnswerComponents = {
    status: response.status,
    contentType: response.headers["content-type"] ?? "",
    contentDigest: digest,
    requestSignature: verified.signature,
  };
  const fields = await signAnswer(
    components,
    { keyId: `${ctx.host}/${key.id}`, signingKey: key.signingKey },
    { createdS: nowS, expiresS: nowS + answerSeconds },
  );
  return { ...response, headers: { ...response.headers, "content-digest": digest, ...fields } };
}
