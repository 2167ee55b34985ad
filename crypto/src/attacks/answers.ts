/**
 * Answers that are not the peer's own to this very request (threats A3, A13; RFC 9421 §7.3.7), which must never end a
 * delivery.
 */

import { signAnswer } from "../answer-signature.ts";
import { toBase64 } from "../base64.ts";
import { contentDigest } from "../content-digest.ts";
import { signBytes } from "../ed25519.ts";
import { type Component, signatureBase } from "../signature-base.ts";
import type { SignatureRefusal } from "../signature-refusal.ts";
import {
  beta,
  betaKeyId,
  createdS,
  digest,
  evilKey,
  expiresS,
  goodRequest,
  nonce,
  otherAlgorithms,
} from "./actors.ts";
import { type Attack, exchanged, headerOf, pairs, setHeader, swap, type Wire } from "./attack.ts";

const identifiers: readonly string[] = ['"@status"', '"content-type"', '"content-digest"', '"signature";req'];
const parameters: readonly string[] = [
  `created=${createdS}`,
  `expires=${expiresS}`,
  `keyid="${betaKeyId}"`,
  'tag="posthorn-answer-1"',
];
const fields = ["content-type", "content-digest", "signature-input", "signature"];

/** Beta's answer to the good request, as alpha accepts it. */
export async function goodAnswer(status = 200): Promise<Wire> {
  const requestSignature = headerOf(await goodRequest(), "signature");
  const signed = await signAnswer(
    { status, contentType: "application/json", contentDigest: digest, requestSignature },
    beta,
    { createdS, expiresS },
  );
  return answerWire(status, requestSignature, signed["signature-input"], signed.signature);
}

function answerWire(status: number, requestSignature: string, input: string, signature: string): Wire {
  return {
    derived: new Map([
      ['"@status"', String(status)],
      ['"signature";req', requestSignature],
    ]),
    headers: new Map([
      ["content-type", ["application/json"]],
      ["content-digest", [digest]],
      ["signature-input", [input]],
      ["signature", [signature]],
    ]),
  };
}

interface Forgery {
  identifiers?: readonly string[];
  parameters?: readonly string[];
  sign?(base: Uint8Array): Promise<Uint8Array> | Uint8Array;
}

/** Signs what its own Signature-Input describes, with beta's key unless told otherwise. */
async function forge(forgery: Forgery): Promise<Wire> {
  const requestSignature = headerOf(await goodRequest(), "signature");
  const list = forgery.identifiers ?? identifiers;
  const input = `(${list.join(" ")})${(forgery.parameters ?? parameters).map((one) => `;${one}`).join("")}`;
  const plain = answerWire(200, requestSignature, "", "");
  const findValue = (identifier: string) =>
    plain.derived.get(identifier) ?? plain.headers.get(identifier.replace(/^"|".*$/g, ""))?.join() ?? "18";
  const base = signatureBase(
    list.map((identifier) => [identifier, findValue(identifier)] satisfies Component),
    input,
  );
  const sign = forgery.sign ?? ((bytes: Uint8Array) => signBytes(beta.signingKey, bytes));
  return answerWire(200, requestSignature, `posthorn=${input}`, `posthorn=:${toBase64(await sign(base))}:`);
}

function forged(name: string, forgery: Forgery, reason: SignatureRefusal = "malformedInput"): Attack {
  return { name, reason, wire: () => forge(forgery) };
}

function changed(name: string, reason: SignatureRefusal, change: (wire: Wire) => unknown): Attack {
  return {
    name,
    reason,
    async wire() {
      const wire = await goodAnswer();
      change(wire);
      return wire;
    },
  };
}

function later(arrivesAfterS: number, reason: SignatureRefusal): Attack {
  return {
    name: `an answer ${arrivesAfterS} s after it was signed`,
    reason,
    arrivesAfterS,
    wire: goodAnswer,
  };
}

const withOne = (name: string, value: string) =>
  parameters.map((one) => (one.startsWith(`${name}=`) ? `${name}=${value}` : one));

