import { expect, test } from "vitest";
import { makeApi } from "./api.ts";
import { handPlatform } from "./hand-platform.ts";
import { answerJson, serve } from "./node/test-server.ts";
import { nodeTransport } from "./node/transport.ts";
import { eachAccount, eachPeer } from "./operator.ts";

test("The operator's lists are walked page after page", async () => {
  const account = { id: "1", name: "alice", address: "alice@a.test", createdAt: "2026-11-24T00:00:00Z" };
  const peer = { host: "b.test", policy: "allow", firstSeenAt: "2026-11-24T00:00:00Z" };
  const server = await serve((request, response) => {
    const isLast = (request.url ?? "").includes("after=");
    const rest = { suspended: false, operator: false, quotaBytes: 1, usedBytes: 0 };
    if (request.url?.startsWith("/admin/accounts")) {
      answerJson(response, 200, {
        accounts: [{ ...account, ...rest }],
        ...(isLast ? {} : { next: "alice" }),
      });
    } else answerJson(response, 200, { peers: [peer], ...(isLast ? {} : { next: "b.test" }) });
  });
  const platform = handPlatform(nodeTransport({ ca: server.ca, localhost: true }));
  const api = makeApi(platform, server.origin, { token: async () => "t" });
  const names: string[] = [];
  for await (const { name } of eachAccount(api)) names.push(name);
  for await (const { host } of eachPeer(api)) names.push(host);
  expect(names).toEqual(["alice", "alice", "b.test", "b.test"]);
});
