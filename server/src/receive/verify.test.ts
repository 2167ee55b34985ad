/** Nothing of a request is read, and nobody is asked about it, before that is its turn (threats A2, CVE-2025-54888). */
import { createHash } from "node:crypto";
import {
  contentDigest,
  generateSigningKey,
  importVerifyKey,
  type SigningKey,
  signRequest,
  toBase64Url,
} from "@posthorn/crypto";
import { describe, expect, expectTypeOf, test } from "vitest";
import { HandClock } from "../env/hand-clock.ts";
import { rememberNonces } from "./nonces.ts";
import { receiveMessage } from "./receive.ts";
import { type SignedRequest, type Verified, type VerifyContext, verifiedAsOurs, verify } from "./verify.ts";

const key = await generateSigningKey(new Uint8Array(32).fill(1));
const other = await generateSigningKey(new Uint8Array(32).fill(2));
const verifyKey = await importVerifyKey(key.publicKey);
const body = new TextEncoder().encode('{"a":1}');
const clock = new HandClock();

interface Wanted {
  body?: Uint8Array;
  keyId?: string;
  signingKey?: SigningKey;
  destination?: string;
  nonce?: string;
  query?: string;
}

async function signed(wanted: Wanted = {}): Promise<SignedRequest> {
  const { keyId = "b.test/k1", signingKey = key, destination = "a.test", query = "" } = wanted;
  const createdS = Math.floor(clock.now() / 1_000);
  const digest = contentDigest(
    createHash("sha256")
      .update(wanted.body ?? body)
      .digest(),
  );
  const fields = await signRequest(
    {
      method: "POST",
      authority: "mail.a.test",
      path: "/email/receive",
      query: query === "" ? "?" : query,
      contentType: "application/json",
      contentDigest: digest,
      destination,
    },
    { keyId, signingKey },
    { createdS, expiresS: createdS + 240, nonce: wanted.nonce ?? toBase64Url(new Uint8Array(16).fill(7)) },
  );
  const headers = {
    host: "mail.a.test",
    "content-type": "application/json",
    "content-digest": digest,
    "posthorn-destination": destination,
    ...fields,
  };
  return {
    method: "POST",
    path: "/email/receive",
    query,
    headers: new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value]])),
    serverName: "mail.a.test",
    remoteAddress: "192.0.2.1",
  };
}

function withHeader(request: SignedRequest, name: string, ...values: string[]): SignedRequest {
  return { ...request, headers: new Map([...request.headers, [name, values]]) };
}

