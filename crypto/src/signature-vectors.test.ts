import { hash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { signAnswer, verifyAnswer } from "./answer-signature.ts";
import type { AnswerParts, Fields, RequestParts } from "./attacks/exchanges.ts";
import { type StatementVector, signatureVectors } from "./attacks/signature-vectors.ts";
import { fromBase64, fromBase64Url } from "./base64.ts";
import { contentDigest } from "./content-digest.ts";
import { generateSigningKey, importVerifyKey, verifyBytes } from "./ed25519.ts";
import { signKeyStatement, verifyKeyStatement } from "./key-statement.ts";
import { signRequest, verifyRequest } from "./request-signature.ts";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const encoder = new TextEncoder();
const { keys, requests, answers, statements } = await signatureVectors();
const signers = new Map(
  await Promise.all(
    keys.map(async ({ keyId, seed }) => {
      return [keyId, { keyId, signingKey: await generateSigningKey(fromBase64Url(seed)) }] as const;
    }),
  ),
);

function signerOf(keyId: string) {
  const signer = signers.get(keyId);
  if (signer === undefined) throw new Error(`the vectors hold no key ${keyId}`);
  return signer;
}

async function findKey(keyId: string) {
  const key = keys.find((one) => one.keyId === keyId);
  return key && importVerifyKey(fromBase64Url(key.publicKey));
}

function field(headers: Fields, name: string): string {
  return headers[name]?.join() ?? "";
}

function digestOf(body: string): string {
  return contentDigest(hash("sha256", body, "buffer"));
}

async function signedOver(keyId: string, base: string, headers: Fields): Promise<boolean> {
  const signature = fromBase64(field(headers, "signature").slice("posthorn=:".length, -1));
  return verifyBytes(
    await importVerifyKey(signerOf(keyId).signingKey.publicKey),
    encoder.encode(base),
    signature,
  );
}

function arriveRequest(request: RequestParts, nowS: number) {
  const headers = new Map(Object.entries(request.headers));
  return verifyRequest({ ...request, headers }, { nowS, destination: requests.destination, findKey });
}

function arriveAnswer(answer: AnswerParts, nowS: number) {
  return verifyAnswer({ ...answer, headers: new Map(Object.entries(answer.headers)) }, { nowS, findKey });
}

function changed<Parts extends RequestParts | AnswerParts>(base: Parts, change: Partial<Parts>): Parts {
  return { ...base, ...change, headers: { ...base.headers, ...change.headers } };
}

test("vectors/signatures.json holds these vectors; `vitest run crypto/src/signature-vectors -u` writes it anew", async () => {
  const text = `${JSON.stringify(await signatureVectors(), null, 1)}\n`;
  await expect(text).toMatchFileSnapshot(path("../../vectors/signatures.json"));
});

describe("a good request of the vectors", () => {
  test.each(requests.good)("is signed like this: $name", async (vector) => {
    const { keyId, created, expires, nonce, headers, body, base } = vector;
    const signed = await signRequest(
      {
        ...vector,
        contentType: field(headers, "content-type"),
        contentDigest: digestOf(body),
        destination: requests.destination,
      },
      signerOf(keyId),
      { createdS: created, expiresS: expires, nonce },
    );
    expect(signed["signature-input"]).toBe(field(headers, "signature-input"));
    expect(signed.signature).toBe(field(headers, "signature"));
    expect(await signedOver(keyId, base, headers)).toBe(true);
  });

  test.each(requests.good)("is accepted while it is valid, clocks a minute apart: $name", async (vector) => {
    const { created, expires } = vector;
    for (const nowS of [created - 60, created, expires, expires + 60]) {
      expect(await arriveRequest(vector, nowS)).toMatchObject({ ok: true, keyId: vector.keyId });
    }
    expect(await arriveRequest(vector, created - 61)).toEqual({ ok: false, reason: "notYetValid" });
    expect(await arriveRequest(vector, expires + 61)).toEqual({ ok: false, reason: "expired" });
  });
});

describe("a good answer of the vectors", () => {
  test.each(answers.good)("is signed like this: $name", async (vector) => {
    const { keyId, created, expires, headers, body, base } = vector;
    const signed = await signAnswer(
      { ...vector, contentType: field(headers, "content-type"), contentDigest: digestOf(body) },
      signerOf(keyId),
      { createdS: created, expiresS: expires },
    );
    expect(signed["signature-input"]).toBe(field(headers, "signature-input"));
    expect(signed.signature).toBe(field(headers, "signature"));
    expect(await signedOver(keyId, base, headers)).toBe(true);
  });

  test.each(answers.good)("is accepted while it is valid: $name", async (vector) => {
    for (const nowS of [vector.created - 60, vector.expires + 60]) {
      expect(await arriveAnswer(vector, nowS)).toMatchObject({ ok: true, keyId: vector.keyId });
    }
  });
});

test("every bad request of the vectors is refused for its reason", async () => {
  for (const { name, change, now, reason } of requests.bad) {
    const result = await arriveRequest(changed(requests.base, change), now);
    expect({ name, result }).toMatchObject({ name, result: { ok: false, reason } });
  }
});

test("every bad answer of the vectors is refused for its reason", async () => {
  for (const { name, change, now, reason } of answers.bad) {
    const result = await arriveAnswer(changed(answers.base, change), now);
    expect({ name, result }).toMatchObject({ name, result: { ok: false, reason } });
  }
});

test("what the bad ones are made from is good", async () => {
  expect(await arriveRequest(requests.base, 1_800_000_001)).toMatchObject({ ok: true });
  expect(await arriveAnswer(answers.base, 1_800_000_001)).toMatchObject({ ok: true });
});

describe("a root key's statement of the vectors", () => {
  async function holds({ rootKey, statement, signature }: StatementVector): Promise<boolean> {
    const key = await importVerifyKey(fromBase64Url(rootKey));
    return verifyKeyStatement(key, statement, fromBase64Url(signature));
  }

  test.each(statements.good)("holds, and is made of these bytes: $name", async (vector) => {
    const root = await generateSigningKey(fromBase64Url(statements.root.seed));
    expect(await holds(vector)).toBe(true);
    expect(await signKeyStatement(root, vector.statement)).toEqual(fromBase64Url(vector.signature));
    const key = await importVerifyKey(root.publicKey);
    const bytes = Uint8Array.from(Buffer.from(vector.bytes, "hex"));
    expect(await verifyBytes(key, bytes, fromBase64Url(vector.signature))).toBe(true);
  });

  test.each(statements.bad)("does not hold: $name", async (vector) => {
    expect(await holds(vector)).toBe(false);
  });
});

describe("the worked examples of the protocol's text are vectors", () => {
  const [request] = requests.good;
  const [answer] = answers.good;
  const [statement] = statements.good;

  const keyTexts = keys.slice(0, 2).flatMap(({ keyId, seed, publicKey }): [string, string][] => [
    [`the seed of ${keyId}`, seed],
    [`the public key of ${keyId}`, publicKey],
  ]);

  test.each<[string, string | undefined]>([
    ...keyTexts,
    ["the request's base", request?.base],
    ["the request's body", request?.body],
    ["the request's Signature-Input", request && field(request.headers, "signature-input")],
    ["the request's Signature", request && field(request.headers, "signature")],
    ["the answer's base", answer?.base],
    ["the answer's body", answer?.body],
    ["the answer's Signature-Input", answer && field(answer.headers, "signature-input")],
    ["the answer's Signature", answer && field(answer.headers, "signature")],
  ])("%s stands in 40-signatures.md", async (_, text) => {
    expect(await readFile(path("../../docs/protocol/40-signatures.md"), "utf8")).toContain(text);
  });

  test("every reason for a refusal stands in the table of 40-signatures.md", async () => {
    const document = await readFile(path("../../docs/protocol/40-signatures.md"), "utf8");
    const reasons = new Set([...requests.bad, ...answers.bad].map(({ reason }) => reason));
    expect(reasons.size).toBe(12);
    for (const reason of reasons) expect(document).toContain(`\n| \`${reason}\` |`);
  });

  test.each<[string, string | undefined]>([
    ["the bytes", statement?.bytes],
    ["the signature", statement?.signature],
    ["the root key", statement?.rootKey],
    ["the root key's seed", statements.root.seed],
  ])("%s of the statement stand in 30-discovery.md", async (_, text) => {
    const document = await readFile(path("../../docs/protocol/30-discovery.md"), "utf8");
    expect(document.replaceAll(/\s/g, "")).toContain(text);
  });
});
