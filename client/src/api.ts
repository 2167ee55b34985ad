import {
  ProblemError,
  ProblemSchema,
  type Route,
  type RouteInput,
  type RouteName,
  type RouteOutput,
  type RouteQuery,
  readJson,
  routes,
  type Shape,
  shape,
} from "@posthorn/protocol";
import type { Platform } from "./platform.ts";
import { discard, readAll } from "./read-all.ts";
import type { RequestBody, TransportRequest, TransportResponse } from "./transport.ts";
import { UnexpectedAnswer, Unreachable } from "./unreachable.ts";

type ParamNames<Path extends string> = Path extends `${string}:${infer Rest}`
  ? Rest extends `${infer Name}/${infer Tail}`
    ? Name | ParamNames<Tail>
    : Rest
  : never;

type ParamsPart<Name extends RouteName> = [ParamNames<(typeof routes)[Name]["path"]>] extends [never]
  ? { params?: undefined }
  : { params: Readonly<Record<ParamNames<(typeof routes)[Name]["path"]>, string>> };

type QueryPart<Name extends RouteName> =
  RouteQuery<Name> extends undefined ? { query?: undefined } : { query?: RouteQuery<Name> | undefined };

type InputPart<Name extends RouteName> =
  RouteInput<Name> extends undefined ? { input?: undefined } : { input: RouteInput<Name> };

export interface CommonOptions {
  headers?: Readonly<Record<string, string>> | undefined;
  signal?: AbortSignal | undefined;
  /** Whether a repeat does no harm. GET, HEAD, PUT and DELETE are so by themselves. */
  idempotent?: boolean;
  /** How long a “try again later” with a time may be waited for; without it none is. */
  waitAtMostMs?: number | undefined;
}

interface BytesBody {
  contentType: string;
  content: RequestBody;
  onSent?: ((sentBytes: number) => void) | undefined;
}

/** The options of all routes, before a route narrows them. */
interface AnyOptions extends CommonOptions {
  params?: object | undefined;
  query?: object | undefined;
  input?: unknown;
  body?: BytesBody | undefined;
}

/** What a call of the route `Name` needs: its path's names, its query, its input. */
export type CallOptions<Name extends RouteName> = AnyOptions &
  ParamsPart<Name> &
  QueryPart<Name> &
  InputPart<Name> & { body?: undefined };

/** As `CallOptions`, with a body of bytes in place of an input. */
export type ExchangeOptions<Name extends RouteName> = AnyOptions &
  ParamsPart<Name> &
  QueryPart<Name> & { input?: undefined };

/** The routes of one server, called by name, as whoever the credential stands for. */
export interface Api {
  readonly platform: Platform;
  /** `https://` and a host. */
  readonly endpoint: string;
  /**
   * Calls a route that answers JSON or nothing. Throws ProblemError with the server's own sentence, Unreachable, or
   * UnexpectedAnswer.
   */
  call<Name extends RouteName>(name: Name, options: CallOptions<Name>): Promise<RouteOutput<Name>>;
  /** As `call`, for a route that takes or answers bytes. The answer has the status of success. */
  exchange<Name extends RouteName>(name: Name, options: ExchangeOptions<Name>): Promise<TransportResponse>;
}

/** What a call is made with. */
export interface Credential {
  /** The bearer token to send now. */
  token(): Promise<string>;
  /** Called once a call when `refused` was not taken; afterwards `token` gives another. Throws when there is none. */
  renew?(refused: string): Promise<void>;
}

/** More of an answer in JSON than any server sends. */
const answerBytes = 64 * 1024 * 1024;
const problemBytes = 256 * 1024;
const repeatable: ReadonlySet<string> = new Set(["GET", "HEAD", "PUT", "DELETE"]);
const encoder = new TextEncoder();
const Problem = shape(ProblemSchema);

/** The server at `endpoint`, called with a credential or, without, only where nobody need be known. */
export function makeApi(platform: Platform, endpoint: string, credential?: Credential): Api {
  const ctx = { platform, endpoint, credential, host: new URL(endpoint).host };
  return {
    platform,
    endpoint,
    async call(name, options) {
      const value = await callRoute(ctx, name, options);
      checkOutput(ctx.host, name, value);
      return value;
    },
    exchange: (name, options) => exchange(ctx, routes[name], options),
  };
}

interface ApiContext {
  platform: Platform;
  endpoint: string;
  credential: Credential | undefined;
  host: string;
}

async function callRoute(ctx: ApiContext, name: RouteName, options: AnyOptions): Promise<unknown> {
  const route: Route = routes[name];
  const { input, ...others } = options;
  const body =
    input === undefined
      ? options.body
      : { contentType: "application/json", content: encoder.encode(JSON.stringify(input)) };
  const response = await exchange(ctx, route, { ...others, body });
  if (route.output !== undefined) return readJsonAnswer(ctx.host, response);
  await discard(response.body);
  return undefined;
}

