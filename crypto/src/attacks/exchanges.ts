/** Good requests of alpha's to beta, and beta's answers: message, refusal, batch, blob, question, and odd spellings. */
import { hash } from "node:crypto";
import { signAnswer } from "../answer-signature.ts";
import { contentDigest } from "../content-digest.ts";
import type { SignatureFields } from "../profile-signature.ts";
import { signRequest } from "../request-signature.ts";
import { type Component, signatureBase } from "../signature-base.ts";
import { alphaKey, alphaKeyId, beta, betaKeyId, components, createdS, expiresS, nonce } from "./actors.ts";

/** Fields by name, each with the values of its lines; none where the list is empty. */
export type Fields = Readonly<Record<string, readonly string[]>>;

export interface RequestParts {
  method: string;
  authority: string;
  path: string;
  /** With its "?". */
  query: string;
  headers: Fields;
}

export interface AnswerParts {
  status: number;
  /** The whole Signature field of the request that is answered. */
  requestSignature: string;
  headers: Fields;
}

export type Good<Parts> = Parts & {
  name: string;
  keyId: string;
  created: number;
  expires: number;
  body: string;
  /** The signature base as text, which is ASCII. */
  base: string;
};

interface Exchange {
  name: string;
  method: string;
  path: string;
  query?: string;
  contentType: string;
  body: string;
  answer: { status: number; contentType: string; body: string };
}

const id = "01a3185c-5000-7abc-8def-0123456789ab";
const message = JSON.stringify({
  id,
  from: { id: "alice", host: "alpha.example" },
  to: [{ id: "bob", host: "beta.example" }],
  subject: "Hello",
  body: "Shall we meet at ten?",
  date: "2027-01-15T08:00:00Z",
});
const bob = { id: "bob", host: "beta.example" };
const verdict = JSON.stringify({
  id,
  status: 200,
  deliveredAt: "2027-01-15T08:00:01.000Z",
  incarnation: "c2l4IGZlZXQgdW5k",
  recipients: [{ ...bob, status: "delivered" }],
});
const unknown = {
  type: "urn:posthorn:problem:recipientUnknown",
  code: "recipientUnknown",
  status: 404,
  title: "There is no such recipient here",
  detail: "beta.example has no user “bob”. Check the spelling, then send again.",
  retry: "never",
};
const file = "The minutes of the meeting.\n";
const fileHash = sha256(file).toString("hex");

const exchanges: readonly Exchange[] = [
  {
    name: "a message, delivered",
    method: "POST",
    path: "/email/receive",
    contentType: "application/json",
    body: message,
    answer: { status: 200, contentType: "application/json", body: verdict },
  },
  {
    name: "a message, refused for good",
    method: "POST",
    path: "/email/receive",
    contentType: "application/json",
    body: message,
    answer: {
      status: 404,
      contentType: "application/problem+json",
      body: JSON.stringify({ ...unknown, recipients: [{ ...bob, status: "refused", problem: unknown }] }),
    },
  },
  {
    name: "a batch, with a parameter in the content type",
    method: "POST",
    path: "/email/receive",
    contentType: "application/x-ndjson; charset=utf-8",
    body: `${message}\n`,
    answer: { status: 200, contentType: "application/x-ndjson", body: `${verdict}\n` },
  },
  {
    name: "a blob",
    method: "PUT",
    path: `/email/blob/${fileHash}`,
    contentType: "application/octet-stream",
    body: file,
    answer: {
      status: 200,
      contentType: "application/json",
      body: JSON.stringify({ hash: fileHash, size: file.length }),
    },
  },
  {
    name: "a question about a blob, neither side with content",
    method: "HEAD",
    path: `/email/blob/${fileHash}`,
    contentType: "application/octet-stream",
    body: "",
    answer: { status: 200, contentType: "application/octet-stream", body: "" },
  },
  {
    name: "a path and a query as they stand in the request, escapes and all",
    method: "POST",
    path: "/email/hello%20there",
    query: "?a=%C3%BC&b=1&b=2",
    contentType: "application/json",
    body: '{"host":"alpha.example"}',
    answer: { status: 200, contentType: "application/json", body: '{"host":"beta.example"}' },
  },
];

/** A request and its answer. */
export interface SignedExchange {
  request: Good<RequestParts> & { nonce: string };
  answer: Good<AnswerParts>;
}

/** All of them, the same on each call. */
export function signExchanges(): Promise<SignedExchange[]> {
  return Promise.all(exchanges.map(signExchange));
}

async function signExchange(exchange: Exchange): Promise<SignedExchange> {
  const { name, method, path, query = "?", contentType, body } = exchange;
  const { authority, destination } = components;
  const parts = { method, authority, path, query, contentType, contentDigest: digestOf(body), destination };
  const signer = { keyId: alphaKeyId, signingKey: alphaKey };
  const signed = await signRequest(parts, signer, { createdS, expiresS, nonce });
  const base = baseOf(signed, [
    ['"@method"', method],
    ['"@authority"', authority],
    ['"@path"', path],
    ['"@query"', query],
    ['"content-type"', contentType],
    ['"content-digest"', parts.contentDigest],
    ['"posthorn-destination"', destination],
  ]);
  const headers = { ...contentFields(parts), "posthorn-destination": [destination], ...fieldsOf(signed) };
  const times = { created: createdS, expires: expiresS, nonce };
  return {
    request: { name, keyId: alphaKeyId, ...times, method, authority, path, query, headers, body, base },
    answer: await signAnswerTo(signed.signature, exchange),
  };
}

async function signAnswerTo(
  requestSignature: string,
  { name, answer }: Exchange,
): Promise<Good<AnswerParts>> {
  const { status, contentType, body } = answer;
  const parts = { status, contentType, contentDigest: digestOf(body), requestSignature };
  const [created, expires] = [createdS + 1, expiresS + 1];
  const signed = await signAnswer(parts, beta, { createdS: created, expiresS: expires });
  const base = baseOf(signed, [
    ['"@status"', String(status)],
    ['"content-type"', contentType],
    ['"content-digest"', parts.contentDigest],
    ['"signature";req', requestSignature],
  ]);
  const headers = { ...contentFields(parts), ...fieldsOf(signed) };
  return { name, keyId: betaKeyId, created, expires, status, requestSignature, headers, body, base };
}

function contentFields(parts: { contentType: string; contentDigest: string }): Fields {
  return { "content-type": [parts.contentType], "content-digest": [parts.contentDigest] };
}

function fieldsOf(signed: SignatureFields): Fields {
  return { "signature-input": [signed["signature-input"]], signature: [signed.signature] };
}

function baseOf(signed: SignatureFields, covered: readonly Component[]): string {
  const parameters = signed["signature-input"].slice("posthorn=".length);
  return new TextDecoder().decode(signatureBase(covered, parameters));
}

function digestOf(body: string): string {
  return contentDigest(sha256(body));
}

function sha256(text: string): Buffer {
  return hash("sha256", text, "buffer");
}
