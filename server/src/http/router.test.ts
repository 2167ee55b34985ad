import { routes } from "@posthorn/protocol";
import { describe, expect, test } from "vitest";
import type { HttpRequest, HttpResponse } from "./http.ts";
import { type Params, type Route, route, router } from "./router.ts";

function request(method: string, path: string): HttpRequest {
  return { method, path, query: "", headers: new Map(), body: nothing(), remoteAddress: "192.0.2.1" };
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  yield* [];
}

function said(text: string): HttpResponse {
  return { status: 200, headers: {}, body: new TextEncoder().encode(text) };
}

/** A route that answers with its own name and the params asked for. */
function named(method: string, pattern: string, ...names: string[]): Route {
  return route(method, pattern, async (_: HttpRequest, params: Params) =>
    said([`${method} ${pattern}`, ...names.map((name) => params.get(name))].join(" ")),
  );
}

function textOf({ body }: HttpResponse): string {
  return body instanceof Uint8Array ? new TextDecoder().decode(body) : "a stream";
}

const handle = router([
  named("GET", "/"),
  named("GET", "/box/messages"),
  named("GET", "/box/messages/:objectId", "objectId"),
  named("PATCH", "/box/messages/:objectId", "objectId"),
  named("GET", "/box/messages/:objectId/bytes", "objectId"),
  named("GET", "/box/messages/newest"),
  named("GET", "/:a/:b/:c/end", "a", "b", "c"),
  named("HEAD", "/email/blob/:hash", "hash"),
  named("PUT", "/email/blob/:hash", "hash"),
]);

async function ask(method: string, path: string): Promise<string> {
  const answer = await handle(request(method, path));
  return answer.status === 200 ? textOf(answer) : `${answer.status} ${answer.headers.allow ?? ""}`.trim();
}

describe("a path", () => {
  const found: [string, string, string][] = [
    ["GET", "/", "GET /"],
    ["GET", "/box/messages", "GET /box/messages"],
    ["GET", "/box/messages/17", "GET /box/messages/:objectId 17"],
    ["GET", "/box/messages/newest", "GET /box/messages/newest"],
    ["GET", "/box/messages/newest/bytes", "GET /box/messages/:objectId/bytes newest"],
    ["GET", "/box/messages/17/bytes", "GET /box/messages/:objectId/bytes 17"],
    ["GET", "/box/messages/17/end", "GET /:a/:b/:c/end box messages 17"],
    ["GET", "/box/messages/caf%C3%A9", "GET /box/messages/:objectId café"],
    ["GET", "/box/messages/a%20b%3Fc%23d", "GET /box/messages/:objectId a b?c#d"],
    ["GET", "/box/messages/%2541", "GET /box/messages/:objectId %41"],
    ["GET", "/box/messages/a+b", "GET /box/messages/:objectId a+b"],
    ["GET", "/box/messages/__proto__", "GET /box/messages/:objectId __proto__"],
    ["HEAD", "/email/blob/x", "HEAD /email/blob/:hash x"],
  ];
  test.each(found)("%s %s is answered by %s", async (method, path, by) => {
    expect(await ask(method, path)).toBe(by);
  });

  const unknown = [
    "/box",
    "/box/messages/",
    "/box//messages",
    "//box/messages",
    "/Mail/messages",
    "/box/messages/17/bytes/",
    "/box/messages//bytes",
    "/box/messages/17/bytes/more",
    "/box%2Fmessages",
    "/%6Dail/messages",
    "/box/./messages",
    "/box/../box/messages",
    "/constructor",
    "/box/messages/17/%62ytes",
    "/box;a=b/messages",
    `/${"a/".repeat(4_000)}`,
  ];
  test.each(unknown)("%s is nothing: no slash, case, dot or encoding is put right", async (path) => {
    expect(await ask("GET", path)).toBe("404");
  });

  const refused = [
    "%2F",
    "a%2fb",
    "%5C",
    "..%2f..%2fetc%2fpasswd",
    "%00",
    "a%0d%0ab",
    "%7f",
    "%c2%85",
    "%",
    "%4",
    "%zz",
    "%c3",
    "%c0%af",
    "%ed%a0%80",
    "%ff",
  ];
  test.each(refused)(
    "with the segment %s is refused: it is more than one segment, or no text",
    async (part) => {
      await expect(handle(request("GET", `/box/messages/${part}`))).rejects.toMatchObject({
        problem: { code: "badRequest", status: 400 },
      });
    },
  );
});

describe("a method", () => {
  test("a path does not have is answered with those it has (RFC 9110 §15.5.6)", async () => {
    expect(await ask("DELETE", "/box/messages/17")).toBe("405 GET, PATCH");
    expect(await ask("POST", "/box/messages")).toBe("405 GET");
    expect(await ask("TRACE", "/email/blob/x")).toBe("405 HEAD, PUT");
    expect(await ask("OPTIONS", "/box/messages")).toBe("405 GET");
  });

  test("HEAD is not made out of GET", async () => {
    expect(await ask("HEAD", "/box/messages")).toBe("405 GET");
  });

  test("in another case is another method", async () => {
    expect(await ask("get", "/box/messages")).toBe("405 GET");
  });
});

test("two routes for the same are a mistake that shows at once, whatever their params are called", () => {
  expect(() => router([named("GET", "/a/:b"), named("GET", "/a/:c")])).toThrow("two routes for GET /a/:c");
});

test("no route of the protocol hides another", async () => {
  const all = Object.values(routes);
  const clients = all.filter(({ auth, path }) => auth !== "peer" || !path.includes("/blob/"));
  const table = router(clients.map(({ method, path }) => named(method, path)));
  for (const { method, path } of clients) {
    const answer = await table(request(method, path.replace(/:[a-zA-Z]+/g, "x")));
    expect(textOf(answer)).toBe(`${method} ${path}`);
  }
});
