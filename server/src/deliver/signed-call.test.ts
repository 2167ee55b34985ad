import { createHash } from "node:crypto";
import { importVerifyKey, verifyRequest } from "@posthorn/crypto";
import { problem } from "@posthorn/protocol";
import { describe, expect, it } from "vitest";
import type { EgressFailure } from "../env/env.ts";
import { callSigned, type RemoteContext } from "./signed-call.ts";
import { type Answer, openTrialWire, type Said, type Signing, type TrialPeer } from "./trial-peer.ts";

const body = new TextEncoder().encode('{"a":1}');

async function ask(answer: Answer) {
  const wire = await openTrialWire();
  const peer = await wire.join("b.test", answer);
  return { wire, peer, result: await call(wire.remote) };
}

async function call(remote: RemoteContext, more: { signal?: AbortSignal } = {}) {
  const found = await remote.findPeer("b.test");
  if (!found.ok) throw new Error(found.detail);
  return callSigned(remote, "b.test", found.discovery, {
    method: "POST",
    path: "/email/receive",
    content: { type: "application/json", body, sha256: createHash("sha256").update(body).digest() },
    timeoutMs: 1_000,
    ...more,
  });
}

const said = (status: number, more: Partial<Said> = {}): Said => ({ status, body: '{"b":2}', ...more });
const noProof = (status: number) => `b.test answered ${status} without a signature that proves it.`;

describe("a request to a host", () => {
  it("is signed with our key for that host and what is sent, for four minutes, and with a new nonce each time", async () => {
    const wire = await openTrialWire();
    const peer = await wire.join("b.test", () => said(200));
    await call(wire.remote);
    await call(wire.remote);
    const nonces: string[] = [];
    for (const request of peer.requests) {
      const verified = await verifyRequest(
        {
          method: request.method,
          authority: "b.test",
          path: request.url.pathname,
          query: "?",
          headers: new Map(Object.entries(request.headers).map(([name, value]) => [name, [value]])),
        },
        {
          nowS: wire.clock.now() / 1_000 + 239,
          destination: "b.test",
          findKey: async (keyId) =>
            keyId === "a.test/k1" ? importVerifyKey(wire.remote.key().signingKey.publicKey) : undefined,
        },
      );
      expect(verified).toMatchObject({ ok: true, keyId: "a.test/k1" });
      if (verified.ok) nonces.push(verified.nonce);
    }
    expect(new Set(nonces).size).toBe(2);
  });

  it("that only asks is signed with its query, as a stream of no bytes", async () => {
    const wire = await openTrialWire();
    const peer = await wire.join("b.test", () => said(200));
    const found = await wire.remote.findPeer("b.test");
    if (!found.ok) throw new Error(found.detail);
    await callSigned(wire.remote, "b.test", found.discovery, {
      method: "GET",
      path: "/email/keys/bob",
      query: new URLSearchParams({ for: "alice+x@a.test" }),
      timeoutMs: 1_000,
    });
    const [request] = peer.requests;
    if (request === undefined) throw new Error("nothing was asked");
    expect(request.url.href).toBe("https://b.test/email/keys/bob?for=alice%2Bx%40a.test");
    expect(request).not.toHaveProperty("body");
    const headers = new Map(Object.entries(request.headers).map(([name, value]) => [name, [value]]));
    const asSigned = (query: string) =>
      verifyRequest(
        { method: "GET", authority: "b.test", path: "/email/keys/bob", query, headers },
        {
          nowS: wire.clock.now() / 1_000,
          destination: "b.test",
          findKey: () => importVerifyKey(wire.remote.key().signingKey.publicKey),
        },
      );
    expect(await asSigned(request.url.search)).toMatchObject({
      ok: true,
      contentDigest: Uint8Array.from(createHash("sha256").digest()),
    });
    expect(await asSigned("?for=eve%40a.test")).toMatchObject({ ok: false, reason: "mismatch" });
  });

  it("reads no more of an answer than was said", async () => {
    const wire = await openTrialWire();
    await wire.join("b.test", () => said(200, { body: new Uint8Array(2_000) }));
    const found = await wire.remote.findPeer("b.test");
    if (!found.ok) throw new Error(found.detail);
    const asked = { method: "GET", path: "/", timeoutMs: 1_000 } as const;
    const ask = (maxAnswerBytes: number) =>
      callSigned(wire.remote, "b.test", found.discovery, { ...asked, maxAnswerBytes });
    expect(await ask(1_999)).toMatchObject({ kind: "unreachable" });
    expect(await ask(2_000)).toMatchObject({ kind: "signed" });
  });
});

describe("an answer counts as the host's word", () => {
  it.each([200, 400, 401, 403, 404, 409, 413, 421, 422, 424, 507])(
    "with the status %i, when it signed it for this request",
    async (status) => {
      const { result } = await ask(() => said(status));
      expect(result).toMatchObject({ kind: "signed", answer: { status } });
    },
  );
});

type Forgery = (peer: TrialPeer, stranger: TrialPeer, earlier: string) => Partial<Said>;
const signedAs = (signing: Partial<Signing>): Partial<Said> => ({ signing });
const nowS = Date.UTC(2026, 10, 24) / 1_000;

