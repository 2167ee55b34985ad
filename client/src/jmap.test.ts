import { expect, it, onTestFinished } from "vitest";
import { makeApi } from "./api.ts";
import { handPlatform } from "./hand-platform.ts";
import { callJmap } from "./jmap.ts";
import type { TransportRequest, TransportResponse } from "./transport.ts";

const session = {
  capabilities: {},
  accounts: {},
  primaryAccounts: { "urn:ietf:params:jmap:mail": "a1" },
  username: "alice@a.test",
  apiUrl: "https://a.test/jmap/api",
  downloadUrl: "",
  uploadUrl: "",
  eventSourceUrl: "",
  state: "s",
};

function answered(status: number, value: object, type = "application/json"): TransportResponse {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  return {
    status,
    headers: new Map([["content-type", type]]),
    body: (async function* () {
      yield bytes;
    })(),
  };
}

const echoed = () => answered(200, { methodResponses: [["Core/echo", {}, "0"]], sessionState: "s" });
const echo = [{ method: "Core/echo", arguments: {} }];

/** An API whose server answers its methods like this. */
function apiWith(answer: (request: TransportRequest) => Promise<TransportResponse>) {
  const platform = handPlatform(async (request) =>
    request.url.endsWith("/.well-known/jmap") ? answered(200, session) : answer(request),
  );
  return { platform, api: makeApi(platform, "https://a.test", { token: async () => "t" }) };
}

it("asks no more at once than leaves room for the account's other devices, and all are answered", async () => {
  let [underWay, most] = [0, 0];
  const { api } = apiWith(async () => {
    most = Math.max(most, ++underWay);
    await new Promise((next) => setImmediate(next));
    underWay--;
    return echoed();
  });
  const all = await Promise.all(Array.from({ length: 20 }, () => callJmap(api, echo)));
  expect(all).toHaveLength(20);
  expect(most).toBe(4);
});

it("leaves off waiting for its turn when nobody wants the answer any more", async () => {
  const ended = new AbortController();
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  onTestFinished(open);
  const { api } = apiWith(async () => {
    await opened;
    return echoed();
  });
  const before = Array.from({ length: 4 }, () => callJmap(api, echo));
  const late = callJmap(api, echo, { signal: ended.signal });
  setImmediate(() => ended.abort(new Error("enough")));
  await expect(late).rejects.toThrow("enough");
  open();
  await Promise.all(before);
});

it("asks again when the account's other devices had asked too much at once", async () => {
  let refusalsLeft = 2;
  const { api, platform } = apiWith(async () => {
    if (refusalsLeft-- <= 0) return echoed();
    const busy = {
      type: "urn:ietf:params:jmap:error:limit",
      title: "Too many",
      status: 429,
      code: "rateLimited",
      detail: "Too many.",
      retry: "later",
      limit: "maxConcurrentRequests",
    };
    return answered(429, busy, "application/problem+json");
  });
  await expect(callJmap(api, echo)).resolves.toHaveLength(1);
  expect(platform.slept).toEqual([1_000, 1_000]);
});
