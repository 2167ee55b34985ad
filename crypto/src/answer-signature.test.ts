import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { signAnswer, verifyAnswer } from "./answer-signature.ts";
import {
  beta,
  betaKeyId,
  components,
  createdS,
  digest,
  expiresS,
  findKey,
  goodRequest,
} from "./attacks/actors.ts";
import { answerAttacks, goodAnswer } from "./attacks/answers.ts";
import { headerOf, type Wire } from "./attacks/attack.ts";
import { importVerifyKey } from "./ed25519.ts";
import { verifyMessageSignature } from "./message-signature.ts";

function arrive(wire: Wire, arrivesAfterS = 1) {
  return verifyAnswer(
    {
      status: Number(wire.derived.get('"@status"')),
      headers: wire.headers,
      requestSignature: wire.derived.get('"signature";req') ?? "",
    },
    { nowS: createdS + arrivesAfterS, findKey },
  );
}

describe("A3, A13, RFC 9421 §7.3.7: an answer that is not the peer's own to this request", () => {
  test.each(answerAttacks.map((attack) => [attack.name, attack] as const))(
    "%s is refused",
    async (_, attack) => {
      const result = await arrive(await attack.wire(), attack.arrivesAfterS);
      expect(result).toMatchObject({ ok: false, reason: attack.reason });
    },
  );
});

describe("an answer in the one form", () => {
  test.each([200, 403, 404, 409, 507])("is accepted with the status %i", async (status) => {
    expect(await arrive(await goodAnswer(status))).toEqual({
      ok: true,
      keyId: betaKeyId,
      contentDigest: new Uint8Array(32).fill(9),
    });
  });

  test("is written letter for letter as the document says", async () => {
    expect(headerOf(await goodAnswer(), "signature-input")).toBe(
      'posthorn=("@status" "content-type" "content-digest" "signature";req);created=1800000000;expires=1800000240' +
        ';keyid="beta.example/2026-10";tag="posthorn-answer-1"',
    );
  });

  test("is a signature of RFC 9421 to a general reader as well, `;req` included", async () => {
    const [request, answer] = [await goodRequest(), await goodAnswer()];
    const { method, authority, path, query } = components;
    const message = {
      kind: "answer",
      status: 200,
      headers: answer.headers,
      request: { kind: "request", scheme: "https", method, authority, path, query, headers: request.headers },
    } as const;
    const key = await importVerifyKey(beta.signingKey.publicKey);
    expect(await verifyMessageSignature(message, "posthorn", key)).toBe(true);
    expect(await verifyMessageSignature({ ...message, status: 201 }, "posthorn", key)).toBe(false);
  });

  test("to one request fits no other request", async () => {
    const signatures = fc.uint8Array({ minLength: 64, maxLength: 64 });
    await fc.assert(
      fc.asyncProperty(signatures, signatures, async (one, other) => {
        const field = (bytes: Uint8Array) => `posthorn=:${Buffer.from(bytes).toString("base64")}:`;
        const signed = await signAnswer(
          {
            status: 200,
            contentType: "application/json",
            contentDigest: digest,
            requestSignature: field(one),
          },
          beta,
          { createdS, expiresS },
        );
        const headers = new Map([
          ["content-type", ["application/json"]],
          ["content-digest", [digest]],
          ["signature-input", [signed["signature-input"]]],
          ["signature", [signed.signature]],
        ]);
        const received = { status: 200, headers, requestSignature: field(other) };
        const result = await verifyAnswer(received, { nowS: createdS, findKey });
        expect(result.ok).toBe(field(one) === field(other));
      }),
      { numRuns: 50 },
    );
  });

  test("is not signed without a request to bind it to", async () => {
    const components = {
      status: 200,
      contentType: "application/json",
      contentDigest: digest,
      requestSignature: "",
    };
    await expect(signAnswer(components, beta, { createdS, expiresS })).rejects.toThrow("value to be signed");
  });
});
