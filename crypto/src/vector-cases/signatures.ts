import { signAnswer, verifyAnswer } from "../answer-signature.ts";
import type { AnswerParts, Fields, RequestParts } from "../attacks/exchanges.ts";
import type { SignatureVectors, StatementVector } from "../attacks/signature-vectors.ts";
import { fromBase64, fromBase64Url, toBase64Url } from "../base64.ts";
import { contentDigest } from "../content-digest.ts";
import { sha256 } from "../digest.ts";
import { generateSigningKey, importVerifyKey, verifyBytes } from "../ed25519.ts";
import { signKeyStatement, verifyKeyStatement } from "../key-statement.ts";
import { type SigningHost, signRequest, verifyRequest } from "../request-signature.ts";
import { fromHex } from "./hex.ts";
import type { VectorCase } from "./vector-case.ts";

/** When the bases of bad requests and answers arrive. */
const baseNowS = 1_800_000_001;

/** Signed requests, signed answers and the statements of a root key. */
export function signatureCases(vectors: SignatureVectors): VectorCase[] {
  return [...requestCases(vectors), ...answerCases(vectors), ...statementCases(vectors)];
}

function requestCases(vectors: SignatureVectors): VectorCase[] {
  const { good, base, bad, destination } = vectors.requests;
  const arrive = (request: RequestParts, nowS: number) => {
    const headers = new Map(Object.entries(request.headers));
    const context = { nowS, destination, findKey: (keyId: string) => findKey(vectors, keyId) };
    return verifyRequest({ ...request, headers }, context).then(withoutTheRest);
  };
  return [
    ...good.map((vector) => ({
      name: `a request is signed like this: ${vector.name}`,
      expected: signatureOf(vector.headers),
      async find() {
        const components = { ...vector, ...(await contentOf(vector)), destination };
        const times = { createdS: vector.created, expiresS: vector.expires, nonce: vector.nonce };
        const signed = await signRequest(components, await signerOf(vectors, vector.keyId), times);
        return { ...signed, overBase: await signsBase(vectors, vector) };
      },
    })),
    ...good.map((vector) => ({
      name: `a request is accepted while it is valid, clocks a minute apart: ${vector.name}`,
      expected: validity(vector.keyId),
      find: () => Promise.all(momentsOf(vector).map((nowS) => arrive(vector, nowS))),
    })),
    ...bad.map(({ name, change, now, reason }) => ({
      name: `a request is refused, ${reason}: ${name}`,
      expected: { ok: false, reason },
      find: () => arrive(changed(base, change), now),
    })),
    {
      name: "the request that the bad ones are made from is accepted",
      expected: true,
      find: async () => (await arrive(base, baseNowS)).ok,
    },
  ];
}

function answerCases(vectors: SignatureVectors): VectorCase[] {
  const { good, base, bad } = vectors.answers;
  const arrive = (answer: AnswerParts, nowS: number) => {
    const headers = new Map(Object.entries(answer.headers));
    const context = { nowS, findKey: (keyId: string) => findKey(vectors, keyId) };
    return verifyAnswer({ ...answer, headers }, context).then(withoutTheRest);
  };
  return [
    ...good.map((vector) => ({
      name: `an answer is signed like this: ${vector.name}`,
      expected: signatureOf(vector.headers),
      async find() {
        const components = { ...vector, ...(await contentOf(vector)) };
        const times = { createdS: vector.created, expiresS: vector.expires };
        const signed = await signAnswer(components, await signerOf(vectors, vector.keyId), times);
        return { ...signed, overBase: await signsBase(vectors, vector) };
      },
    })),
    ...good.map((vector) => ({
      name: `an answer is accepted while it is valid, clocks a minute apart: ${vector.name}`,
      expected: validity(vector.keyId),
      find: () => Promise.all(momentsOf(vector).map((nowS) => arrive(vector, nowS))),
    })),
    ...bad.map(({ name, change, now, reason }) => ({
      name: `an answer is refused, ${reason}: ${name}`,
      expected: { ok: false, reason },
      find: () => arrive(changed(base, change), now),
    })),
    {
      name: "the answer that the bad ones are made from is accepted",
      expected: true,
      find: async () => (await arrive(base, baseNowS)).ok,
    },
  ];
}

