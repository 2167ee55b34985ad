import { fail, problem } from "@posthorn/protocol";
import type { HttpHandler, HttpRequest, HttpResponse } from "./http.ts";
import { problemResponse } from "./problem-response.ts";

/** The decoded values of a pattern's `:names`. Asking for a name that the pattern does not have throws. */
export interface Params {
  get(name: string): string;
}

export type RouteHandler = (request: HttpRequest, params: Params) => Promise<HttpResponse>;

export interface Route {
  method: string;
  /** `/email/send/:id`; a `:name` stands for exactly one segment that is not empty. */
  pattern: string;
  handler: RouteHandler;
}

/** One line of a routing table. */
export function route(method: string, pattern: string, handler: RouteHandler): Route {
  return { method, pattern, handler };
}

interface Branch {
  fixed: Map<string, Branch>;
  param: Branch | undefined;
  /** Method → what answers it, with the names of the params on the way here. */
  methods: Map<string, { names: readonly string[]; handler: RouteHandler }>;
}

/**
 * Finds the one handler of a request. A fixed segment goes before a `:name`; there are no wildcards, no case folding,
 * no slash added or removed. Answers 404 and 405 (with Allow) itself; HEAD only where it is declared. Throws at once
 * when two routes are the same.
 */
export function router(routes: readonly Route[]): HttpHandler {
  const root = makeBranch();
  for (const added of routes) addRoute(root, added);
  return async (request) => {
    const found = findBranch(root, segments(request.path), 0);
    if (found === undefined) return problemResponse(problem("notFound", "There is nothing at this path."));
    const method = found.branch.methods.get(request.method);
    if (method === undefined) return methodNotAllowed(found.branch);
    return method.handler(request, makeParams(method.names, found.values));
  };
}

interface Found {
  branch: Branch;
  values: string[];
}

function makeBranch(): Branch {
  return { fixed: new Map(), param: undefined, methods: new Map() };
}

function addRoute(root: Branch, { method, pattern, handler }: Route): void {
  const names: string[] = [];
  let branch = root;
  for (const segment of segments(pattern)) {
    if (segment.startsWith(":")) {
      names.push(segment.slice(1));
      branch.param ??= makeBranch();
      branch = branch.param;
    } else {
      const next = branch.fixed.get(segment) ?? makeBranch();
      branch.fixed.set(segment, next);
      branch = next;
    }
  }
  if (branch.methods.has(method)) throw new Error(`two routes for ${method} ${pattern}`);
  branch.methods.set(method, { names, handler });
}

function segments(path: string): string[] {
  return path.slice(1).split("/");
}

/** The branch at the end of the path, with the values of its params; a fixed segment is tried before a `:name`. */
function findBranch(branch: Branch, path: readonly string[], depth: number): Found | undefined {
  const segment = path[depth];
  if (segment === undefined) return branch.methods.size === 0 ? undefined : { branch, values: [] };
  const fixed = branch.fixed.get(segment);
  const found = fixed && findBranch(fixed, path, depth + 1);
  if (found !== undefined || branch.param === undefined || segment === "") return found;
  const below = findBranch(branch.param, path, depth + 1);
  below?.values.unshift(segment);
  return below;
}

function methodNotAllowed(branch: Branch): HttpResponse {
  const allowed = [...branch.methods.keys()].sort().join(", ");
  return problemResponse(problem("methodNotAllowed", `This path answers ${allowed} only.`), {
    allow: allowed,
  });
}

function makeParams(names: readonly string[], values: readonly string[]): Params {
  return {
    get(name) {
      const value = values[names.indexOf(name)];
      if (value === undefined) throw new Error(`the route has no :${name}`);
      return decodeSegment(value);
    },
  };
}

/** Decoded once; what would become more than one segment, or is no UTF-8, is not understood. */
function decodeSegment(text: string): string {
  if (!text.includes("%")) return text;
  let decoded = "";
  try {
    decoded = decodeURIComponent(text);
  } catch {
    return fail("badRequest", "The path holds a percent sign that encodes nothing. Encode it as UTF-8.");
  }
  if (/[/\\\p{Cc}]/u.test(decoded))
    fail("badRequest", "The path holds an encoded slash or control character.");
  return decoded;
}
