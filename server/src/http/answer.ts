/** From routes of the protocol's table to the lines of a routing table: read, let in, answer. */
import { fail, limits, type Route as ProtocolRoute, readJson, type Shape, shape } from "@posthorn/protocol";
import type { Static, TSchema } from "typebox";
import { type Caller, requireScope, requireSession } from "../auth/caller.ts";
import { readBody } from "./edge.ts";
import { type HttpRequest, type HttpResponse, singleHeader } from "./http.ts";
import { type Params, type Route, route } from "./router.ts";

/** What a route's handler gives back: its output, checked by the compiler against the table; nothing where it has none. */
export type OutputOf<Def extends ProtocolRoute> = Def extends { output: infer Output extends TSchema }
  ? Static<Output>
  : undefined;

/** The part of a call every handler sees. */
export interface Call {
  request: HttpRequest;
  params: Params;
}

export type Authenticate = (authorization: string | undefined) => Promise<Caller>;

const encoder = new TextEncoder();

/** A route for anybody. */
export function open<const Def extends ProtocolRoute>(
  def: Def,
  handle: (call: Call) => Promise<OutputOf<Def>>,
): Route {
  return route(def.method, def.path, async (request, params) =>
    jsonAnswer(def, await handle({ request, params })),
  );
}

/** A route for an account or the operator: the caller is proven and let in before the handler runs. */
export function guarded<const Def extends ProtocolRoute>(
  authenticate: Authenticate,
  def: Def,
  handle: (call: Call & { caller: Caller }) => Promise<OutputOf<Def>>,
): Route {
  return route(def.method, def.path, async (request, params) => {
    const caller = await letIn(authenticate, def, request);
    return jsonAnswer(def, await handle({ request, params, caller }));
  });
}

/** The caller of a request, allowed what the route asks for. Throws ProblemError `unauthorized`, `forbidden` and others. */
export async function letIn(
  authenticate: Authenticate,
  def: ProtocolRoute,
  request: HttpRequest,
): Promise<Caller> {
  const caller = await authenticate(singleHeader(request.headers, "authorization"));
  if (def.auth === "token" && caller.accountId === 0) {
    fail("forbidden", "The operator's token opens no mailbox. Sign in as the account.");
  }
  if (def.query === undefined) refuseQuery(request);
  if (def.sessionOnly === true) requireSession(caller);
  if (def.scope !== undefined) requireScope(caller, def.scope);
  return caller;
}

export function jsonAnswer<const Def extends ProtocolRoute>(def: Def, output: OutputOf<Def>): HttpResponse {
  if (output === undefined) return { status: def.status, headers: {}, body: new Uint8Array() };
  return {
    status: def.status,
    headers: { "content-type": "application/json" },
    body: encoder.encode(JSON.stringify(output)),
  };
}

const shapes = new WeakMap<TSchema, Shape<TSchema>>();

function check<Schema extends TSchema>(schema: Schema, value: unknown): asserts value is Static<Schema> {
  let known = shapes.get(schema);
  if (known === undefined) {
    known = shape<TSchema>(schema);
    shapes.set(schema, known);
  }
  known.parse(value);
}

/** The JSON body of a request in its schema's shape, of at most `maxBytes`. Throws ProblemError `unsupportedType`, `badJson`, `badRequest`, `tooLarge`. */
export async function readInput<Schema extends TSchema>(
  request: HttpRequest,
  schema: Schema,
  maxBytes: number = limits.requestBytes,
): Promise<Static<Schema>> {
  requireType(request, ["application/json"]);
  const value: unknown = readJson(await readBody(request, maxBytes));
  check(schema, value);
  return value;
}

/** The query of a request in its schema's shape; a field given twice is refused. */
export function readQuery<Schema extends TSchema>(request: HttpRequest, schema: Schema): Static<Schema> {
  const found: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(request.query)) {
    if (Object.hasOwn(found, name)) fail("badRequest", `The query names “${name.slice(0, 100)}” twice.`);
    if (name === "__proto__") fail("badRequest", "The query holds a name that is not taken.");
    found[name] = value;
  }
  const value: unknown = found;
  check(schema, value);
  return value;
}

/** Somebody meant something by it, and it is not done. */
function refuseQuery({ query }: HttpRequest): void {
  const [name] = new URLSearchParams(query).keys();
  if (name === undefined) return;
  const known = name.slice(0, 100);
  fail("badRequest", `“${known}” is not known here: this takes no query. Remove it.`, {
    pointer: `/${known.replaceAll("~", "~0").replaceAll("/", "~1")}`,
  });
}

const parameters: ReadonlySet<string> = new Set(["", "charset=utf-8", 'charset="utf-8"']);

/** The content type of a request, one of `taken`; a charset of UTF-8 may be said, and nothing else. */
export function requireType<const Type extends string>(request: HttpRequest, taken: readonly Type[]): Type {
  const given = singleHeader(request.headers, "content-type")?.toLowerCase() ?? "";
  // Split by hand: a pattern that skips spaces before a parameter is quadratic on a field of nothing but spaces.
  const semicolon = given.indexOf(";");
  const bare = (semicolon < 0 ? given : given.slice(0, semicolon)).trim();
  const parameter = semicolon < 0 ? "" : given.slice(semicolon + 1).trim();
  const found = parameters.has(parameter) ? taken.find((type) => type === bare) : undefined;
  return (
    found ?? fail("unsupportedType", `Send the body as ${taken.join(" or ")} and say so in Content-Type.`)
  );
}