function statementCases({ statements: { root, good, bad } }: SignatureVectors): VectorCase[] {
  return [
    ...good.map((vector) => ({
      name: `a root key's statement holds, and is made of these bytes: ${vector.name}`,
      expected: { signature: vector.signature, holds: true, bytes: true },
      async find() {
        const key = await generateSigningKey(fromBase64Url(root.seed));
        const verifyKey = await importVerifyKey(key.publicKey);
        return {
          signature: toBase64Url(await signKeyStatement(key, vector.statement)),
          holds: await holds(vector),
          bytes: await verifyBytes(verifyKey, fromHex(vector.bytes), fromBase64Url(vector.signature)),
        };
      },
    })),
    ...bad.map((vector) => ({
      name: `a root key's statement does not hold: ${vector.name}`,
      expected: false,
      find: () => holds(vector),
    })),
  ];
}

async function holds({ rootKey, statement, signature }: StatementVector): Promise<boolean> {
  return verifyKeyStatement(
    await importVerifyKey(fromBase64Url(rootKey)),
    statement,
    fromBase64Url(signature),
  );
}

async function signerOf({ keys }: SignatureVectors, keyId: string): Promise<SigningHost> {
  const key = keys.find((one) => one.keyId === keyId);
  if (key === undefined) throw new Error(`the vectors hold no key ${keyId}`);
  return { keyId, signingKey: await generateSigningKey(fromBase64Url(key.seed)) };
}

async function findKey({ keys }: SignatureVectors, keyId: string) {
  const key = keys.find((one) => one.keyId === keyId);
  return key && importVerifyKey(fromBase64Url(key.publicKey));
}

async function contentOf({ headers, body }: { headers: Fields; body: string }) {
  const digest = await sha256(new TextEncoder().encode(body));
  return { contentType: field(headers, "content-type"), contentDigest: contentDigest(digest) };
}

/** Whether the signature in the fields is one over the base as the vectors have it. */
async function signsBase(
  vectors: SignatureVectors,
  { keyId, base, headers }: { keyId: string; base: string; headers: Fields },
): Promise<boolean> {
  const key = await findKey(vectors, keyId);
  const signature = fromBase64(field(headers, "signature").slice("posthorn=:".length, -1));
  return key !== undefined && verifyBytes(key, new TextEncoder().encode(base), signature);
}

function signatureOf(headers: Fields) {
  return {
    "signature-input": field(headers, "signature-input"),
    signature: field(headers, "signature"),
    overBase: true,
  };
}

/** A second too early; the first, two in between and the last at which it is accepted; a second too late. */
function momentsOf({ created, expires }: { created: number; expires: number }): number[] {
  return [created - 61, created - 60, created, expires, expires + 60, expires + 61];
}

function validity(keyId: string) {
  const accepted = { ok: true, keyId };
  return [
    { ok: false, reason: "notYetValid" },
    ...Array.from({ length: 4 }, () => accepted),
    { ok: false, reason: "expired" },
  ];
}

/** Of an outcome what the vectors tell. */
function withoutTheRest(result: { ok: true; keyId: string } | { ok: false; reason: string }) {
  return result.ok ? { ok: true, keyId: result.keyId } : { ok: false, reason: result.reason };
}

/** The value of a field, its lines joined; "" when it is not there. */
export function field(headers: Fields, name: string): string {
  return headers[name]?.join() ?? "";
}

function changed<Parts extends RequestParts | AnswerParts>(base: Parts, change: Partial<Parts>): Parts {
  return { ...base, ...change, headers: { ...base.headers, ...change.headers } };
}
