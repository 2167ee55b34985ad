import { describe, expect, test } from "vitest";
import { fromBase64Url, toBase64 } from "./base64.ts";
import type { RequestMessage } from "./component-value.ts";
import { generateSigningKey, importVerifyKey, signBytes } from "./ed25519.ts";
import { findMessageSignature, verifyMessageSignature } from "./message-signature.ts";

const rfcKey = fromBase64Url("JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs");
const rfcSeed = fromBase64Url("n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU");
const rfcSignature =
  "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==";
const rfcParameters =
  '("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"';

/** The RFC's test request (appendix B.2) with the signature fields given. */
function rfcRequest(input: string, signature: string, more: [string, string[]][] = []): RequestMessage {
  return {
    kind: "request",
    method: "POST",
    scheme: "https",
    authority: "example.com",
    path: "/foo",
    query: "?param=Value&Pet=dog",
    headers: new Map([
      ["host", ["example.com"]],
      ["date", ["Tue, 20 Apr 2021 02:07:55 GMT"]],
      ["content-type", ["application/json"]],
      ["content-length", ["18"]],
      ["signature-input", [input]],
      ["signature", [signature]],
      ...more,
    ]),
  };
}

describe("RFC 9421 appendix B.2.6: a request signed with Ed25519", () => {
  const request = rfcRequest(`sig-b26=${rfcParameters}`, `sig-b26=:${rfcSignature}:`);

  test("has the RFC's signature base, byte for byte", () => {
    const found = findMessageSignature(request, "sig-b26");
    expect(new TextDecoder().decode(found?.base)).toBe(
      [
        '"date": Tue, 20 Apr 2021 02:07:55 GMT',
        '"@method": POST',
        '"@path": /foo',
        '"@authority": example.com',
        '"content-type": application/json',
        '"content-length": 18',
        `"@signature-params": ${rfcParameters}`,
      ].join("\n"),
    );
  });

  test("has the RFC's signature, and verifies", async () => {
    const base = findMessageSignature(request, "sig-b26")?.base ?? new Uint8Array();
    expect(toBase64(await signBytes(await generateSigningKey(rfcSeed), base))).toBe(rfcSignature);
    expect(await verifyMessageSignature(request, "sig-b26", await importVerifyKey(rfcKey))).toBe(true);
  });

  test.each([
    ["method", { method: "GET" }],
    ["path", { path: "/foo/" }],
    ["authority", { authority: "example.org" }],
  ])("does not verify with another %s", async (_, change) => {
    expect(
      await verifyMessageSignature({ ...request, ...change }, "sig-b26", await importVerifyKey(rfcKey)),
    ).toBe(false);
  });

  test("verifies with another query, which the RFC's example does not cover", async () => {
    const other = { ...request, query: "?param=other" };
    expect(await verifyMessageSignature(other, "sig-b26", await importVerifyKey(rfcKey))).toBe(true);
  });
});

describe("the base of a signature", () => {
  function baseOf(list: string, more: [string, string[]][] = []): string | undefined {
    const found = findMessageSignature(rfcRequest(`a=${list};x=1`, "a=:AA==:", more), "a");
    return found === undefined ? undefined : new TextDecoder().decode(found.base);
  }

  test.each([
    ['"@target-uri"', "https://example.com/foo?param=Value&Pet=dog"],
    ['"@scheme"', "https"],
    ['"@request-target"', "/foo?param=Value&Pet=dog"],
    ['"@query"', "?param=Value&Pet=dog"],
    ['"@query-param";name="Pet"', "dog"],
  ])("RFC 9421 §2.2: %s is %s", (identifier, value) => {
    expect(baseOf(`(${identifier})`)).toBe(
      `${identifier}: ${value}\n"@signature-params": (${identifier});x=1`,
    );
  });

  test("RFC 9421 §2.1: the lines of a field become one, without the space around them", () => {
    const more: [string, string[]][] = [["cache-control", ["max-age=60", "\t must-revalidate  "]]];
    expect(baseOf('("cache-control")', more)).toContain('"cache-control": max-age=60, must-revalidate\n');
  });

  test.each([
    '("absent")',
    '("@status")',
    '("@unknown")',
    '("@method";req)',
    '("date";sf)',
    '("date";bs)',
    '("date";tr)',
    '("date";key="a")',
    '("@query-param")',
    '("@query-param";name="none")',
    '("date" "date")',
    "(date)",
    "(1)",
    '"date"',
    '("date"',
  ])("RFC 9421 §2.5: there is none over %s", (list) => {
    expect(baseOf(list)).toBeUndefined();
  });

  test("RFC 9421 §7.5.5: there is none over a value with a line break", () => {
    expect(baseOf('("x")', [["x", ['1\n"@method": GET']]])).toBeUndefined();
  });
});

describe("a signature of another algorithm", () => {
  test.each(["hmac-sha256", "rsa-pss-sha512", "ecdsa-p256-sha256", "none"])(
    "is refused when it says %s",
    async (alg) => {
      const parameters = `("@method");alg="${alg}"`;
      const base = new TextEncoder().encode(`"@method": POST\n"@signature-params": ${parameters}`);
      const key = await generateSigningKey(rfcSeed);
      const request = rfcRequest(`a=${parameters}`, `a=:${toBase64(await signBytes(key, base))}:`);
      expect(await verifyMessageSignature(request, "a", await importVerifyKey(rfcKey))).toBe(false);
    },
  );

  test("is accepted when it says ed25519", async () => {
    const parameters = '("@method");alg="ed25519"';
    const base = new TextEncoder().encode(`"@method": POST\n"@signature-params": ${parameters}`);
    const key = await generateSigningKey(rfcSeed);
    const request = rfcRequest(`a=${parameters}`, `a=:${toBase64(await signBytes(key, base))}:`);
    expect(await verifyMessageSignature(request, "a", await importVerifyKey(rfcKey))).toBe(true);
  });
});
