import { describe, expect, test } from "vitest";
import type { Route } from "./api/route.ts";
import { routes } from "./api.ts";
import { HostKeySchema } from "./discovery.ts";
import { SealedAttachmentSchema } from "./message/attachment.ts";
import { SealRecipientSchema, SealSchema } from "./message/seal.ts";

const table: [string, Route][] = Object.entries(routes);

function isClosed(schema: object): boolean {
  return Reflect.get(schema, "additionalProperties") === false;
}

describe("the table of endpoints", () => {
  test.each(table)("says of %s what its caller must be allowed to do", (_name, route) => {
    if (route.auth === "token") expect(route.scope !== undefined || route.sessionOnly === true).toBe(true);
    if (route.auth === "operator") expect(route.scope).toBe("admin");
    if (route.auth === "none" || route.auth === "peer")
      expect(route.scope ?? route.sessionOnly).toBeUndefined();
  });

  test("lets a token that was made for a program neither make tokens nor end sessions", () => {
    const own = table.filter(([, { path, auth }]) => auth === "token" && path.startsWith("/auth/"));
    expect(own.length).toBeGreaterThan(5);
    for (const [name, { sessionOnly }] of own)
      expect({ name, sessionOnly }).toEqual({ name, sessionOnly: true });
  });

  test("has one entry for each caller, method and path", () => {
    const doors = table.map(([, { auth, method, path }]) => `${auth} ${method} ${path}`);
    expect(new Set(doors).size).toBe(doors.length);
  });

  test.each(table)("gives %s a path, an answer and a sentence that fit together", (_name, route) => {
    expect(route.path).toMatch(/^(?:\/(?:[a-z.-]+|:[A-Za-z]+))+$/);
    expect(route.summary).toMatch(/^[A-Z].*\.$/);
    const hasAnswer = route.output !== undefined || route.gives !== undefined;
    expect(hasAnswer).toBe(route.status !== 204 && route.method !== "HEAD");
    const mayHaveBody = ["POST", "PUT", "PATCH"].includes(route.method);
    if (!mayHaveBody) expect(route.input ?? route.takes).toBeUndefined();
  });
});

describe("an object that decides over security takes no field it does not know", () => {
  const inputs = table.flatMap(([name, { path, input }]): [string, object][] =>
    input !== undefined && /^\/(?:auth|admin)\//.test(path) ? [[name, input]] : [],
  );
  const parts: [string, object][] = [
    ["a host's key", HostKeySchema],
    ["a seal", SealSchema],
    ["a wrapped key", SealRecipientSchema],
    ["a sealed attachment", SealedAttachmentSchema],
  ];
  test.each([...inputs, ...parts])("%s", (_name, schema) => {
    expect(isClosed(schema)).toBe(true);
  });
});
