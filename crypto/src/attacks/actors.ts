import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { toBase64 } from "../base64.ts";
import { contentDigest } from "../content-digest.ts";
import { generateSigningKey, importVerifyKey, signBytes } from "../ed25519.ts";
import { signRequest } from "../request-signature.ts";
import { type Component, signatureBase } from "../signature-base.ts";
import type { Wire } from "./attack.ts";

/** Two honest hosts and a third whose own keys are as good, with which it may sign what it likes. */
export const alphaKey = await generateSigningKey(new Uint8Array(32).fill(1));
export const evilKey = await generateSigningKey(new Uint8Array(32).fill(2));
export const betaKeyId = "beta.example/2026-10";
export const beta = { keyId: betaKeyId, signingKey: await generateSigningKey(new Uint8Array(32).fill(3)) };
const trusted = new Map([
  [betaKeyId, await importVerifyKey(beta.signingKey.publicKey)],
  ["alpha.example/2026-11", await importVerifyKey(alphaKey.publicKey)],
  ["evil.example/2026-11", await importVerifyKey(evilKey.publicKey)],
]);

export const alphaKeyId = "alpha.example/2026-11";
export const createdS = 1_800_000_000;
export const expiresS = createdS + 240;
export const nonce = "AAECAwQFBgcICQoLDA0ODw";
export const digest = contentDigest(new Uint8Array(32).fill(9));

/** The request all attacks on requests begin with. */
export const components = {
  method: "POST",
  authority: "mail.beta.example",
  path: "/email/receive",
  query: "?",
  contentType: "application/json",
  contentDigest: digest,
  destination: "beta.example",
};

export const requestIdentifiers: readonly string[] = [
  "@method",
  "@authority",
  "@path",
  "@query",
  "content-type",
  "content-digest",
  "posthorn-destination",
].map((name) => `"${name}"`);

export const requestParameters: readonly string[] = [
  `created=${createdS}`,
  `expires=${expiresS}`,
  `nonce="${nonce}"`,
  `keyid="${alphaKeyId}"`,
  'tag="posthorn-1"',
];

export function findKey(keyId: string) {
  return Promise.resolve(trusted.get(keyId));
}

/** A request of alpha's to beta that beta accepts. */
export async function goodRequest(): Promise<Wire> {
  const signed = await signRequest(
    components,
    { keyId: alphaKeyId, signingKey: alphaKey },
    { createdS, expiresS, nonce },
  );
  return requestWire(signed["signature-input"], signed.signature);
}

export function requestWire(signatureInput: string, signature: string): Wire {
  return {
    derived: new Map([
      ['"@method"', components.method],
      ['"@authority"', components.authority],
      ['"@path"', components.path],
      ['"@query"', components.query],
    ]),
    headers: new Map([
      ["content-type", [components.contentType]],
      ["content-digest", [components.contentDigest]],
      ["posthorn-destination", [components.destination]],
      ["signature-input", [signatureInput]],
      ["signature", [signature]],
    ]),
  };
}

/** How a signer who knows RFC 9421 but not our profile, or means ill, would sign. */
export interface Forgery {
  label?: string;
  identifiers?: readonly string[];
  parameters?: readonly string[];
  /** Makes the signature's bytes; alpha's Ed25519 when absent. */
  sign?(base: Uint8Array): Promise<Uint8Array> | Uint8Array;
}

/** Signs whatever is asked for over the base that its own Signature-Input describes: a valid signature of RFC 9421. */
export async function forgeRequest(forgery: Forgery): Promise<Wire> {
  const { label = "posthorn", identifiers = requestIdentifiers, parameters = requestParameters } = forgery;
  const plain = requestWire("", "");
  const input = `(${identifiers.join(" ")})${parameters.map((parameter) => `;${parameter}`).join("")}`;
  const base = signatureBase(
    identifiers.map((identifier) => [identifier, findValue(plain, identifier)] satisfies Component),
    input,
  );
  const signature = await (forgery.sign ?? signAsAlpha)(base);
  return requestWire(`${label}=${input}`, `${label}=:${toBase64(signature)}:`);
}

function signAsAlpha(base: Uint8Array): Promise<Uint8Array> {
  return signBytes(alphaKey, base);
}

const ecKey = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
const rsaKey = generateKeyPairSync("rsa-pss", { modulusLength: 2048 }).privateKey;
const ed448Key = generateKeyPairSync("ed448").privateKey;

/** The algorithms an attacker may hope a verifier mistakes for its own (RFC 9421 §7.3.6), and their signatures' bytes. */
export const otherAlgorithms: readonly { name: string; bytes: number; sign(base: Uint8Array): Uint8Array }[] =
  [
    { name: "HMAC-SHA256 with the public key", bytes: 32, sign: (base) => hmac("sha256", base) },
    { name: "HMAC-SHA512 with the public key", bytes: 64, sign: (base) => hmac("sha512", base) },
    { name: "ECDSA P-256", bytes: 64, sign: (base) => signWith(ecKey, base) },
    { name: "RSA-PSS", bytes: 256, sign: (base) => signWith(rsaKey, base) },
    { name: "Ed448", bytes: 114, sign: (base) => sign(null, base, ed448Key) },
  ];

function signWith(key: typeof ecKey, base: Uint8Array): Uint8Array {
  return sign("sha256", base, { key, dsaEncoding: "ieee-p1363" });
}

function hmac(hash: string, base: Uint8Array): Uint8Array {
  return createHmac(hash, alphaKey.publicKey).update(base).digest();
}

function findValue(wire: Wire, identifier: string): string {
  const name = /^"([^"]*)"/.exec(identifier)?.[1] ?? "";
  return wire.derived.get(identifier) ?? wire.headers.get(name)?.join(", ") ?? "18";
}
