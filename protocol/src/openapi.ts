import type { MediaType, Route } from "./api/route.ts";
import { routes } from "./api.ts";
import { ProblemSchema } from "./problem.ts";

/** The OpenAPI 3.1 document of every endpoint, made from the same table and schemas that check the requests. */
export function openApi(baseUrl: string): object {
  const paths: Record<string, Record<string, object>> = {};
  const names: [string, Route][] = Object.entries(routes);
  for (const [name, route] of names) {
    const path = route.path.replaceAll(/:([A-Za-z]+)/g, "{$1}");
    const operations = paths[path] ?? {};
    paths[path] = operations;
    const method = route.method.toLowerCase();
    const other = operations[method];
    operations[method] = other === undefined ? operation(name, route) : withCallersOf(other, route);
  }
  return {
    openapi: "3.1.0",
    info: { title: "Posthorn", version: "1", license: { name: "Apache-2.0", identifier: "Apache-2.0" } },
    servers: [{ url: baseUrl }],
    paths,
    components: {
      schemas: { Problem: ProblemSchema },
      securitySchemes: {
        token: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
        operator: { type: "http", scheme: "bearer" },
        peer: {
          type: "apiKey",
          in: "header",
          name: "Signature",
          description:
            "HTTP message signature of the calling host (RFC 9421), see docs/protocol/40-signatures.md",
        },
      },
    },
  };
}

function operation(name: string, route: Route): object {
  return {
    operationId: name,
    summary: route.summary,
    security: securityOf(route),
    ...permissions(route),
    parameters: [...pathParameters(route), ...queryParameters(route)],
    ...requestBody(route),
    responses: {
      [route.status]: {
        description: route.summary,
        ...(route.method === "HEAD" || route.status === 204 ? {} : answerContent(route)),
      },
      default: {
        description: "A problem (RFC 9457)",
        content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
      },
    },
  };
}

/** The same method and path, called by an account or by a peer, is one operation with two ways to be let in. */
function withCallersOf(other: object, route: Route): object {
  const security = "security" in other && Array.isArray(other.security) ? other.security : [];
  return { ...other, ...permissions(route), security: [...security, ...securityOf(route)] };
}

function permissions(route: Route): object {
  return {
    ...(route.scope === undefined ? {} : { "x-scope": route.scope }),
    ...(route.sessionOnly === undefined ? {} : { "x-session-only": true }),
  };
}

function securityOf(route: Route): object[] {
  return route.auth === "none" ? [] : [{ [route.auth]: [] }];
}

function pathParameters(route: Route): object[] {
  return Array.from(route.path.matchAll(/:([A-Za-z]+)/g), ([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string", maxLength: 4096 },
  }));
}

function queryParameters(route: Route): object[] {
  const properties = Object.entries(route.query?.properties ?? {});
  return properties.map(([name, schema]) => ({ name, in: "query", required: false, schema }));
}

function requestBody(route: Route): object {
  if (route.input === undefined && route.takes === undefined) return {};
  const entries = (route.takes ?? ["application/json"]).map((type) => entryOf(type, route.input));
  return { requestBody: { required: true, content: Object.fromEntries(entries) } };
}

function answerContent(route: Route): object {
  if (route.output === undefined && route.gives === undefined) return {};
  const entries = (route.gives ?? ["application/json"]).map((type) =>
    entryOf(type, type === "application/x-ndjson" ? (route.outputLine ?? route.output) : route.output),
  );
  return { content: Object.fromEntries(entries) };
}

/** A body of a content type; of NDJSON the schema is that of one line. */
function entryOf(type: MediaType, schema: object | undefined): [MediaType, object] {
  if (type === "application/octet-stream" || type === "*/*")
    return [type, { schema: { type: "string", format: "binary" } }];
  return [type, { schema: schema ?? {} }];
}
