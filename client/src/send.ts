/** Handing messages over and seeing what becomes of them. */
import {
  type DeliveryStatus,
  fail,
  joinLines,
  limits,
  type Message,
  ProblemError,
  readJson,
  type SendAnswer,
  type SendLine,
  SendLineSchema,
  type SendQuery,
  shape,
  splitLines,
} from "@posthorn/protocol";
import type { Api } from "./api.ts";
import { readAll } from "./read-all.ts";
import { UnexpectedAnswer } from "./unreachable.ts";

export interface SendOptions {
  /** Not to be sent before, RFC 3339 in UTC. */
  sendAt?: string | undefined;
  /** Held for so many seconds, in which `cancelSend` takes it back. */
  undoS?: number | undefined;
  signal?: AbortSignal | undefined;
  /** How long a “try again later” of the server may be waited for; without it, it is thrown. */
  waitAtMostMs?: number | undefined;
}

const encoder = new TextEncoder();
const Line = shape(SendLineSchema);

/**
 * Hands a message over. When this resolves the server keeps it and will deliver it. Handing the same message over again
 * is harmless and has the same answer, so after a broken wire: call again with the same message.
 */
export async function send(api: Api, message: Message, options: SendOptions = {}): Promise<SendAnswer> {
  const { sendAt, undoS, ...others } = options;
  return api.call("send", { query: holdOf(sendAt, undoS), input: message, idempotent: true, ...others });
}

/**
 * Hands over any number of messages, up to a hundred in a request, one request after the other. An answer a message, in
 * their order; one that is refused harms no other. Throws as `send` does when a whole request fails; what was handed
 * over before stays handed over.
 */
export async function sendBatch(
  api: Api,
  messages: readonly Message[],
  options: SendOptions = {},
): Promise<SendLine[]> {
  const lines: SendLine[] = [];
  for (const batch of batchesOf(messages.map((message) => encoder.encode(JSON.stringify(message))))) {
    for (const line of await sendLines(api, batch, options)) lines.push(line);
  }
  return lines.map((line, index) => ({ ...line, id: line.id ?? messages[index]?.id ?? null }));
}

/** One request of at most `limits.batchLines` messages in JSON, `limits.batchBytes` together. */
export async function sendLines(
  api: Api,
  messages: readonly Uint8Array[],
  options: SendOptions = {},
): Promise<SendLine[]> {
  const { sendAt, undoS, ...others } = options;
  const response = await api.exchange("send", {
    query: holdOf(sendAt, undoS),
    body: { contentType: "application/x-ndjson", content: joinLines(messages) },
    idempotent: true,
    ...others,
  });
  const { host } = new URL(api.endpoint);
  const bytes = await readAll(response.body, limits.batchBytes * 16);
  if (bytes === undefined) throw new UnexpectedAnswer(host, response.status, "with more than can be read");
  const lines = splitLines(bytes).map((line) => readLine(host, response.status, line));
  if (lines.length === messages.length) return lines;
  throw new UnexpectedAnswer(
    host,
    response.status,
    `with ${lines.length} lines for ${messages.length} messages`,
  );
}

function readLine(host: string, status: number, line: Uint8Array): SendLine {
  try {
    return Line.parse(readJson(line));
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    throw new UnexpectedAnswer(host, status, `with a line that is none (${error.message})`);
  }
}

function* batchesOf(messages: readonly Uint8Array[]): Generator<Uint8Array[]> {
  let batch: Uint8Array[] = [];
  let sizeBytes = 0;
  for (const message of messages) {
    const lineBytes = message.length + 1;
    if (batch.length === limits.batchLines || sizeBytes + lineBytes > limits.batchBytes) {
      yield batch;
      batch = [];
      sizeBytes = 0;
    }
    batch.push(message);
    sizeBytes += lineBytes;
  }
  if (batch.length > 0) yield batch;
}

function holdOf(sendAt: string | undefined, undoS: number | undefined): SendQuery {
  if (sendAt !== undefined && undoS !== undefined) fail("badRequest", "Give “sendAt” or “undo”, not both.");
  return {
    ...(sendAt === undefined ? {} : { sendAt }),
    ...(undoS === undefined ? {} : { undo: String(undoS) }),
  };
}

/** Where each recipient's copy of a message stands. */
export function sendStatus(
  api: Api,
  id: string,
  options: { signal?: AbortSignal } = {},
): Promise<SendAnswer> {
  return api.call("getSend", { params: { id }, ...options });
}

/** Takes a message back that is still held. Throws ProblemError `notHeld` when it has left. */
export function cancelSend(
  api: Api,
  id: string,
  options: { signal?: AbortSignal } = {},
): Promise<SendAnswer> {
  return api.call("cancelSend", { params: { id }, ...options });
}

const settled: ReadonlySet<DeliveryStatus> = new Set(["delivered", "held", "failed", "expired", "cancelled"]);

/** True when nothing more will happen to any recipient's copy by itself. */
export function isSettled(answer: SendAnswer): boolean {
  return answer.recipients.every((recipient) => settled.has(recipient.status));
}

export interface WaitOptions {
  signal?: AbortSignal | undefined;
  /** Give up after this long; the last answer is given, settled or not. */
  timeoutMs?: number | undefined;
  /** Called with each answer that differs from the one before, the first included. */
  onChange?: ((answer: SendAnswer) => void) | undefined;
}

const firstPauseMs = 100;
const longestPauseMs = 5_000;

/** Asks until every copy is settled, at first often, later every five seconds. `isSettled` tells which way it ended. */
export async function waitUntilSettled(api: Api, id: string, options: WaitOptions = {}): Promise<SendAnswer> {
  const { signal, timeoutMs = Number.POSITIVE_INFINITY, onChange } = options;
  const { clock } = api.platform;
  const untilMs = clock.now() + timeoutMs;
  let shown = "";
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    const answer = await api.call("getSend", { params: { id }, signal });
    const text = JSON.stringify(answer);
    if (text !== shown) onChange?.(answer);
    shown = text;
    const leftMs = untilMs - clock.now();
    if (isSettled(answer) || leftMs <= 0) return answer;
    await clock.sleep(Math.min(pauseMs, leftMs), signal);
    signal?.throwIfAborted();
  }
}