export const answerAttacks: readonly Attack[] = [
  fields.map((name) => changed(`${name} stripped`, "missingField", (wire) => wire.headers.delete(name))),
  fields.map((name) =>
    changed(`${name} on two lines`, "doubledField", (wire) =>
      setHeader(wire, name, headerOf(wire, name), headerOf(wire, name)),
    ),
  ),
  [201, 202, 404, 403, 409, 422, 500].map((status) =>
    changed(`the status changed to ${status}`, "mismatch", (wire) =>
      wire.derived.set('"@status"', String(status)),
    ),
  ),
  [
    changed("a status that is none", "mismatch", (wire) => wire.derived.set('"@status"', "200.5")),
    changed("the digest of another body", "mismatch", (wire) =>
      setHeader(wire, "content-digest", contentDigest(new Uint8Array(32))),
    ),
    changed("another content type", "mismatch", (wire) => setHeader(wire, "content-type", "text/html")),
    changed("the answer to another request", "mismatch", (wire) =>
      wire.derived.set('"signature";req', `posthorn=:${"A".repeat(86)}==:`),
    ),
    changed("the answer to a request that was not signed", "malformedField", (wire) =>
      wire.derived.set('"signature";req', ""),
    ),
    changed("the request's signature with a line break behind it", "malformedField", (wire) =>
      wire.derived.set('"signature";req', 'posthorn=:AA==:\n"content-type": x'),
    ),
  ],
  [
    {
      name: "the request's own signature fields sent back",
      reason: "malformedInput",
      async wire() {
        const [request, answer] = [await goodRequest(), await goodAnswer()];
        setHeader(answer, "signature", headerOf(request, "signature"));
        return setHeader(answer, "signature-input", headerOf(request, "signature-input"));
      },
    } satisfies Attack,
    {
      name: "the request's signature under an answer's Signature-Input",
      reason: "mismatch",
      async wire() {
        return setHeader(await goodAnswer(), "signature", headerOf(await goodRequest(), "signature"));
      },
    } satisfies Attack,
  ],
  identifiers.map((removed) =>
    forged(`signed without ${removed}`, { identifiers: identifiers.filter((one) => one !== removed) }),
  ),
  identifiers.map((doubled) =>
    forged(`signed with ${doubled} twice`, { identifiers: [...identifiers, doubled] }),
  ),
  pairs(identifiers.length).map(([first, second]) =>
    forged(`signed with ${identifiers[first]} and ${identifiers[second]} exchanged`, {
      identifiers: exchanged(identifiers, first, second),
    }),
  ),
  [
    '"signature"',
    '"signature";req;key="posthorn"',
    '"signature";key="posthorn";req',
    '"signature";req;sf',
  ].map((one) =>
    forged(`signed with ${one} for the request's signature`, {
      identifiers: identifiers.map((identifier) => (identifier === '"signature";req' ? one : identifier)),
    }),
  ),
  ['"@method";req', '"@authority";req', '"content-digest";req', '"date"', '"retry-after"'].map((one) =>
    forged(`signed with ${one} as well`, { identifiers: [...identifiers, one] }),
  ),
  parameters.map((removed) =>
    forged(`signed without ${removed}`, { parameters: parameters.filter((one) => one !== removed) }),
  ),
  parameters.map((doubled) =>
    forged(`signed with ${doubled} twice`, { parameters: [...parameters, doubled] }),
  ),
  pairs(parameters.length).map(([first, second]) =>
    forged(`signed with ${parameters[first]} and ${parameters[second]} exchanged`, {
      parameters: exchanged(parameters, first, second),
    }),
  ),
  [`nonce="${nonce}"`, 'alg="ed25519"', 'alg="hmac-sha256"', "x"].map((one) =>
    forged(`signed with ${one} as well`, { parameters: [...parameters, one] }),
  ),
  [
    forged("signed with a request's tag", { parameters: withOne("tag", '"posthorn-1"') }),
    forged("signed with a later version's tag", { parameters: withOne("tag", '"posthorn-answer-2"') }),
    forged("signed for too long", { parameters: withOne("expires", String(createdS + 301)) }, "badLifetime"),
    forged("signed to expire before it was made", { parameters: withOne("expires", "1") }, "badLifetime"),
    forged("signed by evil in beta's name", { sign: (base) => signBytes(evilKey, base) }, "mismatch"),
    forged(
      "signed by beta in evil's name",
      { parameters: withOne("keyid", '"evil.example/2026-11"') },
      "mismatch",
    ),
    forged("signed by a key nobody has", { parameters: withOne("keyid", '"beta.example/x"') }, "unknownKey"),
    later(301, "expired"),
    later(-61, "notYetValid"),
  ],
  otherAlgorithms.map(({ name, sign, bytes }) =>
    forged(`signed by ${name}`, { sign }, bytes === 64 ? "mismatch" : "malformedSignature"),
  ),
  ["sig1=", "posthorn =", "Posthorn=", "posthorn= "].map((start) =>
    changed(`Signature-Input that begins ${JSON.stringify(start)}`, "malformedInput", (wire) =>
      setHeader(wire, "signature-input", swap(headerOf(wire, "signature-input"), "posthorn=", start)),
    ),
  ),
  ["sig1=", "posthorn =", "Posthorn=", "posthorn= "].map((start) =>
    changed(`Signature that begins ${JSON.stringify(start)}`, "malformedSignature", (wire) =>
      setHeader(wire, "signature", swap(headerOf(wire, "signature"), "posthorn=", start)),
    ),
  ),
].flat();
