import { describe, expect, test } from "vitest";
import type { HttpRequest, HttpResponse } from "./http.ts";
import { openSite, withSite } from "./site.ts";

const encoder = new TextEncoder();
const folder: Readonly<Record<string, string>> = {
  "/web/index.html": "<!doctype html><title>Posthorn</title>",
  "/web/message.html": "<!doctype html>",
  "/web/assets/index-abc.js": "let x = 1;",
  "/web/assets/index-abc.js.br": "smaller",
  "/web/notes.md": "not for browsers",
};

async function siteHandler() {
  const site = await openSite(
    {
      read: async (path) => (folder[path] === undefined ? undefined : encoder.encode(folder[path])),
      list: async (path) =>
        Object.keys(folder)
          .filter((name) => name.startsWith(`${path.replace(/\/$/, "")}/`))
          .map((name) => name.slice(path.replace(/\/$/, "").length + 1))
          .filter((name) => !name.includes("/")),
    },
    "/web",
  );
  return withSite(site, async () => ({ status: 404, headers: {}, body: encoder.encode("for programs") }));
}

function get(path: string, headers: Readonly<Record<string, string>> = {}, method = "GET"): HttpRequest {
  return {
    method,
    path,
    query: "",
    headers: new Map(Object.entries(headers).map(([name, value]) => [name, [value]])),
    body: noBody(),
    remoteAddress: "192.0.2.1",
  };
}

async function* noBody(): AsyncGenerator<Uint8Array> {
  // Nothing is in it.
}

function textOf({ body }: HttpResponse): string {
  return body instanceof Uint8Array ? new TextDecoder().decode(body) : "";
}

const browser = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

describe("the web client", () => {
  test("is at each address a person goes to, and nowhere that programs call", async () => {
    const handle = await siteHandler();
    for (const path of ["/", "/inbox", "/inbox/t1", "/label/f12", "/admin/queue"]) {
      const answer = await handle(get(path, browser));
      expect([path, answer.status, textOf(answer)]).toEqual([path, 200, folder["/web/index.html"]]);
    }
    for (const path of [
      "/.well-known/posthorn",
      "/jmap/session",
      "/email/send",
      "/keys/a@b.example",
      "/health",
    ]) {
      expect([path, textOf(await handle(get(path, browser)))]).toEqual([path, "for programs"]);
    }
    expect(textOf(await handle(get("/admin/queue", { accept: "application/json" })))).toBe("for programs");
    expect(textOf(await handle(get("/inbox", browser, "POST")))).toBe("for programs");
  });

  test("says that people and programs are answered differently where they are", async () => {
    const handle = await siteHandler();
    for (const headers of [browser, { accept: "application/json" }]) {
      expect((await handle(get("/admin/queue", headers))).headers.vary).toMatch(/^accept(?:,|$)/);
    }
    expect((await handle(get("/auth/invite/abc", browser))).headers.vary).toBe("accept");
    expect((await handle(get("/assets/index-abc.js", browser))).headers.vary).toBe("accept-encoding");
    expect((await handle(get("/jmap/session", browser))).headers.vary).toBeUndefined();
  });

  test("runs no script but its own, is in no frame, and asks no other server", async () => {
    const { headers } = await (await siteHandler())(get("/inbox", browser));
    const policy = headers["content-security-policy"] ?? "";
    expect(policy.split("; ")).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "connect-src 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
      ]),
    );
    expect(policy).not.toContain("unsafe-inline");
    expect(policy).not.toContain("allow-duplicates");
    expect(headers["cross-origin-opener-policy"]).toBe("same-origin");
    expect(headers["x-dns-prefetch-control"]).toBe("off");
  });

  test("shows others' HTML in an origin that is nobody's and may load nothing", async () => {
    const { headers } = await (await siteHandler())(get("/message.html", browser));
    const policy = headers["content-security-policy"] ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toMatch(/sandbox allow-scripts(?!.*allow-same-origin)/);
    expect(policy).toContain("img-src data: blob:");
  });

  test("gives files that are named by what is in them for a year, compressed for whoever takes that", async () => {
    const handle = await siteHandler();
    const plain = await handle(get("/assets/index-abc.js"));
    expect(textOf(plain)).toBe("let x = 1;");
    expect(plain.headers["cache-control"]).toBe("public, max-age=31536000, immutable");
    expect(plain.headers["content-type"]).toBe("text/javascript; charset=utf-8");
    const small = await handle(get("/assets/index-abc.js", { "accept-encoding": "gzip, br" }));
    expect([textOf(small), small.headers["content-encoding"]]).toEqual(["smaller", "br"]);
    const { etag = "" } = plain.headers;
    expect((await handle(get("/assets/index-abc.js", { "if-none-match": etag }))).status).toBe(304);
    expect(textOf(await handle(get("/assets/index-abc.js", {}, "HEAD")))).toBe("");
  });

  test("has no file that is not for browsers, and none outside its folder", async () => {
    const handle = await siteHandler();
    for (const path of ["/notes.md", "/assets/index-abc.js.br", "/assets/../index.html", "/..%2fkeys"]) {
      expect([path, textOf(await handle(get(path)))]).toEqual([path, "for programs"]);
    }
  });

  test("leads an invitation's link to where it is taken up, and programs to what it offers", async () => {
    const handle = await siteHandler();
    const led = await handle(get("/auth/invite/abc_DEF-1", browser));
    expect([led.status, led.headers.location]).toEqual([302, "/welcome/abc_DEF-1"]);
    expect(textOf(await handle(get("/auth/invite/abc_DEF-1", { accept: "application/json" })))).toBe(
      "for programs",
    );
  });
});

test("without a client all is for programs", async () => {
  const none = withSite(undefined, async () => ({ status: 200, headers: {}, body: encoder.encode("all") }));
  expect(textOf(await none(get("/inbox", browser)))).toBe("all");
});
