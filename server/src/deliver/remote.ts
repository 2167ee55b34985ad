/**
 * One attempt at one host: find it, sign, POST, believe only a signed answer. Blobs the peer lacks are pushed and the
 * messages that need them sent once more within the attempt.
 */
import { createHash } from "node:crypto";
import { contentDigest, signRequest, toBase64Url, type VerifyKey, verifyAnswer } from "@posthorn/crypto";
import {
  type Discovery,
  joinLines,
  type Problem,
  ProblemError,
  problem,
  RefusalSchema,
  readJson,
  shape,
  splitLines,
  type Verdict,
  VerdictSchema,
} from "@posthorn/protocol";
import type { Clock, Egress, InboundAnswer, OutboundBody, Random } from "../env/env.ts";
import type { OnlineKey } from "../peers/own-keys.ts";
import type { FindPeerResult } from "../peers/peers.ts";
import type { DeliveryResult, Outgoing, RecipientResult } from "./result.ts";
import { readVerdict } from "./verdicts.ts";

const answerTimeoutMs = 60_000;
const blobTimeoutMs = 600_000;
const signatureSeconds = 240;
const mostAnswerBytes = 8 * 1024 * 1024;
const verdictShape = shape(VerdictSchema);
const refusalShape = shape(RefusalSchema);

export interface RemoteContext {
  egress: Egress;
  clock: Clock;
  random: Random;
  /** Our host and the key it signs with. */
  host: string;
  key(): OnlineKey;
  findPeer(host: string): Promise<FindPeerResult>;
  findKey(host: string, keyId: string): Promise<VerifyKey | undefined>;
  /** A blob's bytes from the start, undefined when it is not here. */
  openBlob(hash: string): Promise<{ sizeBytes: number; body: AsyncIterable<Uint8Array> } | undefined>;
}

/** Delivers up to a batch of messages to a host. Never throws for what a peer or the network does. */
export async function deliverRemote(
  ctx: RemoteContext,
  host: string,
  messages: readonly Outgoing[],
): Promise<DeliveryResult> {
  const found = await ctx.findPeer(host);
  if (!found.ok) return unreachable(found.detail);
  const first = await post(ctx, host, found.discovery, messages);
  if (first.kind === "unreachable") return first;
  const lacking = messages.filter((message) => missingBlobs(first.verdicts.get(message)).length > 0);
  const results = new Map<number, RecipientResult>();
  let verdicts = first.verdicts;
  if (lacking.length > 0) {
    const hashes = new Set(lacking.flatMap((message) => missingBlobs(first.verdicts.get(message))));
    const pushed = await pushBlobs(ctx, host, found.discovery, hashes);
    if (pushed !== undefined) return pushed;
    const second = await post(ctx, host, found.discovery, lacking);
    if (second.kind === "unreachable") return second;
    verdicts = new Map([...first.verdicts, ...second.verdicts]);
  }
  for (const message of messages) {
    const verdict = verdicts.get(message);
    for (const [id, result] of readVerdict(message, host, verdict)) results.set(id, result);
  }
  return { kind: "answered", results };
}

/** Tells a host that we are here, so that it need not wait for its next try. */
export async function sayHello(ctx: RemoteContext, host: string): Promise<boolean> {
  const found = await ctx.findPeer(host);
  if (!found.ok) return false;
  const body = new TextEncoder().encode("{}");
  const sent = await send(ctx, host, found.discovery, {
    method: "POST",
    path: "/email/hello",
    contentType: "application/json",
    body,
    sha256: createHash("sha256").update(body).digest(),
    timeoutMs: answerTimeoutMs,
  });
  return sent.kind === "signed" && sent.answer.status < 300;
}

type Posted = { kind: "answered"; verdicts: Map<Outgoing, Verdict | undefined> } | Unreachable;
type Unreachable = Extract<DeliveryResult, { kind: "unreachable" }>;

async function post(
  ctx: RemoteContext,
  host: string,
  discovery: Discovery,
  messages: readonly Outgoing[],
): Promise<Posted> {
  const [only] = messages;
  const alone = messages.length === 1 && only !== undefined;
  const body = alone ? only.bytes : joinLines(messages.map((message) => message.bytes));
  const sent = await send(ctx, host, discovery, {
    method: "POST",
    path: "/email/receive",
    contentType: alone ? "application/json" : "application/x-ndjson",
    body,
    sha256: createHash("sha256").update(body).digest(),
    timeoutMs: answerTimeoutMs,
  });
  if (sent.kind === "unreachable") return sent;
  if (!alone && sent.answer.status !== 200) return postOneByOne(ctx, host, discovery, messages);
  try {
    const verdicts = new Map<Outgoing, Verdict | undefined>();
    const answers = alone ? [readSingle(only, sent.answer)] : readLines(sent.answer);
    for (const [index, message] of messages.entries()) verdicts.set(message, answers[index]);
    return { kind: "answered", verdicts };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return unreachable(`${host} answered in a way this server does not understand: ${error.message}`);
  }
}

/** The peer refused the batch as a whole: each message then hears its own answer. */
async function postOneByOne(
  ctx: RemoteContext,
  host: string,
  discovery: Discovery,
  messages: readonly Outgoing[],
): Promise<Posted> {
  const verdicts = new Map<Outgoing, Verdict | undefined>();
  for (const message of messages) {
    const posted = await post(ctx, host, discovery, [message]);
    if (posted.kind === "unreachable") return posted;
    for (const [of, verdict] of posted.verdicts) verdicts.set(of, verdict);
  }
  return { kind: "answered", verdicts };
}

