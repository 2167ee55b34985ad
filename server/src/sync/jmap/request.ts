import {
  type JmapRequest,
  JmapRequestSchema,
  ProblemError,
  problem,
  readJson,
  shape,
} from "@posthorn/protocol";
import type { Log, Random } from "../../env/env.ts";
import { openTurns } from "../../store/query-turns.ts";
import { coreLimits } from "./limits.ts";
import {
  type Arguments,
  type JmapCaller,
  type MethodAccident,
  type MethodAnswer,
  type MethodCall,
  MethodError,
  type Methods,
  refuseCall,
} from "./method.ts";
import { type Answered, type ReferenceBudget, referenceBudget, resolveReferences } from "./references.ts";
import { callErrorOf } from "./refusals.ts";
import { limitProblem, type RequestFault, type RequestProblem, requestProblem } from "./request-problem.ts";

export interface RequestContext {
  methods: Methods;
  /** What may stand in `using`. */
  capabilities: ReadonlySet<string>;
  /** The state of the caller's session object. */
  sessionState(caller: JmapCaller): string;
  log: Log;
  random: Pick<Random, "bytes">;
}

export interface RequestAnswer {
  status: number;
  contentType: "application/json" | "application/problem+json";
  body: Uint8Array;
}

const encoder = new TextEncoder();
const instanceBytes = 8;
/** Characters of the answers of one request, after which no further call is taken. */
const mostAnswered = 16 * 1024 * 1024;
const requestShape = shape(JmapRequestSchema);

/**
 * Answers a request to the API (RFC 8620 §3): its calls in order, each by its own, or a problem for it as a whole. The
 * caller has been let in; what each method asks for beyond that is checked here.
 */
export async function processRequest(
  ctx: RequestContext,
  caller: JmapCaller,
  body: Uint8Array,
  gone?: AbortSignal,
): Promise<RequestAnswer> {
  const request = readRequest(ctx, body);
  if ("status" in request) return problemAnswer(request);
  const answered = new AbortController();
  try {
    const signals = { gone, answered: answered.signal };
    return await carryOut(ctx, caller, request, { sizeBytes: body.length, ...signals });
  } finally {
    // With a reason: without one the platform makes an error and its stack, for each request.
    answered.abort("over");
  }
}

/** A request's problem as its answer. */
export function problemAnswer(found: RequestProblem): RequestAnswer {
  const body = encoder.encode(JSON.stringify(found));
  return { status: found.status, contentType: "application/problem+json", body };
}

function readRequest(ctx: RequestContext, body: Uint8Array): JmapRequest | RequestProblem {
  if (body.length > coreLimits.maxSizeRequest) {
    return limitProblem(
      "maxSizeRequest",
      `A request has ${coreLimits.maxSizeRequest} bytes at most. Send it in parts.`,
    );
  }
  const json = attempt("notJSON", () => readJson(body));
  if (!json.ok) return json.problem;
  const read = attempt("notRequest", () => requestShape.parse(json.value));
  if (!read.ok) return read.problem;
  const { using, methodCalls } = read.value;
  const misformed = methodCalls.findIndex((call) => findInvocation(call) === undefined);
  if (misformed >= 0) {
    const detail = "A method call is a list of its name, its arguments as an object, and a call id.";
    const pointer = `/methodCalls/${misformed}`;
    return requestProblem("notRequest", problem("badRequest", detail, { pointer }));
  }
  const unknown = using.find((capability) => !ctx.capabilities.has(capability));
  if (unknown !== undefined) {
    const detail = `This server has no capability “${unknown}”. The session names those it has.`;
    return requestProblem("unknownCapability", problem("badRequest", detail, { pointer: "/using" }));
  }
  if (methodCalls.length > coreLimits.maxCallsInRequest) {
    const most = coreLimits.maxCallsInRequest;
    return limitProblem("maxCallsInRequest", `A request has ${most} calls at most. Send it in parts.`);
  }
  return read.value;
}

type Attempt<Value> = { ok: true; value: Value } | { ok: false; problem: RequestProblem };

function attempt<Value>(fault: RequestFault, read: () => Value): Attempt<Value> {
  try {
    return { ok: true, value: read() };
  } catch (error) {
    if (error instanceof ProblemError) return { ok: false, problem: requestProblem(fault, error.problem) };
    throw error;
  }
}

interface Invocation {
  name: string;
  args: Arguments;
  callId: string;
}

