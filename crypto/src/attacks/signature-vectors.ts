/**
 * What vectors/signatures.json holds, made from the tables of attacks and from a few exchanges that are good, so that
 * an implementation in another language is held against the same cases as this one.
 */
import { toBase64Url } from "../base64.ts";
import { generateSigningKey, type SigningKey } from "../ed25519.ts";
import { type KeyStatement, signKeyStatement } from "../key-statement.ts";
import type { SignatureRefusal } from "../signature-refusal.ts";
import { encodeStatement } from "../statement.ts";
import {
  alphaKey,
  alphaKeyId,
  beta,
  betaKeyId,
  components,
  createdS,
  evilKey,
  goodRequest,
} from "./actors.ts";
import { answerAttacks, goodAnswer } from "./answers.ts";
import type { Attack, Wire } from "./attack.ts";
import { coveredAttacks } from "./covered.ts";
import { type AnswerParts, type Good, type RequestParts, signExchanges } from "./exchanges.ts";
import { fieldAttacks } from "./fields.ts";
import { parameterAttacks } from "./parameters.ts";
import { replayAttacks } from "./replays.ts";

interface Bad<Parts> {
  name: string;
  /** What is other than in the base: members, and of the fields those named. */
  change: Partial<Parts>;
  now: number;
  reason: SignatureRefusal;
}

export interface StatementVector {
  name: string;
  rootKey: string;
  statement: KeyStatement;
  signature: string;
}

export interface SignatureVectors {
  keys: readonly { keyId: string; seed: string; publicKey: string }[];
  requests: {
    destination: string;
    good: readonly (Good<RequestParts> & { nonce: string })[];
    base: RequestParts;
    bad: readonly Bad<RequestParts>[];
  };
  answers: { good: readonly Good<AnswerParts>[]; base: AnswerParts; bad: readonly Bad<AnswerParts>[] };
  statements: {
    root: { seed: string; publicKey: string };
    /** With the bytes that are signed, in hex. */
    good: readonly (StatementVector & { bytes: string })[];
    bad: readonly StatementVector[];
  };
}

/** Left out: signatures that chance has a part in, and what a reader in another language could not even be given. */
const notForOthers = /signed by (?:ECDSA|RSA-PSS|Ed448)|a megabyte long|capitals only|a status that is none/;

/** The file as a value, the same on each call. */
export async function signatureVectors(): Promise<SignatureVectors> {
  const signed = await signExchanges();
  const [request, answer] = [await goodRequest(), await goodAnswer()];
  const attacks = [...coveredAttacks, ...parameterAttacks, ...fieldAttacks, ...replayAttacks];
  return {
    keys: [
      keyOf(alphaKeyId, alphaKey),
      keyOf(betaKeyId, beta.signingKey),
      keyOf("evil.example/2026-11", evilKey),
    ],
    requests: {
      destination: components.destination,
      good: signed.map((exchange) => exchange.request),
      base: requestOf(request),
      bad: await badOf(requestOf(request), attacks, requestOf),
    },
    answers: {
      good: signed.map((exchange) => exchange.answer),
      base: answerOf(answer),
      bad: await badOf(answerOf(answer), answerAttacks, answerOf),
    },
    statements: await statements(),
  };
}

function keyOf(keyId: string, key: SigningKey) {
  return { keyId, seed: toBase64Url(key.seed), publicKey: toBase64Url(key.publicKey) };
}

function requestOf({ derived, headers }: Wire): RequestParts {
  const value = (name: string) => derived.get(`"${name}"`) ?? "";
  return {
    method: value("@method"),
    authority: value("@authority"),
    path: value("@path"),
    query: value("@query"),
    headers: Object.fromEntries(headers),
  };
}

function answerOf({ derived, headers }: Wire): AnswerParts {
  return {
    status: Number(derived.get('"@status"')),
    requestSignature: derived.get('"signature";req') ?? "",
    headers: Object.fromEntries(headers),
  };
}

/** Each attack as what it changes. */
function badOf<Parts extends RequestParts | AnswerParts>(
  base: Parts,
  attacks: readonly Attack[],
  partsOf: (wire: Wire) => Parts,
): Promise<Bad<Parts>[]> {
  const usable = attacks.filter(({ name }) => !notForOthers.test(name));
  return Promise.all(
    usable.map(async ({ name, wire, reason, arrivesAfterS = 1 }) => ({
      name,
      change: changeOf(base, partsOf(await wire())),
      now: createdS + arrivesAfterS,
      reason,
    })),
  );
}

function changeOf<Parts extends RequestParts | AnswerParts>(base: Parts, changed: Parts): Partial<Parts> {
  const change: Partial<Parts> = {};
  for (const name in changed) {
    if (name !== "headers" && changed[name] !== base[name]) change[name] = changed[name];
  }
  const names = new Set([...Object.keys(base.headers), ...Object.keys(changed.headers)]);
  const fields = [...names]
    .map((name): [string, readonly string[]] => [name, changed.headers[name] ?? []])
    .filter(([name, values]) => JSON.stringify(values) !== JSON.stringify(base.headers[name]));
  return fields.length === 0 ? change : { ...change, headers: Object.fromEntries(fields) };
}

async function statements(): Promise<SignatureVectors["statements"]> {
  const root = await generateSigningKey(new Uint8Array(32).fill(4));
  const rootKey = toBase64Url(root.publicKey);
  const statement: KeyStatement = {
    host: "alpha.example",
    id: "2026-11",
    algorithm: "ed25519",
    publicKey: toBase64Url(alphaKey.publicKey),
    validFrom: "2026-11-01T00:00:00.000Z",
    validUntil: "2027-11-01T00:00:00.000Z",
  };
  const signature = toBase64Url(await signKeyStatement(root, statement));
  const bytes = encodeStatement("posthorn-key", Object.values(statement)) ?? new Uint8Array();
  const changed = (name: string, change: Partial<KeyStatement>) => {
    return { name, rootKey, statement: { ...statement, ...change }, signature };
  };
  return {
    root: { seed: toBase64Url(root.seed), publicKey: rootKey },
    good: [
      { name: "an online key", rootKey, statement, bytes: Buffer.from(bytes).toString("hex"), signature },
    ],
    bad: [
      changed("for another host", { host: "beta.example" }),
      changed("for another key", { publicKey: toBase64Url(evilKey.publicKey) }),
      changed("of another algorithm", { algorithm: "ed448" }),
      changed("for longer", { validUntil: "2037-11-01T00:00:00.000Z" }),
      changed("the same instant written in another way", { validFrom: "2026-11-01T00:00:00Z" }),
      changed("letters moved from the host to the id", { host: "alpha.exampl", id: "e2026-11" }),
      { name: "by another root key", rootKey: toBase64Url(evilKey.publicKey), statement, signature },
    ],
  };
}
