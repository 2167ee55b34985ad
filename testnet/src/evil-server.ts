/**
 * A server that lies. It stands before a real one, hears what its clients ask, and changes what they send or what they
 * are answered; whatever it does not lie about is as true as the real one says it.
 */
import {
  type Platform,
  type Transport,
  type TransportRequest,
  type TransportResponse,
  Unreachable,
} from "@posthorn/client";
import {
  type ErrorCode,
  errors,
  ProblemError,
  problem,
  type Route,
  type RouteName,
  type RouteOutput,
  readJson,
  routes,
  shape,
} from "@posthorn/protocol";

/** A request as a client has sent it. */
export interface Call {
  method: string;
  /** With its query. */
  url: URL;
  /** Undefined for none, and for a file on its way up. */
  body: Uint8Array | undefined;
}

export interface Answer {
  status: number;
  headers: ReadonlyMap<string, string>;
  body: Uint8Array;
}

/** One way of lying. */
export interface Lie {
  /** What goes to the real server instead; an answer, and it hears nothing. */
  request?(call: Call): Promise<Call | Answer> | Call | Answer;
  /** What the client gets instead. `call` is the client's own. */
  answer?(call: Call, answer: Answer): Promise<Answer> | Answer;
}

export interface EvilServer {
  /** For the clients that it lies to. */
  platform: Platform;
  /** What the clients have asked, the oldest first. */
  readonly calls: readonly Call[];
  /** Lies while `during` runs, each lie over what the one before has made. Otherwise it is honest. */
  lying<T>(lies: Lie | readonly Lie[], during: () => Promise<T>): Promise<T>;
}

/** One that stands before all servers of a platform. */
export function evilServer(behind: Platform): EvilServer {
  const calls: Call[] = [];
  let lies: readonly Lie[] = [];
  const transport: Transport = async (request) => {
    const told = lies;
    const asked = callOf(request);
    calls.push(asked);
    const heard = await heardBy(told, asked);
    let answer = "status" in heard ? heard : await answerOf(await behind.transport(passedOn(request, heard)));
    for (const lie of told) answer = (await lie.answer?.(asked, answer)) ?? answer;
    return { ...answer, body: piecesOf(answer.body) };
  };
  return {
    platform: { ...behind, transport },
    calls,
    async lying(some, during) {
      const before = lies;
      lies = "length" in some ? some : [some];
      try {
        return await during();
      } finally {
        lies = before;
      }
    },
  };
}

async function heardBy(lies: readonly Lie[], asked: Call): Promise<Call | Answer> {
  let heard: Call | Answer = asked;
  for (const lie of lies) {
    if ("status" in heard) return heard;
    heard = (await lie.request?.(heard)) ?? heard;
  }
  return heard;
}

function callOf({ method, url, body }: TransportRequest): Call {
  return { method, url: new URL(url), body: body instanceof Uint8Array ? body : undefined };
}

function passedOn(request: TransportRequest, { method, url, body }: Call): TransportRequest {
  return { ...request, method, url: url.href, body: body ?? request.body };
}

async function answerOf({ status, headers, body }: TransportResponse): Promise<Answer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return { status, headers, body: Buffer.concat(pieces) };
}

async function* piecesOf(body: Uint8Array): AsyncGenerator<Uint8Array> {
  yield body;
}

/** The names in a route's path, decoded; undefined when the call is of another route. */
function placeIn(name: RouteName, { method, url }: Call): Params | undefined {
  const route: Route = routes[name];
  const [wanted, given] = [route.path.split("/"), url.pathname.split("/")];
  if (route.method !== method || wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const text = given[index] ?? "";
    if (part.startsWith(":")) params[part.slice(1)] = decodeURIComponent(text);
    else if (part !== text) return undefined;
  }
  return params;
}

export type Params = Readonly<Record<string, string>>;

/** Makes another answer of each good one of a route that answers JSON. `change` may give anything. */
export function answering<Name extends RouteName>(
  name: Name,
  change: (value: RouteOutput<Name>, params: Params) => unknown,
): Lie {
  return {
    async answer(call, answer) {
      const params = placeIn(name, call);
      if (params === undefined || !isGood(answer)) return answer;
      const value = readJson(answer.body);
      assertOutput(name, value);
      return { ...answer, body: jsonBytes(await change(value, params)) };
    },
  };
}

/** Makes other bytes of each good answer of a route that answers bytes. */
export function givingBytes(
  name: "getBlob",
  change: (bytes: Uint8Array, params: Params) => Uint8Array | Promise<Uint8Array>,
): Lie {
  return {
    async answer(call, answer) {
      const params = placeIn(name, call);
      if (params === undefined || !isGood(answer)) return answer;
      const body = await change(answer.body, params);
      const headers = new Map([...answer.headers, ["content-length", String(body.length)]]);
      return { ...answer, headers, body };
    },
  };
}

