/** One signed request to a host. Only an answer that the host signed for this very request counts as its word. */
import { createHash } from "node:crypto";
import { contentDigest, signRequest, toBase64Url, type VerifyKey, verifyAnswer } from "@posthorn/crypto";
import {
  type Discovery,
  type Problem,
  ProblemSchema,
  problem,
  RefusalSchema,
  readJson,
  shape,
} from "@posthorn/protocol";
import type { Clock, Egress, InboundAnswer, OutboundBody, Random } from "../env/env.ts";
import type { OnlineKey } from "../peers/own-keys.ts";
import type { Doubt, FindPeerResult } from "../peers/peers.ts";
import type { Unreachable } from "./result.ts";

const signatureSeconds = 240;
/** Room for the verdicts of one request: a long problem for each recipient it names, and lists of blobs beside. */
const mostAnswerBytes = 8 * 1024 * 1024;

/** Of what an answer says that nobody has signed. */
const mostQuoted = 500;
const problemShape = shape(ProblemSchema);
const refusalShape = shape(RefusalSchema);

export interface RemoteContext {
  egress: Egress;
  clock: Clock;
  random: Random;
  /** Our host and the key it signs with. */
  host: string;
  key(): OnlineKey;
  findPeer(host: string): Promise<FindPeerResult>;
  findKey(host: string, keyId: string, doubt?: Doubt): Promise<VerifyKey | undefined>;
  /** A blob's bytes from the start, undefined when it is not here. */
  openBlob(hash: string): Promise<{ sizeBytes: number; body: AsyncIterable<Uint8Array> } | undefined>;
}

export interface SignedCall {
  method: "GET" | "POST" | "PUT";
  path: string;
  query?: URLSearchParams;
  /** What is sent; nothing for a GET. */
  content?: Content;
  timeoutMs: number;
  /** More of an answer is not read; when not said, what the verdicts of one request take. */
  maxAnswerBytes?: number;
  signal?: AbortSignal | undefined;
}

interface Content {
  type: string;
  body: OutboundBody;
  /** Of a body that streams. */
  sizeBytes?: number;
  sha256: Uint8Array;
}

/** Also where there is no content it is signed of which type that would be, and the digest of no bytes (§40.2). */
const noContent = {
  type: "application/octet-stream",
  body: undefined,
  sizeBytes: undefined,
  sha256: createHash("sha256").digest(),
};

/**
 * The peer's signed word, or that there is none. A signed 5xx but 507 is about the host and counts as none, and so does a
 * 429 that tells of no recipient.
 */
export type SignedResult = { kind: "signed"; answer: InboundAnswer } | Unreachable;

/** Never throws for what a peer or the network does. */
export async function callSigned(
  ctx: RemoteContext,
  host: string,
  discovery: Discovery,
  call: SignedCall,
): Promise<SignedResult> {
  const url = new URL(call.path, discovery.endpoint);
  url.search = call.query?.toString() ?? "";
  const { type, body, sizeBytes, sha256 } = call.content ?? noContent;
  const digest = contentDigest(sha256);
  const nowS = Math.floor(ctx.clock.now() / 1_000);
  const key = ctx.key();
  const signed = await signRequest(
    {
      method: call.method,
      authority: url.host,
      path: url.pathname,
      query: url.search === "" ? "?" : url.search,
      contentType: type,
      contentDigest: digest,
      destination: host,
    },
    { keyId: `${ctx.host}/${key.id}`, signingKey: key.signingKey },
    { createdS: nowS, expiresS: nowS + signatureSeconds, nonce: toBase64Url(ctx.random.bytes(16)) },
  );
  const result = await ctx.egress.request({
    method: call.method,
    url,
    headers: {
      "content-type": type,
      "content-digest": digest,
      ...(sizeBytes === undefined ? {} : { "content-length": String(sizeBytes) }),
      "posthorn-destination": host,
      ...signed,
    },
    ...(body === undefined ? {} : { body }),
    timeoutMs: call.timeoutMs,
    maxAnswerBytes: call.maxAnswerBytes ?? mostAnswerBytes,
    ...(call.signal === undefined ? {} : { signal: call.signal }),
  });
  if (!result.ok) return unreachable(`${host} did not answer: ${result.detail}`);
  return believe(ctx, host, result.answer, signed.signature);
}

async function believe(
  ctx: RemoteContext,
  host: string,
  answer: InboundAnswer,
  requestSignature: string,
): Promise<SignedResult> {
  const retryAfterS = readRetryAfter(answer);
  const verified = await verifyAnswer(
    { status: answer.status, headers: answer.headers, requestSignature },
    {
      nowS: Math.floor(ctx.clock.now() / 1_000),
      findKey: (keyId, unfit) => {
        const slash = keyId.indexOf("/");
        if (keyId.slice(0, Math.max(slash, 0)) !== host) return Promise.resolve(undefined);
        return ctx.findKey(host, keyId.slice(slash + 1), unfit && { unfit });
      },
    },
  );
  const whole =
    verified.ok && createHash("sha256").update(answer.body).digest().equals(verified.contentDigest);
  if (!whole) {
    const isUnknownKey = !verified.ok && verified.reason === "unknownKey";
    return unreachable(isUnknownKey ? signedByNoKey(host, answer) : unproven(host, answer), retryAfterS);
  }
  if (isAboutHost(answer)) {
    const later = unreachable(`${host} asks to be tried later (${answer.status}).`, retryAfterS);
    return { ...later, failedAtRequest: answer.status === 500 };
  }
  return { kind: "signed", answer };
}

/**
 * 507 is about one mailbox. So is 429 that tells of each recipient (§50.9): one who takes nothing more of strangers must
 * not stop the mail of all others between the two hosts.
 */
function isAboutHost({ status, body }: InboundAnswer): boolean {
  if (status === 429) return !tellsOfRecipients(body);
  return status >= 500 && status !== 507;
}

function tellsOfRecipients(body: Uint8Array): boolean {
  try {
    return (refusalShape.parse(readJson(body)).recipients ?? []).length > 0;
  } catch {
    return false;
  }
}

function signedByNoKey(host: string, { status }: InboundAnswer): string {
  return `${host} answered ${status}, signed with a key that it does not show. Its keys may have changed; it is asked for them again.`;
}

/** What is not signed decides nothing (§50.9), but of why a signature was refused the operator reads what was said. */
function unproven(host: string, { status, body }: InboundAnswer): string {
  const said = status === 401 || status === 421 ? findProblem(body) : undefined;
  if (said?.code === "badSignature" || said?.code === "misdirected")
    return `${host} does not accept what this server signs (${status}). It says: ${said.detail.slice(0, mostQuoted)}`;
  return `${host} answered ${status} without a signature that proves it.`;
}

function findProblem(body: Uint8Array): Problem | undefined {
  try {
    return problemShape.parse(readJson(body));
  } catch {
    return undefined;
  }
}

function readRetryAfter(answer: InboundAnswer): number | undefined {
  const [value, ...others] = answer.headers.get("retry-after") ?? [];
  if (value === undefined || others.length > 0 || !/^\d{1,10}$/.test(value)) return undefined;
  return Number(value);
}

export function unreachable(detail: string, retryAfterS?: number): Unreachable {
  return { kind: "unreachable", problem: problem("unavailable", detail), retryAfterS };
}