const forgeries: [string, Forgery][] = [
  ["it is not signed", () => ({ signing: false })],
  ["its signature is that of a key the host does not have", (_, { key }) => signedAs({ key })],
  ["it names a key the host does not have", () => signedAs({ keyId: "b.test/1999-01" })],
  [
    "another host signed it with its own key (A13)",
    (_, { key, host }) => signedAs({ key, keyId: `${host}/2026-11` }),
  ],
  ["it names a host whose name begins like this one", () => signedAs({ keyId: "b.test.evil.test/2026-11" })],
  [
    "it answers another request (RFC 9421 §7.3.7)",
    (_peer, _stranger, earlier) => signedAs({ requestSignature: earlier }),
  ],
  ["it has run out", () => signedAs({ createdS: nowS - 600, expiresS: nowS - 360 })],
  ["it is of the future", () => signedAs({ createdS: nowS + 600, expiresS: nowS + 840 })],
  ["its signature is of another body", () => signedAs({ body: new TextEncoder().encode('{"b":3}') })],
  ["its signature is of another status", () => signedAs({ status: 404 })],
  ["its content type was changed", () => ({ headers: { "content-type": "text/html" } })],
  ["its signature is doubled", () => ({ headers: { signature: ["posthorn=:AAAA:", "posthorn=:AAAA:"] } })],
  ["its digest is gone", () => ({ headers: { "content-digest": [] } })],
];

describe("an answer says nothing of any message, only that the host was not reached, when", () => {
  it.each(forgeries)("%s", async (_, forge) => {
    const wire = await openTrialWire();
    const stranger = await wire.join("evil.test");
    const peer = await wire.join("b.test", () => said(200));
    await call(wire.remote);
    const earlier = peer.requests[0]?.headers.signature ?? "";
    peer.answer = () => said(200, forge(peer, stranger, earlier));
    expect(await call(wire.remote)).toMatchObject({
      kind: "unreachable",
      problem: { code: "unavailable", detail: expect.stringContaining("b.test answered 200") },
    });
  });

  it("the host signs with a key that it does not show, and that is told", async () => {
    const { result } = await ask(() => said(200, { signing: { keyId: "b.test/1999-01" } }));
    expect(result).toMatchObject({
      kind: "unreachable",
      problem: {
        detail:
          "b.test answered 200, signed with a key that it does not show. Its keys may have changed; it is asked for them again.",
      },
    });
  });

  it("the host does not accept our signature, and that is told with what it says", async () => {
    const detail = "The request's signature was not accepted: unknownKey. For this server …";
    for (const [code, status] of [
      ["badSignature", 401],
      ["misdirected", 421],
    ] as const) {
      const refusal = JSON.stringify(problem(code, detail));
      const { result } = await ask(() => said(status, { body: refusal, signing: false }));
      expect(result).toMatchObject({
        kind: "unreachable",
        problem: {
          code: "unavailable",
          detail: `b.test does not accept what this server signs (${status}). It says: ${detail}`,
        },
      });
    }
    for (const body of ["", "{}", JSON.stringify(problem("unauthorized", "Who are you?"))]) {
      const { result } = await ask(() => said(401, { body, signing: false }));
      expect(result).toMatchObject({ kind: "unreachable", problem: { detail: noProof(401) } });
    }
  });

  it.each([429, 500, 502, 503, 504, 599])("the host signs %i, which is about itself", async (status) => {
    const { result } = await ask(() => said(status));
    expect(result).toMatchObject({
      kind: "unreachable",
      problem: { detail: `b.test asks to be tried later (${status}).` },
      failedAtRequest: status === 500,
    });
  });

  it("nobody signs a 500", async () => {
    const { result } = await ask(() => said(500, { signing: false }));
    expect(result).toMatchObject({ kind: "unreachable", problem: { detail: noProof(500) } });
    expect(result).not.toHaveProperty("failedAtRequest");
  });

  const failures: EgressFailure[] = ["dns", "connect", "tls", "timeout", "cut", "tooLarge", "refused"];
  it.each(failures)("the wire fails: %s", async (failure) => {
    const { result } = await ask(() => failure);
    expect(result).toMatchObject({
      kind: "unreachable",
      problem: { code: "unavailable", detail: `b.test did not answer: the wire failed: ${failure}` },
      retryAfterS: undefined,
    });
  });

  it("we give it up ourselves before it is sent", async () => {
    const wire = await openTrialWire();
    const peer = await wire.join("b.test", () => said(200));
    expect((await call(wire.remote, { signal: AbortSignal.abort() })).kind).toBe("unreachable");
    expect(peer.requests).toEqual([]);
  });
});

describe("the time for which a host asks to be left alone", () => {
  it.each<[string, string | readonly string[], number | undefined]>([
    ["is its Retry-After in seconds", "120", 120],
    ["may be nothing", "0", 0],
    ["may be beyond all reason; it is for the queue to bound it", "9999999999", 9_999_999_999],
    ["is not read from more digits than anybody means", "99999999999", undefined],
    ["is not read from a date", "Wed, 25 Nov 2026 00:00:00 GMT", undefined],
    ["is not read from a fraction", "1.5", undefined],
    ["is not read from what is negative", "-1", undefined],
    ["is not read from a word", "soon", undefined],
    ["is not read from nothing", "", undefined],
    ["is not read where it stands twice", ["1", "2"], undefined],
  ])("%s", async (_, value, retryAfterS) => {
    const headers = { "retry-after": value };
    for (const signing of [undefined, false] as const) {
      const { result } = await ask(() =>
        said(503, signing === undefined ? { headers } : { headers, signing }),
      );
      expect(result).toMatchObject({ kind: "unreachable", retryAfterS });
    }
  });
});