/** Makes another JSON body of each that clients send to a route. */
export function sending(name: RouteName, change: (value: unknown) => unknown): Lie {
  return {
    request(call) {
      if (placeIn(name, call) === undefined || call.body === undefined) return call;
      return { ...call, body: jsonBytes(change(readJson(call.body))) };
    },
  };
}

/** Asks the real server for another thing than the client has named. */
export function askingFor(name: RouteName, change: (params: Params) => Params): Lie {
  return {
    request(call) {
      const params = placeIn(name, call);
      if (params === undefined) return call;
      const asked = change(params);
      const url = new URL(call.url);
      url.pathname = routes[name].path.replace(/:([A-Za-z]+)/g, (_, part: string) =>
        encodeURIComponent(asked[part] ?? ""),
      );
      return { ...call, url };
    },
  };
}

/** Refuses a route, and the real server hears nothing of it. */
export function refusing(
  name: RouteName,
  code: ErrorCode,
  which: (params: Params) => boolean = () => true,
): Lie {
  return instead(name, (params) =>
    which(params)
      ? {
          status: errors[code].status,
          headers: new Map([["content-type", "application/problem+json"]]),
          body: jsonBytes(problem(code, `The server says ${code}.`)),
        }
      : undefined,
  );
}

/** Says that all went well, and the real server hears nothing of it. Of what is written, the same is answered. */
export function swallowing(name: RouteName): Lie {
  const { status }: Route = routes[name];
  return instead(name, (params, call) => ({
    status,
    headers: new Map([["content-type", "application/json"]]),
    body: jsonBytes(call.body === undefined ? {} : { ...params, ...objectIn(call.body) }),
  }));
}

/** Does what is asked, and the client hears nothing of it. */
export function losingAnswer(name: RouteName): Lie {
  return {
    answer(call, answer) {
      if (placeIn(name, call) !== undefined) throw new Unreachable("cut", call.url.host);
      return answer;
    },
  };
}

/** Answers a route itself where `answer` gives one. */
function instead(name: RouteName, answer: (params: Params, call: Call) => Answer | undefined): Lie {
  return {
    request(call) {
      const params = placeIn(name, call);
      return (params && answer(params, call)) ?? call;
    },
  };
}

export interface Recording {
  /** Hears, and changes nothing. */
  listen: Lie;
  /** Answers what was heard to whoever asks the same. */
  replay: Lie;
}

/** Keeps good answers, the newest to each question, to be given again when they are true no longer. */
export function recording(...names: readonly RouteName[]): Recording {
  const heard = new Map<string, Answer>();
  const questionOf = (call: Call) =>
    names.some((name) => placeIn(name, call) !== undefined) ? `${call.method} ${call.url.href}` : undefined;
  return {
    listen: {
      answer(call, answer) {
        const question = questionOf(call);
        if (question !== undefined && isGood(answer)) heard.set(question, answer);
        return answer;
      },
    },
    replay: { answer: (call, answer) => heard.get(questionOf(call) ?? "") ?? answer },
  };
}

/** The first of these lies that applies at each call of the route in turn; the last goes on. */
export function inTurn(name: RouteName, turns: readonly Lie[]): Lie {
  let turn = 0;
  const current = (call: Call) => (placeIn(name, call) === undefined ? undefined : turns[turn]);
  return {
    request: (call) => current(call)?.request?.(call) ?? call,
    async answer(call, answer) {
      const lie = current(call);
      if (lie === undefined) return answer;
      turn = Math.min(turn + 1, turns.length - 1);
      return (await lie.answer?.(call, answer)) ?? answer;
    },
  };
}

/** Code and sentence with which something was refused; undefined when it was not. */
export async function refusalOf(
  promise: Promise<unknown>,
): Promise<{ code: string; says: string } | undefined> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    if (error instanceof ProblemError) return { code: error.problem.code, says: error.message };
    throw error;
  }
}

function isGood({ status }: Answer): boolean {
  return status >= 200 && status < 300;
}

function jsonBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

function objectIn(body: Uint8Array): object {
  const value = readJson(body);
  return typeof value === "object" && value !== null ? value : {};
}

function assertOutput<Name extends RouteName>(
  name: Name,
  value: unknown,
): asserts value is RouteOutput<Name> {
  const route: Route = routes[name];
  if (route.output === undefined) throw new Error(`${name} answers no JSON`);
  shape(route.output).parse(value);
}