async function readJsonAnswer(host: string, response: TransportResponse): Promise<unknown> {
  if (!isType(response, "application/json")) {
    await discard(response.body);
    throw new UnexpectedAnswer(host, response.status, `with ${typeOf(response)} where JSON was due`);
  }
  const bytes = await readAll(response.body, answerBytes);
  if (bytes === undefined) {
    throw new UnexpectedAnswer(host, response.status, "with more than can be read", { isTooLarge: true });
  }
  try {
    return readJson(bytes);
  } catch (error) {
    throw unreadable(host, response.status, error);
  }
}

function unreadable(host: string, status: number, error: unknown): unknown {
  if (!(error instanceof ProblemError)) return error;
  return new UnexpectedAnswer(host, status, `with something else than this route answers (${error.message})`);
}

const shapes = new Map<RouteName, Shape<NonNullable<Route["output"]>>>();

/** Throws UnexpectedAnswer when a server answers in another shape than the table of routes has. */
function checkOutput<Name extends RouteName>(
  host: string,
  name: Name,
  value: unknown,
): asserts value is RouteOutput<Name> {
  const route: Route = routes[name];
  if (route.output === undefined) return;
  let known = shapes.get(name);
  if (known === undefined) {
    known = shape(route.output);
    shapes.set(name, known);
  }
  try {
    known.parse(value);
  } catch (error) {
    throw unreadable(host, route.status, error);
  }
}

async function exchange(ctx: ApiContext, route: Route, options: AnyOptions): Promise<TransportResponse> {
  const { credential } = ctx;
  let canRenew = credential?.renew !== undefined && route.auth !== "none";
  let leftToWaitMs = options.waitAtMostMs ?? 0;
  while (true) {
    const token = route.auth === "none" ? undefined : await credential?.token();
    const response = await attempt(ctx, route, buildRequest(ctx, route, options, token), options);
    if (response.status >= 200 && response.status < 300) return response;
    const failure = await failureOf(ctx.host, response);
    if (response.status === 401 && canRenew && token !== undefined) {
      canRenew = false;
      await credential?.renew?.(token);
      continue;
    }
    const waitMs = waitAsked(failure);
    if (waitMs === undefined || waitMs > leftToWaitMs) throw failure;
    leftToWaitMs -= waitMs;
    await ctx.platform.clock.sleep(waitMs, options.signal);
    options.signal?.throwIfAborted();
  }
}

/** One exchange, made anew when it ran into a kept connection that had died. */
async function attempt(
  ctx: ApiContext,
  route: Route,
  request: TransportRequest,
  options: AnyOptions,
): Promise<TransportResponse> {
  try {
    return await ctx.platform.transport(request);
  } catch (error) {
    const isRepeatable = options.idempotent ?? repeatable.has(route.method);
    if (!(error instanceof Unreachable && error.keptConnectionDied && isRepeatable)) throw error;
    return ctx.platform.transport(request);
  }
}

function buildRequest(
  ctx: ApiContext,
  route: Route,
  options: AnyOptions,
  token: string | undefined,
): TransportRequest {
  const { body, signal } = options;
  return {
    method: route.method,
    url: ctx.endpoint + fillPath(route.path, options.params) + queryText(options.query),
    headers: {
      accept: (route.gives ?? ["application/json"]).concat("application/problem+json").join(", "),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { "content-type": body.contentType }),
      ...options.headers,
    },
    body: body?.content,
    onSent: body?.onSent,
    signal,
  };
}

function fillPath(path: string, params: object | undefined): string {
  return path.replace(/:([A-Za-z]+)/g, (_, name: string) =>
    encodeURIComponent(String(Reflect.get(params ?? {}, name))),
  );
}

function queryText(query: object | undefined): string {
  const given: [string, unknown][] = Object.entries(query ?? {});
  const params = new URLSearchParams();
  for (const [name, value] of given) if (value !== undefined) params.append(name, String(value));
  return params.size === 0 ? "" : `?${params}`;
}

/** What an answer that is no success says. */
async function failureOf(
  host: string,
  response: TransportResponse,
): Promise<ProblemError | UnexpectedAnswer> {
  const { status } = response;
  if (!isType(response, "application/problem+json")) {
    await discard(response.body);
    return new UnexpectedAnswer(host, status, `with ${typeOf(response)} instead of a reason`);
  }
  const bytes = await readAll(response.body, problemBytes);
  try {
    return new ProblemError(Problem.parse(readJson(bytes ?? new Uint8Array())));
  } catch {
    return new UnexpectedAnswer(host, status, "with a reason that cannot be read");
  }
}

function waitAsked(failure: ProblemError | UnexpectedAnswer): number | undefined {
  if (!(failure instanceof ProblemError) || failure.problem.retry !== "later") return undefined;
  const { retryAfterS } = failure.problem;
  return retryAfterS === undefined ? undefined : retryAfterS * 1000;
}

function isType(response: TransportResponse, type: string): boolean {
  return response.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase() === type;
}

function typeOf(response: TransportResponse): string {
  const type = response.headers.get("content-type")?.split(";")[0]?.trim();
  return type === undefined || type === "" ? "nothing" : type;
}
