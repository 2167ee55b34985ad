/** Calling methods of JMAP (RFC 8620 §3): several in one request, each answered by itself. */
import {
  capabilities,
  type ErrorCode,
  type JmapSession,
  ProblemError,
  problem,
  type Shape,
} from "@posthorn/protocol";
import type { Static, TSchema } from "typebox";
import type { Api } from "./api.ts";
import { type Gate, newGate } from "./gate.ts";
import { UnexpectedAnswer } from "./unreachable.ts";

/** `accountId` is put into the arguments, but of what is no account's. They may refer to what earlier calls answered, by `#name` (RFC 8620 §3.7). */
export interface JmapCall {
  method: string;
  arguments: object;
}

/** Why a method, or one object of it, was refused; `type` is JMAP's word for it. */
export class JmapRefusal extends ProblemError {
  readonly type: string;

  constructor(type: string, sentence: string) {
    super(problem(codeOf(type), sentence));
    this.name = "JmapRefusal";
    this.type = type;
  }
}

/** What the method answered, undefined when it was refused; then `refusal` says why. */
export interface JmapAnswer {
  answered: unknown;
  refusal: JmapRefusal | undefined;
  /** Of methods that were carried out with it, such as an Email/set after a submission. */
  others: readonly { method: string; arguments: unknown }[];
}

export interface JmapOptions {
  signal?: AbortSignal | undefined;
  /** Whether a repeat does no harm. */
  idempotent?: boolean;
}

const sessions = new WeakMap<Api, Promise<JmapSession>>();

/** What the server says of JMAP, asked for once. */
export function jmapSession(api: Api): Promise<JmapSession> {
  const known = sessions.get(api);
  if (known !== undefined) return known;
  const asked = api.call("jmapSession", {});
  sessions.set(api, asked);
  asked.catch(() => sessions.delete(api));
  return asked;
}

/** The caller's account as JMAP names it. */
export async function jmapAccountId(api: Api): Promise<string> {
  const { primaryAccounts } = await jmapSession(api);
  const accountId = primaryAccounts[capabilities.mail];
  if (accountId !== undefined) return accountId;
  throw new UnexpectedAnswer(new URL(api.endpoint).host, 200, "without an account for mail");
}

/** What this client knows of what the server has. */
async function usedOf(api: Api): Promise<string[]> {
  const { capabilities: offered } = await jmapSession(api);
  return Object.values(capabilities).filter((name) => Object.hasOwn(offered, name));
}

/** A server answers eight requests of an account at once (RFC 8620 §2); its other devices ask too. */
const mostAtOnce = 4;
const mostWaits = 10;
const gates = new WeakMap<Api, Gate>();

function gateOf(api: Api): Gate {
  const known = gates.get(api) ?? newGate(mostAtOnce);
  gates.set(api, known);
  return known;
}

/** Again for as often as the server says that too much was asked at once, of which it has done nothing. */
async function unlessBusy<Result>(
  { platform }: Api,
  signal: AbortSignal | undefined,
  ask: () => Promise<Result>,
): Promise<Result> {
  for (let waits = 0; ; waits++) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof ProblemError) || error.problem.status !== 429 || waits === mostWaits)
        throw error;
      await platform.clock.sleep((error.problem.retryAfterS ?? 1) * 1_000, signal);
      signal?.throwIfAborted();
    }
  }
}

/**
 * Carries out calls in one request, in order, when fewer than four of this API are under way. Answers one for each; throws
 * as `Api.call` when the request itself fails.
 */
export async function callJmap(
  api: Api,
  calls: readonly JmapCall[],
  options: JmapOptions = {},
): Promise<JmapAnswer[]> {
  const accountId = await jmapAccountId(api);
  const methodCalls = calls.map(({ method, arguments: given }, at) => [
    method,
    isOfAccount(method) ? { accountId, ...given } : given,
    String(at),
  ]);
  const input = { using: await usedOf(api), methodCalls };
  const { signal, idempotent = false } = options;
  const ask = () => unlessBusy(api, signal, () => api.call("jmapApi", { input, idempotent, signal }));
  const { methodResponses } = await gateOf(api).through(ask, signal);
  return calls.map((call, at) =>
    answerOf(
      api,
      call,
      methodResponses.filter(([, , id]) => id === String(at)),
    ),
  );
}

/** Where a device is told of changes belongs to its sign-in (RFC 8620 §7.2). */
function isOfAccount(method: string): boolean {
  return !method.startsWith("PushSubscription/");
}

function answerOf(api: Api, { method }: JmapCall, responses: readonly (readonly unknown[])[]): JmapAnswer {
  const [first, ...others] = responses.map(([name, answered]) => ({
    method: String(name),
    arguments: answered,
  }));
  if (first?.method === method) return { answered: first.arguments, refusal: undefined, others };
  if (first?.method === "error")
    return { answered: undefined, refusal: readRefusal(first.arguments), others };
  throw new UnexpectedAnswer(new URL(api.endpoint).host, 200, `with no answer to ${method}`);
}

/** Carries out one call. Throws JmapRefusal, and UnexpectedAnswer when the answer has another shape. */
export async function callMethod<const Schema extends TSchema>(
  api: Api,
  call: JmapCall,
  schema: Shape<Schema>,
  options: JmapOptions = {},
): Promise<Static<Schema>> {
  const [answer] = await callJmap(api, [call], options);
  return readAnswer(api, answer, schema);
}

/** What a call answered, checked. Throws JmapRefusal, and UnexpectedAnswer when it has another shape. */
export function readAnswer<const Schema extends TSchema>(
  api: Api,
  answer: JmapAnswer | undefined,
  { matches }: Shape<Schema>,
): Static<Schema> {
  if (answer?.refusal !== undefined) throw answer.refusal;
  const value = answer?.answered;
  if (matches(value)) return value;
  throw new UnexpectedAnswer(new URL(api.endpoint).host, 200, "with something else than this method answers");
}

/** A method's error, or one of a /set, as it came. */
export function readRefusal(error: unknown): JmapRefusal {
  const fields = new Map<string, unknown>(Object.entries(Object(error)));
  const [type, description] = [fields.get("type"), fields.get("description")];
  const word = typeof type === "string" ? type : "serverFail";
  return new JmapRefusal(
    word,
    typeof description === "string" ? description : `The server refused this (${word.slice(0, 100)}).`,
  );
}

const codes: ReadonlyMap<string, ErrorCode> = new Map([
  ["accountNotFound", "notFound"],
  ["notFound", "notFound"],
  ["blobNotFound", "blobsMissing"],
  ["forbidden", "forbidden"],
  ["accountReadOnly", "forbidden"],
  ["stateMismatch", "changedMeanwhile"],
  ["changedMeanwhile", "changedMeanwhile"],
  ["alreadyExists", "alreadyExists"],
  ["overQuota", "mailboxFull"],
  ["requestTooLarge", "tooLarge"],
  ["tooLarge", "tooLarge"],
  ["rateLimit", "rateLimited"],
  ["serverUnavailable", "unavailable"],
  ["serverFail", "internal"],
  ["serverPartialFail", "internal"],
]);

function codeOf(type: string): ErrorCode {
  return codes.get(type) ?? "badRequest";
}