function findInvocation([name, args, callId]: readonly (string | object)[]): Invocation | undefined {
  if (typeof name !== "string" || typeof args !== "object" || typeof callId !== "string") return undefined;
  return { name, args: { ...args }, callId };
}

async function carryOut(
  ctx: RequestContext,
  caller: JmapCaller,
  { using, methodCalls, createdIds }: JmapRequest,
  { sizeBytes, ...signals }: { sizeBytes: number } & Pick<MethodCall, "gone" | "answered">,
): Promise<RequestAnswer> {
  const call: MethodCall = {
    caller,
    createdIds: new Map(Object.entries(createdIds ?? {})),
    using: new Set(using),
    ...signals,
  };
  const budget = referenceBudget(sizeBytes);
  const turn = openTurns();
  const answered: Answered[] = [];
  const written: string[] = [];
  let length = 0;
  const invocations = methodCalls.map(findInvocation).filter((found) => found !== undefined);
  for (const [place, { name, args, callId }] of invocations.entries()) {
    // Each call may keep the one thread; what others have sent meanwhile goes between.
    if (place > 0) await turn();
    const asked = { name, args, answered, budget, isFull: length > mostAnswered };
    for (const answer of await runCall(ctx, call, asked)) {
      const said = { name: answer.name ?? name, arguments: answer.arguments, callId };
      const text = JSON.stringify([said.name, said.arguments, callId]);
      length += text.length;
      answered.push(said);
      written.push(text);
    }
  }
  const ids =
    createdIds === undefined ? "" : `"createdIds":${JSON.stringify(Object.fromEntries(call.createdIds))},`;
  const sessionState = JSON.stringify(ctx.sessionState(caller));
  const text = `{"methodResponses":[${written.join(",")}],${ids}"sessionState":${sessionState}}`;
  return { status: 200, contentType: "application/json", body: encoder.encode(text) };
}

interface Asked {
  name: string;
  args: Arguments;
  answered: readonly Answered[];
  budget: ReferenceBudget;
  isFull: boolean;
}

/** What one call is answered with; a failure of its own is its answer. */
async function runCall(
  ctx: RequestContext,
  call: MethodCall,
  asked: Asked,
): Promise<readonly MethodAnswer[]> {
  try {
    const answer = await runMethod(ctx, call, asked);
    if ("arguments" in answer) return [answer];
    return answer.map((one) => ("accident" in one ? failed(ctx, asked.name, one.accident) : one));
  } catch (error) {
    return [failed(ctx, asked.name, error)];
  }
}

function failed(ctx: RequestContext, method: string, error: unknown): MethodAnswer {
  const { type, message, extra } = explain(ctx, method, error);
  return { name: "error", arguments: { ...extra, type, description: message } };
}

async function runMethod(
  { methods }: RequestContext,
  call: MethodCall,
  { name, args, answered, budget, isFull }: Asked,
): Promise<MethodAnswer | readonly (MethodAnswer | MethodAccident)[]> {
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (method === undefined || !call.using.has(method.capability)) {
    const why = method === undefined ? "" : ` without “${method.capability}” in “using”`;
    return refuseCall("unknownMethod", `There is no method “${name.slice(0, 100)}” here${why}.`);
  }
  if (isFull)
    refuseCall("requestTooLarge", "The answers before this one are large already. Ask in another request.");
  const { scope } = method;
  if (scope !== undefined && !call.caller.scopes.has(scope)) {
    refuseCall("forbidden", `This credential lacks the scope “${scope}”. Use one that has it.`);
  }
  return method.run(call, resolveReferences(args, answered, budget));
}

/** The error that a call ended in. An accident is logged under an instance, and tells nothing more. */
function explain({ log, random }: RequestContext, method: string, error: unknown): MethodError {
  if (error instanceof ProblemError) return callErrorOf(error.problem);
  if (error instanceof MethodError && error.cause === undefined) return error;
  const instance = Buffer.from(random.bytes(instanceBytes)).toString("hex");
  const cause = error instanceof MethodError ? error.cause : error;
  log("error", "JMAP method failed", { instance, method: method.slice(0, 100), error: cause });
  if (error instanceof MethodError)
    return new MethodError(error.type, error.message, { ...error.extra, instance });
  const sentence =
    "Something went wrong on this server. Try again later; if it stays, tell the operator the instance.";
  return new MethodError("serverFail", sentence, { instance });
}