/** Says that another key has signed, in words that signing itself would not use. */
function withKeyId(request: SignedRequest, keyId: string): SignedRequest {
  const input = request.headers.get("signature-input")?.[0] ?? "";
  return withHeader(request, "signature-input", input.replace(/keyid="[^"]*"/, `keyid="${keyId}"`));
}

/** A room that notes what it is asked for, in order. */
function openDoor() {
  const steps: string[] = [];
  const nonces = rememberNonces(clock);
  const ctx: VerifyContext = {
    clock,
    host: "a.test",
    authority: "mail.a.test",
    nonces: {
      use(host, nonce) {
        steps.push("nonce");
        return nonces.use(host, nonce);
      },
    },
    async findKey(host, keyId, _, unfit) {
      steps.push(`key ${host}/${keyId}${unfit === undefined ? "" : " anew"}`);
      return host === "b.test" && keyId === "k1" ? verifyKey : undefined;
    },
  };
  const reader = (bytes: Uint8Array) => async () => {
    steps.push("body");
    return bytes;
  };
  return { ctx, steps, readBody: reader(body), reader };
}

test("a good request gives its bytes, its host and its signature, each thing asked for once and in order", async () => {
  const { ctx, steps, readBody } = openDoor();
  const request = await signed();
  const verified = await verify(ctx, request, readBody);
  expect(verified).toMatchObject({ host: "b.test", body, signature: request.headers.get("signature")?.[0] });
  expect(steps).toEqual(["key b.test/k1", "nonce", "body"]);
});

test("of a body that streams only the digest that was signed for it is given", async () => {
  const { ctx, steps } = openDoor();
  const verified = await verify(ctx, await signed(), undefined);
  expect(verified.body).toEqual(new Uint8Array());
  expect(Buffer.from(verified.bodySha256)).toEqual(createHash("sha256").update(body).digest());
  expect(steps).toEqual(["key b.test/k1", "nonce"]);
});

describe("refused without a look at the body:", () => {
  const bad: [string, string, () => Promise<SignedRequest>, string[]][] = [
    ["no signature", "badSignature", async () => withHeader(await signed(), "signature"), []],
    ["another host in Host", "misdirected", async () => withHeader(await signed(), "host", "b.test"), []],
    ["no Host", "misdirected", async () => withHeader(await signed(), "host"), []],
    [
      "two Host fields",
      "misdirected",
      async () => withHeader(await signed(), "host", "mail.a.test", "mail.a.test"),
      [],
    ],
    [
      "our host where our endpoint is meant",
      "misdirected",
      async () => withHeader(await signed(), "host", "a.test"),
      [],
    ],
    ["another TLS name", "misdirected", async () => ({ ...(await signed()), serverName: "a.test" }), []],
    ["another destination", "badSignature", () => signed({ destination: "mail.a.test" }), []],
    [
      "a query that was not signed",
      "badSignature",
      async () => ({ ...(await signed()), query: "?a" }),
      ["key b.test/k1", "key b.test/k1 anew"],
    ],
    [
      "another method",
      "badSignature",
      async () => ({ ...(await signed()), method: "PUT" }),
      ["key b.test/k1", "key b.test/k1 anew"],
    ],
    [
      "another key",
      "badSignature",
      () => signed({ signingKey: other }),
      ["key b.test/k1", "key b.test/k1 anew"],
    ],
    ["a key that is not known", "badSignature", () => signed({ keyId: "b.test/k2" }), ["key b.test/k2"]],
    ["a key named in two parts", "badSignature", async () => withKeyId(await signed(), "b.test/k1/k1"), []],
    ["a key of our own", "badSignature", () => signed({ keyId: "a.test/k1" }), []],
    ["a key of an address", "badSignature", () => signed({ keyId: "192.0.2.1/k1" }), []],
    ["a key of a host in capitals", "badSignature", async () => withKeyId(await signed(), "B.test/k1"), []],
    ["a key of no host", "badSignature", async () => withKeyId(await signed(), "k1"), []],
    ["a key of a path", "badSignature", async () => withKeyId(await signed(), "/k1"), []],
    ["a key of a host with a user", "badSignature", async () => withKeyId(await signed(), "x@b.test/k1"), []],
  ];
  test.each(bad)("%s", async (_, code, request, steps) => {
    const door = openDoor();
    await expect(verify(door.ctx, await request(), door.readBody)).rejects.toMatchObject({
      problem: { code },
    });
    expect(door.steps).toEqual(steps);
  });

  test("a key that is not known or not the right one, and its host's operator can read why", async () => {
    const door = openDoor();
    const refusal = async (request: SignedRequest) =>
      verify(door.ctx, request, door.readBody).catch((error: unknown) => String(error));
    expect(await refusal(await signed({ keyId: "b.test/2026-11-3f9c02ab" }))).toContain(
      "not accepted: unknownKey. For this server b.test does not show the key “2026-11-3f9c02ab”: " +
        "its keys have changed, or it could not be asked for them.",
    );
    expect(await refusal(await signed({ signingKey: other }))).toContain(
      "not accepted: mismatch. It was not made with the key “k1” that b.test shows: the keys of b.test may have changed.",
    );
  });

  test("a header field that is not there or stands there twice, which is named", async () => {
    const door = openDoor();
    const request = await signed();
    for (const name of ["content-digest", "signature-input", "signature"]) {
      for (const [values, reason] of [
        [[], "missingField"],
        [["a", "b"], "doubledField"],
      ] as const) {
        const headers = new Map([...request.headers, [name, values]]);
        await expect(verify(door.ctx, { ...request, headers }, door.readBody)).rejects.toThrow(
          `The request's signature was not accepted: ${reason}. It is about the header field “${name}”.`,
        );
      }
    }
  });

  test("a request that is sent a second time (A12)", async () => {
    const { ctx, steps, readBody } = openDoor();
    const request = await signed();
    await verify(ctx, request, readBody);
    steps.length = 0;
    await expect(verify(ctx, request, readBody)).rejects.toMatchObject({ problem: { code: "replayed" } });
    expect(steps).toEqual(["key b.test/k1", "nonce"]);
  });

  test("a stranger, when its caller has named too many", async () => {
    const door = openDoor();
    const error = new Error("enough");
    const ctx = { ...door.ctx, findKey: () => Promise.reject(error) };
    await expect(verify(ctx, await signed(), door.readBody)).rejects.toBe(error);
    expect(door.steps).toEqual([]);
  });
});

test("a body that is not the one that was signed is refused, also the empty one (CVE-2026-28432)", async () => {
  for (const [number, bytes] of [new Uint8Array(), new TextEncoder().encode('{"a":2}')].entries()) {
    const { ctx, reader } = openDoor();
    const request = await signed({ nonce: toBase64Url(new Uint8Array(16).fill(number)) });
    await expect(verify(ctx, request, reader(bytes))).rejects.toMatchObject({
      problem: { code: "badSignature" },
    });
  }
});

test("the Host field may be in capitals and name HTTPS's own port", async () => {
  for (const [number, host] of ["MAIL.a.test", "mail.a.test:443"].entries()) {
    const { ctx, readBody } = openDoor();
    const request = await signed({ nonce: toBase64Url(new Uint8Array(16).fill(number)) });
    expect(await verify(ctx, withHeader(request, "host", host), readBody)).toMatchObject({ host: "b.test" });
  }
});

test("what reading the body throws is told, and the request has been used", async () => {
  const { ctx, readBody } = openDoor();
  const request = await signed();
  const cut = new Error("cut");
  await expect(verify(ctx, request, () => Promise.reject(cut))).rejects.toBe(cut);
  await expect(verify(ctx, request, readBody)).rejects.toMatchObject({ problem: { code: "replayed" } });
});

test("only what was verified can be received: nothing else has the mark", () => {
  expectTypeOf(receiveMessage).parameter(1).toEqualTypeOf<Verified>();
  expectTypeOf<Omit<Verified, symbol>>().not.toExtend<Verified>();
  expectTypeOf<{
    host: string;
    body: Uint8Array;
    bodySha256: Uint8Array;
    signature: string;
  }>().not.toExtend<Verified>();
  expect(verifiedAsOurs("a.test", body)).toMatchObject({ host: "a.test", body, signature: "" });
});
