import { type Static, Type } from "typebox";
import { Compile } from "typebox/compile";
import { describe, expect, test } from "vitest";
import type { Route } from "./api/route.ts";
import { SendAnswerSchema, SendLineSchema } from "./api/send.ts";
import { routes } from "./api.ts";
import { openApi } from "./openapi.ts";
import { shape } from "./shape.ts";
import { VerdictSchema } from "./verdict.ts";

const text = Type.String({ minLength: 1 });
const closed = { additionalProperties: false };
const content = Type.Record(
  Type.String({ pattern: "^(?:application/[a-z+-]+|text/event-stream|\\*/\\*)$" }),
  Type.Object({ schema: Type.Object({}) }, closed),
);

/** What OpenAPI 3.1 says of the parts that we use: nothing missing, nothing that it does not know. */
const Operation = Type.Object(
  {
    operationId: Type.String({ pattern: "^[A-Za-z]+$" }),
    summary: text,
    security: Type.Array(Type.Record(text, Type.Array(text))),
    "x-scope": Type.Optional(text),
    "x-session-only": Type.Optional(Type.Literal(true)),
    parameters: Type.Array(
      Type.Object(
        { name: text, in: Type.Enum(["path", "query"]), required: Type.Boolean(), schema: Type.Object({}) },
        closed,
      ),
    ),
    requestBody: Type.Optional(Type.Object({ required: Type.Literal(true), content }, closed)),
    responses: Type.Record(
      Type.String({ pattern: "^(?:[1-5][0-9]{2}|default)$" }),
      Type.Object({ description: text, content: Type.Optional(content) }, closed),
    ),
  },
  closed,
);
const methods = ["get", "head", "post", "put", "patch", "delete"] as const;
const OpenApi = Type.Object(
  {
    openapi: Type.Literal("3.1.0"),
    info: Type.Object(
      { title: text, version: text, license: Type.Object({ name: text, identifier: text }, closed) },
      closed,
    ),
    servers: Type.Array(Type.Object({ url: text }, closed)),
    paths: Type.Record(
      Type.String({ pattern: "^/" }),
      Type.Object(Object.fromEntries(methods.map((method) => [method, Type.Optional(Operation)])), closed),
    ),
    components: Type.Object({
      schemas: Type.Object({ Problem: Type.Object({}) }),
      securitySchemes: Type.Record(text, Type.Object({ type: Type.Enum(["http", "apiKey"]) })),
    }),
  },
  closed,
);

const document = shape(OpenApi).parse(JSON.parse(JSON.stringify(openApi("https://mail.example.com"))));
const listed: [string, Route][] = Object.entries(routes);

interface Listed {
  readonly path: string;
  readonly method: string;
  readonly operation: Static<typeof Operation>;
}

const operations = Object.entries(document.paths).flatMap(([path, item]): Listed[] =>
  methods.flatMap((method) => {
    const operation = item[method];
    return operation === undefined ? [] : [{ path, method, operation }];
  }),
);

function operationOf(route: Route): Static<typeof Operation> {
  const path = route.path.replaceAll(/:(\w+)/g, "{$1}");
  const found = operations.find((each) => each.path === path && each.method === route.method.toLowerCase());
  if (found === undefined) throw new Error(`${route.method} ${route.path} is not described`);
  return found.operation;
}

describe("the description of the endpoints", () => {
  test("is JSON, says where the server is and holds nothing that JSON cannot", () => {
    expect(document.servers).toEqual([{ url: "https://mail.example.com" }]);
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  });

  test.each(listed)("has %s, who may call it, what it takes and what it gives", (_name, route) => {
    const operation = operationOf(route);
    const callers = operation.security.flatMap((each) => Object.keys(each));
    expect(callers).toEqual(route.auth === "none" ? [] : expect.arrayContaining([route.auth]));
    if (route.scope !== undefined) expect(operation["x-scope"]).toBe(route.scope);
    const taken = route.takes ?? (route.input === undefined ? [] : ["application/json"]);
    expect(Object.keys(operation.requestBody?.content ?? {})).toEqual(taken);
    const given = route.gives ?? (route.output === undefined ? [] : ["application/json"]);
    const answer = operation.responses[String(route.status)];
    expect(Object.keys(answer?.content ?? {})).toEqual(route.method === "HEAD" ? [] : given);
    expect(Object.keys(operation.responses.default?.content ?? {})).toEqual(["application/problem+json"]);
  });

  test("has no operation but those of the table, each under one name", () => {
    const wanted = listed.map(
      ([, route]) => `${route.method.toLowerCase()} ${route.path.replaceAll(/:(\w+)/g, "{$1}")}`,
    );
    expect(operations.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual(
      [...new Set(wanted)].toSorted(),
    );
    const names = operations.map(({ operation }) => operation.operationId);
    expect(new Set(names).size).toBe(names.length);
  });

  test("declares each part of a path that varies, once and as required, and every other parameter as not", () => {
    for (const { path, operation } of operations) {
      const inPath = operation.parameters.filter((parameter) => parameter.in === "path");
      expect(inPath.map(({ name }) => name)).toEqual(
        Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => name),
      );
      for (const parameter of operation.parameters) expect(parameter.required).toBe(parameter.in === "path");
    }
  });

  test("describes the parameters of every query that is looked at", () => {
    for (const [, route] of listed) {
      const names = operationOf(route).parameters.filter(({ in: place }) => place === "query");
      expect(names.map(({ name }) => name)).toEqual(Object.keys(route.query?.properties ?? {}));
    }
  });

  test("names no way to be let in that it does not describe", () => {
    const schemes = Object.keys(document.components.securitySchemes);
    for (const { operation } of operations) {
      for (const scheme of operation.security.flatMap((each) => Object.keys(each)))
        expect(schemes).toContain(scheme);
    }
  });

  test("holds no schema that a checker cannot be made of, and points nowhere but to its Problem", () => {
    const parts = operations.flatMap(({ operation }) => [
      ...operation.parameters.map(({ schema }) => schema),
      ...Object.values(operation.requestBody?.content ?? {}).map(({ schema }) => schema),
      ...Object.values(operation.responses).flatMap(({ content }) =>
        Object.values(content ?? {}).map(({ schema }) => schema),
      ),
    ]);
    for (const schema of parts) {
      if ("$ref" in schema) expect(schema).toEqual({ $ref: "#/components/schemas/Problem" });
      else Compile(schema);
    }
    expect(parts.length).toBeGreaterThan(operations.length);
  });

  test("lets an account and a peer in by the same door for blobs, each in its own way", () => {
    const { security, ...put } = operationOf(routes.putPeerBlob);
    expect(security).toEqual([{ peer: [] }, { token: [] }]);
    expect(put["x-scope"]).toBe("draft");
  });

  test("tells one line of an answer to a batch from an answer alone", () => {
    const sent = operationOf(routes.send).responses["202"]?.content;
    expect(sent?.["application/json"]?.schema).toEqual(SendAnswerSchema);
    expect(sent?.["application/x-ndjson"]?.schema).toEqual(SendLineSchema);
    const received = operationOf(routes.receive).responses["200"]?.content;
    expect(received?.["application/json"]?.schema).toEqual(VerdictSchema);
    expect(received?.["application/x-ndjson"]?.schema).toEqual(VerdictSchema);
  });
});
