/** What anybody may ask without a name costs the server next to nothing (threats D1). */
import type { HttpResponse } from "@posthorn/server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { accountRequest } from "../src/account-request.ts";
import { readAnswer } from "../src/evil-peer.ts";
import { startTestnet, type Testnet } from "../src/testnet.ts";

let net: Testnet;
beforeAll(async () => {
  net = await startTestnet({ names: ["alpha"], wire: "memory" });
});
afterAll(() => net.close());

function ask(path: string): Promise<HttpResponse> {
  const { server, host } = net.node("alpha");
  return server.handler(accountRequest(host, { method: "GET", path }));
}

test("the description of the interface is written once, and the same bytes are given to all", async () => {
  const first = await ask("/openapi.json");
  expect(readAnswer(first)).toMatchObject({
    openapi: expect.stringMatching(/^3\.1/),
    servers: [{ url: "https://alpha.test" }],
  });
  expect(first).toMatchObject({ status: 200, headers: { "content-type": "application/json" } });
  expect((await ask("/openapi.json")).body).toBe(first.body);
});

test("whether the server is well is one word", async () => {
  expect(readAnswer(await ask("/health"))).toEqual({ status: "ok" });
});
