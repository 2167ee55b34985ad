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
import type {
  DeliveryResult,
  HostResult,
  Lacking,
  Outgoing,
  RecipientResult,
  Unreachable,
} from "./result.ts";
import { callSigned, type RemoteContext, unreachable } from "./signed-call.ts";
import { missingBlobs, readVerdict, retryOf } from "./verdicts.ts";

const answerTimeoutMs = 60_000;
/** What the slowest line we still want to use carries, so that a large batch is not cut on its way every time. */
const slowestBytesPerMs = 16;
const verdictShape = shape(VerdictSchema);
const refusalShape = shape(RefusalSchema);

/**
 * Delivers messages to a host, in as many requests as it wants. Never throws for what a peer or the network does. When
 * the host falls silent on the way, what it said before counts and the rest is tried again. When it fails at one
 * request it is asked the others all the same, so that a message which it chokes on holds up no other (threats D2).
 */
export async function deliverRemote(
  ctx: RemoteContext,
  host: string,
  messages: readonly Outgoing[],
  signal: AbortSignal,
): Promise<DeliveryResult> {
  const results = new Map<number, RecipientResult>();
  const lacking: Lacking[] = [];
  const found = await ctx.findPeer(host);
  if (!found.ok) return { results, lacking, host: unreachable(found.detail) };
  let hasAnswered = false;
  let silence: Unreachable | undefined;
  for (const request of asRequests(messages, host, found.discovery.limits)) {
    const posted = await post(ctx, host, found.discovery, request, signal);
    for (const [message, verdict] of posted.verdicts) {
      hasAnswered = true;
      const hashes = missingBlobs(message, verdict);
      if (hashes.length > 0) lacking.push({ message, hashes });
      else for (const [id, result] of readVerdict(message, host, verdict)) results.set(id, result);
    }
    silence = posted.silence ?? silence;
    if (posted.silence !== undefined && posted.silence.failedAtRequest !== true) {
      return { results, lacking, host: silent(posted.silence, hasAnswered) };
    }
  }
  return { results, lacking, host: hasAnswered || silence === undefined ? { kind: "answered" } : silence };
}

/** Tells a host that we are here, so that it need not wait for its next try. */
export async function sayHello(ctx: RemoteContext, host: string, signal: AbortSignal): Promise<boolean> {
  const found = await ctx.findPeer(host);
  if (!found.ok) return false;
  const body = new TextEncoder().encode(JSON.stringify({ host: ctx.host }));
  const sent = await callSigned(ctx, host, found.discovery, {
    method: "POST",
    path: "/email/hello",
    content: { type: "application/json", body, sha256: createHash("sha256").update(body).digest() },
    timeoutMs: answerTimeoutMs,
    signal,
  });
  return sent.kind === "signed" && sent.answer.status < 300;
}

function silent({ problem, retryAfterS }: Unreachable, hasAnswered: boolean): HostResult {
  return { kind: hasAnswered ? "fellSilent" : "unreachable", problem, retryAfterS };
}

interface Posted {
  /** What the host says of each message, in order, as far as it says anything; undefined where nobody understands it. */
  verdicts: readonly (readonly [Outgoing, Verdict | undefined])[];
  /** Why it says nothing of the others. */
  silence?: Unreachable;
}

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
    content: {
      type: alone ? "application/json" : "application/x-ndjson",
      body,
      sha256: createHash("sha256").update(body).digest(),
    },
    timeoutMs: answerTimeoutMs + Math.ceil(body.length / slowestBytesPerMs),
    signal,
  });
  if (sent.kind === "unreachable") return { verdicts: [], silence: sent };
  if (alone) return { verdicts: [[only, findSingle(only, sent.answer)]] };
  if (sent.answer.status === 200) {
    const lines = findLines(sent.answer);
    return { verdicts: messages.map((message, index) => [message, lines[index]] as const) };
  }
  const refusal = findRefusal(sent.answer);
  if (refusal?.problem === undefined || retryOf(refusal.problem) !== "never") {
    return { verdicts: messages.map((message) => [message, refusal] as const) };
  }
  return postOneByOne(ctx, host, discovery, messages, signal);
}

/** The host will never take the batch as a whole: each message then hears its own answer. */
async function postOneByOne(
  ctx: RemoteContext,
  host: string,
  discovery: Discovery,
  messages: readonly Outgoing[],
  signal: AbortSignal,
): Promise<Posted> {
  const verdicts: (readonly [Outgoing, Verdict | undefined])[] = [];
  let silence: Unreachable | undefined;
  for (const message of messages) {
    const posted = await post(ctx, host, discovery, [message], signal);
    verdicts.push(...posted.verdicts);
    silence = posted.silence ?? silence;
    if (posted.silence !== undefined && posted.silence.failedAtRequest !== true) break;
  }
  return silence === undefined ? { verdicts } : { verdicts, silence };
}

/** A single message's answer: a verdict, or the problem that stands for all its recipients. */
function findSingle(message: Outgoing, answer: InboundAnswer): Verdict | undefined {
  if (answer.status === 200) return understood(() => verdictShape.parse(readJson(answer.body)));
  const refusal = findRefusal(answer);
  return refusal && { ...refusal, id: message.messageId };
}

/** A refusal of the whole request, as the verdict it is for each message in it. */
function findRefusal(answer: InboundAnswer): Verdict | undefined {
  const refusal = understood(() => refusalShape.parse(readJson(answer.body)));
  if (refusal === undefined) return undefined;
  return { id: null, status: answer.status, recipients: refusal.recipients ?? [], problem: refusal };
}

function findLines(answer: InboundAnswer): (Verdict | undefined)[] {
  const lines = understood(() => splitLines(answer.body)) ?? [];
  return lines.map((line) => understood(() => verdictShape.parse(readJson(line))));
}

/** What the host has signed but this server cannot read says nothing of that one message, and nothing of the others. */
function understood<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof ProblemError) return undefined;
    throw error;
  }
}