/** A single message's answer: a verdict, or the problem that stands for all its recipients. */
function readSingle(message: Outgoing, answer: InboundAnswer): Verdict {
  const value = readJson(answer.body);
  if (answer.status === 200) return verdictShape.parse(value);
  const refusal = refusalShape.parse(value);
  return {
    id: message.messageId,
    status: answer.status,
    recipients: refusal.recipients ?? [],
    problem: refusal,
  };
}

function readLines(answer: InboundAnswer): Verdict[] {
  return splitLines(answer.body).map((line) => verdictShape.parse(readJson(line)));
}

function missingBlobs(verdict: Verdict | undefined): readonly string[] {
  return verdict?.problem?.code === "blobsMissing" ? (verdict.problem.missing ?? []) : [];
}

/** Undefined when the peer has them all now. */
async function pushBlobs(
  ctx: RemoteContext,
  host: string,
  discovery: Discovery,
  hashes: ReadonlySet<string>,
): Promise<Unreachable | undefined> {
  for (const hash of hashes) {
    const blob = await ctx.openBlob(hash);
    if (blob === undefined) continue;
    const sent = await send(ctx, host, discovery, {
      method: "PUT",
      path: `/email/blob/${hash}`,
      contentType: "application/octet-stream",
      body: blob.body,
      sizeBytes: blob.sizeBytes,
      sha256: Buffer.from(hash, "hex"),
      timeoutMs: blobTimeoutMs,
    });
    if (sent.kind === "unreachable") return sent;
    if (sent.answer.status >= 300) {
      return unreachable(`${host} did not take a file of this message (${sent.answer.status}).`);
    }
  }
  return undefined;
}

interface Sending {
  method: "POST" | "PUT";
  path: string;
  contentType: string;
  body: OutboundBody;
  sizeBytes?: number;
  sha256: Uint8Array;
  timeoutMs: number;
}

type Sent = { kind: "signed"; answer: InboundAnswer } | Unreachable;

async function send(ctx: RemoteContext, host: string, discovery: Discovery, sending: Sending): Promise<Sent> {
  const endpoint = new URL(discovery.endpoint);
  const digest = contentDigest(sending.sha256);
  const nowS = Math.floor(ctx.clock.now() / 1_000);
  const key = ctx.key();
  const signed = await signRequest(
    {
      method: sending.method,
      authority: endpoint.host,
      path: sending.path,
      query: "?",
      contentType: sending.contentType,
      contentDigest: digest,
      destination: host,
    },
    { keyId: `${ctx.host}/${key.id}`, signingKey: key.signingKey },
    { createdS: nowS, expiresS: nowS + signatureSeconds, nonce: toBase64Url(ctx.random.bytes(16)) },
  );
  const result = await ctx.egress.request({
    method: sending.method,
    url: new URL(sending.path, endpoint),
    headers: {
      "content-type": sending.contentType,
      "content-digest": digest,
      ...(sending.sizeBytes === undefined ? {} : { "content-length": String(sending.sizeBytes) }),
      "posthorn-destination": host,
      ...signed,
    },
    body: sending.body,
    timeoutMs: sending.timeoutMs,
    maxAnswerBytes: mostAnswerBytes,
  });
  if (!result.ok) return unreachable(`${host} did not answer: ${result.detail}`);
  return believe(ctx, host, result.answer, signed.signature);
}

/** An answer counts when the peer signed it for this very request; anything else says only that it is not well. */
async function believe(
  ctx: RemoteContext,
  host: string,
  answer: InboundAnswer,
  requestSignature: string,
): Promise<Sent> {
  const retryAfterS = readRetryAfter(answer);
  const verified = await verifyAnswer(
    { status: answer.status, headers: answer.headers, requestSignature },
    {
      nowS: Math.floor(ctx.clock.now() / 1_000),
      findKey: (keyId) => {
        const slash = keyId.indexOf("/");
        if (keyId.slice(0, Math.max(slash, 0)) !== host) return Promise.resolve(undefined);
        return ctx.findKey(host, keyId.slice(slash + 1));
      },
    },
  );
  const whole =
    verified.ok && createHash("sha256").update(answer.body).digest().equals(verified.contentDigest);
  if (!whole)
    return unreachable(`${host} answered ${answer.status} without a signature that proves it.`, retryAfterS);
  // 507 is about one mailbox; the other 5xx and 429 are about the host.
  if (answer.status === 429 || (answer.status >= 500 && answer.status !== 507)) {
    return unreachable(`${host} asks to be tried later (${answer.status}).`, retryAfterS);
  }
  return { kind: "signed", answer };
}

function readRetryAfter(answer: InboundAnswer): number | undefined {
  const [value, ...others] = answer.headers.get("retry-after") ?? [];
  if (value === undefined || others.length > 0 || !/^\d{1,10}$/.test(value)) return undefined;
  return Number(value);
}

function unreachable(detail: string, retryAfterS?: number): Unreachable {
  return { kind: "unreachable", problem: asProblem(detail), retryAfterS };
}

function asProblem(detail: string): Problem {
  return problem("unavailable", detail);
}
