/** One attempt at another host: find it, post the messages, read what it says of each. */
import { createHash } from "node:crypto";
import {
  type Discovery,
  joinLines,
  ProblemError,
  RefusalSchema,
  readJson,
  shape,
  splitLines,
  type Verdict,
  VerdictSchema,
} from "@posthorn/protocol";
import type { InboundAnswer } from "../env/env.ts";
import { asRequests } from "./requests.ts";
import type { DeliveryResult, Lacking, Outgoing, RecipientResult, Unreachable } from "./result.ts";
import { callSigned, type RemoteContext, unreachable } from "./signed-call.ts";
import { missingBlobs, readVerdict } from "./verdicts.ts";

const answerTimeoutMs = 60_000;
const verdictShape = shape(VerdictSchema);
const refusalShape = shape(RefusalSchema);

/**
 * Delivers messages to a host, in as many requests as it wants. Never throws for what a peer or the network does. When
 * the host falls silent on the way, what it said before counts and the rest is tried again.
 */
export async function deliverRemote(
  ctx: RemoteContext,
  host: string,
  messages: readonly Outgoing[],
  signal: AbortSignal,
): Promise<DeliveryResult> {
  const found = await ctx.findPeer(host);
  if (!found.ok) return unreachable(found.detail);
  const results = new Map<number, RecipientResult>();
  const lacking: Lacking[] = [];
  for (const request of asRequests(messages, found.discovery.limits)) {
    const posted = await post(ctx, host, found.discovery, request, signal);
    if (posted.kind === "unreachable") {
      if (results.size === 0 && lacking.length === 0) return posted;
      break;
    }
    for (const [index, message] of request.entries()) {
      const verdict = posted.verdicts[index];
      const hashes = missingBlobs(verdict);
      if (hashes.length > 0) lacking.push({ message, hashes });
      else for (const [id, result] of readVerdict(message, host, verdict)) results.set(id, result);
    }
  }
  return { kind: "answered", results, lacking };
}

/** Tells a host that we are here, so that it need not wait for its next try. */
export async function sayHello(ctx: RemoteContext, host: string, signal: AbortSignal): Promise<boolean> {
  const found = await ctx.findPeer(host);
  if (!found.ok) return false;
  const body = new TextEncoder().encode(JSON.stringify({ host: ctx.host }));
  const sent = await callSigned(ctx, host, found.discovery, {
    method: "POST",
    path: "/email/hello",
    contentType: "application/json",
    body,
    sha256: createHash("sha256").update(body).digest(),
    timeoutMs: answerTimeoutMs,
    signal,
  });
  return sent.kind === "signed" && sent.answer.status < 300;
}

type Posted = { kind: "answered"; verdicts: readonly (Verdict | undefined)[] } | Unreachable;

async function post(
  ctx: RemoteContext,
  host: string,
  discovery: Discovery,
  messages: readonly Outgoing[],
  signal: AbortSignal,
): Promise<Posted> {
  const [only] = messages;
  const alone = messages.length === 1 && only !== undefined;
  const body = alone ? only.bytes : joinLines(messages.map((message) => message.bytes));
  const sent = await callSigned(ctx, host, discovery, {
    method: "POST",
    path: "/email/receive",
    contentType: alone ? "application/json" : "application/x-ndjson",
    body,
    sha256: createHash("sha256").update(body).digest(),
    timeoutMs: answerTimeoutMs,
    signal,
  });
  if (sent.kind === "unreachable") return sent;
  if (!alone && sent.answer.status !== 200) return postOneByOne(ctx, host, discovery, messages, signal);
  try {
    return { kind: "answered", verdicts: alone ? [readSingle(only, sent.answer)] : readLines(sent.answer) };
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
  signal: AbortSignal,
): Promise<Posted> {
  const verdicts: (Verdict | undefined)[] = [];
  for (const message of messages) {
    const posted = await post(ctx, host, discovery, [message], signal);
    if (posted.kind === "unreachable") return posted;
    verdicts.push(posted.verdicts[0]);
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
