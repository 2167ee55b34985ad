/**
 * A good signature in the wrong place, at the wrong time, or by the wrong key (threats A1, A3, A12, A13;
 * CVE-2024-23832, RFC 9421 §7.2.4, §7.3.5, §7.3.6).
 */

import { signAnswer } from "../answer-signature.ts";
import { toBase64 } from "../base64.ts";
import { signBytes } from "../ed25519.ts";
import { signKeyStatement } from "../key-statement.ts";
import type { SignatureRefusal } from "../signature-refusal.ts";
import {
  alphaKey,
  alphaKeyId,
  createdS,
  digest,
  evilKey,
  expiresS,
  type Forgery,
  forgeRequest,
  goodRequest,
  otherAlgorithms,
  requestParameters,
} from "./actors.ts";
import { type Attack, headerOf, setHeader, swap } from "./attack.ts";

function elsewhere(component: string, value: string, reason: SignatureRefusal = "mismatch"): Attack {
  return {
    name: `a request sent to ${component} ${JSON.stringify(value)}`,
    reason,
    async wire() {
      const wire = await goodRequest();
      wire.derived.set(`"${component}"`, value);
      return wire;
    },
  };
}

function parameter(name: string, value: string, reason: SignatureRefusal): Attack {
  return {
    name: `${name} changed on the wire to ${value}`,
    reason,
    async wire() {
      const wire = await goodRequest();
      const input = headerOf(wire, "signature-input");
      const changed = input.replace(new RegExp(`;${name}=[^;]*`), () => `;${name}=${value}`);
      return setHeader(wire, "signature-input", swap(input, input, changed));
    },
  };
}

function later(arrivesAfterS: number, reason: SignatureRefusal): Attack {
  return {
    name: `a request ${arrivesAfterS} s after it was signed`,
    reason,
    arrivesAfterS,
    wire: goodRequest,
  };
}

function forged(name: string, forgery: Forgery, reason: SignatureRefusal): Attack {
  return { name, reason, wire: () => forgeRequest(forgery) };
}

const asKey = (keyId: string) =>
  requestParameters.map((one) => (one.startsWith("keyid=") ? `keyid="${keyId}"` : one));
const signAsEvil = (base: Uint8Array) => signBytes(evilKey, base);

export const replayAttacks: readonly Attack[] = [
  ["GET", "PUT", "DELETE", "post", "POST ", ""].map((method) =>
    elsewhere("@method", method, method === "" || method.endsWith(" ") ? "malformedField" : "mismatch"),
  ),
  [
    "beta.example",
    "mail.gamma.example",
    "MAIL.beta.example",
    "mail.beta.example:8443",
    "mail.beta.example.",
  ].map((authority) => elsewhere("@authority", authority)),
  [
    "/email/send",
    "/email/receive/",
    "//email/receive",
    "/email/../email/receive",
    "/email/%72eceive",
    "/",
  ].map((path) => elsewhere("@path", path)),
  ["?a=1", "??", "?#", "?%00"].map((query) => elsewhere("@query", query)),
  [
    elsewhere("@query", "", "malformedField"),
    elsewhere("@path", '/email/receive\n"@query": ?', "malformedField"),
    elsewhere("@authority", "mail.beta.example\r\n", "malformedField"),
  ],
  ["gamma.example", "mail.beta.example", "eta.example", "beta.example.gamma.example"].map(
    (host): Attack => ({
      name: `a request replayed to the host ${host}`,
      reason: "otherDestination",
      async wire() {
        return setHeader(await goodRequest(), "posthorn-destination", host);
      },
    }),
  ),
  [
    parameter("created", String(createdS - 1), "mismatch"),
    parameter("created", String(createdS + 1), "mismatch"),
    parameter("expires", String(expiresS + 1), "mismatch"),
    parameter("expires", String(createdS + 301), "badLifetime"),
    parameter("nonce", '"BBECAwQFBgcICQoLDA0ODw"', "mismatch"),
    parameter("nonce", '"aaecawqfbgcicqoldA0odw"', "mismatch"),
    parameter("keyid", '"evil.example/2026-11"', "mismatch"),
    parameter("keyid", '"alpha.example/2026-12"', "unknownKey"),
    parameter("keyid", '"alpha.example/2026-1"', "unknownKey"),
    parameter("keyid", '"gamma.example/2026-11"', "unknownKey"),
    parameter("tag", '"posthorn-answer-1"', "malformedInput"),
    later(301, "expired"),
    later(3_600, "expired"),
    later(31_536_000, "expired"),
    later(-61, "notYetValid"),
    later(-3_600, "notYetValid"),
  ],
  [
    forged("evil's key under alpha's name (CVE-2024-23832)", { sign: signAsEvil }, "mismatch"),
    forged("alpha's key under evil's name", { parameters: asKey("evil.example/2026-11") }, "mismatch"),
    forged(
      "a key id evil made up for alpha",
      { parameters: asKey("alpha.example/evil"), sign: signAsEvil },
      "unknownKey",
    ),
    forged(
      "a key id that names Object's own members",
      { parameters: asKey("alpha.example/__proto__") },
      "unknownKey",
    ),
    forged("a host below alpha's", { parameters: asKey("x.alpha.example/2026-11") }, "unknownKey"),
    forged("alpha with a port", { parameters: asKey("alpha.example:8443/2026-11") }, "unknownKey"),
  ],
  otherAlgorithms.map(({ name, sign, bytes }) =>
    forged(`signed by ${name}`, { sign }, bytes === 64 ? "mismatch" : "malformedSignature"),
  ),
  [
    {
      name: "alpha's signature of an answer with the same content",
      reason: "malformedInput",
      async wire() {
        const wire = await goodRequest();
        const answer = await signAnswer(
          {
            status: 200,
            contentType: "application/json",
            contentDigest: digest,
            requestSignature: headerOf(wire, "signature"),
          },
          { keyId: alphaKeyId, signingKey: alphaKey },
          { createdS, expiresS },
        );
        setHeader(wire, "signature", answer.signature);
        return setHeader(wire, "signature-input", answer["signature-input"]);
      },
    } satisfies Attack,
    forged(
      "a statement about keys that alpha signed (CVE-2026-24471)",
      {
        sign: (base) => {
          const text = new TextDecoder().decode(base);
          const none = { id: "", algorithm: "", publicKey: "", validFrom: "", validUntil: "" };
          return signKeyStatement(alphaKey, { host: text, ...none });
        },
      },
      "mismatch",
    ),
    forged(
      "a signature over the base and a line break",
      { sign: (base) => signBytes(alphaKey, Uint8Array.of(...base, 10)) },
      "mismatch",
    ),
    forged(
      "a signature over the base's own signature",
      {
        sign: async (base) =>
          signBytes(alphaKey, new TextEncoder().encode(toBase64(await signBytes(alphaKey, base)))),
      },
      "mismatch",
    ),
  ],
].flat();
