import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  alphaKey,
  alphaKeyId,
  components,
  createdS,
  digest,
  evilKey,
  expiresS,
  findKey,
  goodRequest,
  nonce,
  requestWire,
} from "./attacks/actors.ts";
import { type Attack, headerOf, setHeader, type Wire } from "./attacks/attack.ts";
import { coveredAttacks } from "./attacks/covered.ts";
import { fieldAttacks } from "./attacks/fields.ts";
import { parameterAttacks } from "./attacks/parameters.ts";
import { replayAttacks } from "./attacks/replays.ts";
import { importVerifyKey, type VerifyKey } from "./ed25519.ts";
import { verifyMessageSignature } from "./message-signature.ts";
import { signRequest, verifyRequest } from "./request-signature.ts";

function arrive(wire: Wire, arrivesAfterS = 1) {
  const derived = (name: string) => wire.derived.get(`"${name}"`) ?? "";
  return verifyRequest(
    {
      method: derived("@method"),
      authority: derived("@authority"),
      path: derived("@path"),
      query: derived("@query"),
      headers: wire.headers,
    },
    { nowS: createdS + arrivesAfterS, destination: components.destination, findKey },
  );
}

const tables: readonly [string, readonly Attack[]][] = [
  ["A3, CVE-2026-28432, RFC 9421 §7.2.1: what the signature covers", coveredAttacks],
  ["A3, RFC 9421 §7.3.6: the parameters of the signature", parameterAttacks],
  ["A3, A4, RFC 9421 §7.5: the fields and how they are written", fieldAttacks],
  ["A1, A5, A12, CVE-2024-23832: a good signature in the wrong place", replayAttacks],
];

describe.each(tables)("%s", (_, attacks) => {
  test.each(attacks.map((attack) => [attack.name, attack] as const))("%s is refused", async (_, attack) => {
    const result = await arrive(await attack.wire(), attack.arrivesAfterS);
    expect(result).toMatchObject({ ok: false, reason: attack.reason });
  });
});

test("the tables hold at least 200 attacks, each its own", () => {
  const names = tables.flatMap(([, attacks]) => attacks.map((attack) => attack.name));
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThanOrEqual(200);
});

describe("a request in the one form", () => {
  test("is accepted with its key, nonce, digest and whole Signature field", async () => {
    const wire = await goodRequest();
    expect(await arrive(wire)).toEqual({
      ok: true,
      keyId: alphaKeyId,
      nonce,
      signature: headerOf(wire, "signature"),
      contentDigest: new Uint8Array(32).fill(9),
    });
  });

  test("is written letter for letter as the document says", async () => {
    expect(headerOf(await goodRequest(), "signature-input")).toBe(
      'posthorn=("@method" "@authority" "@path" "@query" "content-type" "content-digest" "posthorn-destination")' +
        ";created=1800000000;expires=1800000240" +
        ';nonce="AAECAwQFBgcICQoLDA0ODw";keyid="alpha.example/2026-11";tag="posthorn-1"',
    );
  });

  test.each([-60, 0, 240, 300])(
    "is accepted %i s after it was signed, clocks a minute apart",
    async (afterS) => {
      expect(await arrive(await goodRequest(), afterS)).toMatchObject({ ok: true });
    },
  );

  test("asks for no key before everything else is in order (RFC 9421 §7.2.4: no work for strangers)", async () => {
    const asked: string[] = [];
    const ctx = {
      nowS: createdS + 3_600,
      destination: components.destination,
      findKey: (keyId: string) => {
        asked.push(keyId);
        return findKey(keyId);
      },
    };
    const { headers } = await goodRequest();
    expect(await verifyRequest({ ...components, headers }, ctx)).toEqual({ ok: false, reason: "expired" });
    expect(asked).toEqual([]);
    expect(await verifyRequest({ ...components, headers }, { ...ctx, nowS: createdS })).toMatchObject({
      ok: true,
    });
    expect(asked).toEqual([alphaKeyId]);
  });

  test("by another key than is known under that id is accepted when the host, asked again, shows that one", async () => {
    const { headers } = await goodRequest();
    const right = await importVerifyKey(alphaKey.publicKey);
    const wrong = await importVerifyKey(evilKey.publicKey);
    const verified = async (known: VerifyKey, shownNow: VerifyKey | undefined) => {
      const asked: (VerifyKey | undefined)[] = [];
      const result = await verifyRequest(
        { ...components, headers },
        {
          nowS: createdS,
          destination: components.destination,
          async findKey(_, unfit) {
            asked.push(unfit);
            return unfit === undefined ? known : shownNow;
          },
        },
      );
      return { result, asked };
    };
    expect(await verified(right, wrong)).toMatchObject({ result: { ok: true }, asked: [undefined] });
    expect(await verified(wrong, right)).toMatchObject({ result: { ok: true }, asked: [undefined, wrong] });
    for (const shown of [wrong, undefined]) {
      const { result, asked } = await verified(wrong, shown);
      expect(result).toEqual({ ok: false, reason: "mismatch" });
      expect(asked).toEqual([undefined, wrong]);
    }
  });

  test("lets what findKey throws pass, so that a blocked host is told so", async () => {
    const { headers } = await goodRequest();
    const ctx = {
      nowS: createdS,
      destination: components.destination,
      findKey: () => Promise.reject(new Error("blocked")),
    };
    await expect(verifyRequest({ ...components, headers }, ctx)).rejects.toThrow("blocked");
  });
});

describe("signing refuses what no peer would accept", () => {
  const who = { keyId: alphaKeyId, signingKey: alphaKey };
  const times = { createdS, expiresS, nonce };

  test.each([
    ["a path with a line break (RFC 9421 §7.5.5)", { path: "/a\n/b" }],
    ["an empty query", { query: "" }],
    ["an empty destination", { destination: "" }],
    ["a content type with a tab", { contentType: "text/plain;\tx" }],
    ["a method with a space", { method: "POST " }],
    ["an authority beyond ASCII", { authority: "bücher.example" }],
  ])("%s", async (_, change) => {
    await expect(signRequest({ ...components, ...change }, who, times)).rejects.toThrow("value to be signed");
  });

  test.each([
    ["a lifetime above 300 s", { expiresS: createdS + 301 }],
    ["an end before the beginning", { expiresS: createdS - 1 }],
    ["no lifetime", { expiresS: createdS }],
    ["half a second", { createdS: createdS + 0.5 }],
    ["no time at all", { createdS: Number.NaN }],
    ["a nonce of 15 bytes", { nonce: "AAAAAAAAAAAAAAAAAAAA" }],
    ["a nonce with a quote", { nonce: `${nonce}";x="` }],
  ])("%s", async (_, change) => {
    await expect(signRequest(components, who, { ...times, ...change })).rejects.toThrow("these parameters");
  });

  test("a key id that would end its own quotes", async () => {
    const evil = { ...who, keyId: 'alpha.example/1";tag="x' };
    await expect(signRequest(components, evil, times)).rejects.toThrow("these parameters");
  });
});

const visible = fc.string({
  unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
  minLength: 1,
});
const anyComponents = fc.record({
  method: fc.constantFrom("GET", "POST", "PUT", "DELETE", "HEAD"),
  authority: fc.domain(),
  path: visible.map((text) => `/${text}`),
  query: visible.map((text) => `?${text}`),
  contentType: visible,
  contentDigest: fc.constant(digest),
  destination: fc.domain(),
});

function headersOf(of: typeof components, signed: { "signature-input": string; signature: string }) {
  const wire = requestWire(signed["signature-input"], signed.signature);
  setHeader(wire, "content-type", of.contentType);
  return setHeader(wire, "posthorn-destination", of.destination).headers;
}

describe("properties", () => {
  const who = { keyId: alphaKeyId, signingKey: alphaKey };
  const times = { createdS, expiresS, nonce };

  test("whatever is signed is accepted, and is a signature of RFC 9421 to a general reader as well", async () => {
    const key = await importVerifyKey(alphaKey.publicKey);
    await fc.assert(
      fc.asyncProperty(anyComponents, async (of) => {
        const headers = headersOf(of, await signRequest(of, who, times));
        const { method, authority, path, query, destination } = of;
        const ctx = { nowS: createdS, destination, findKey };
        expect(await verifyRequest({ method, authority, path, query, headers }, ctx)).toMatchObject({
          ok: true,
        });
        const message = {
          kind: "request",
          scheme: "https",
          method,
          authority,
          path,
          query,
          headers,
        } as const;
        expect(await verifyMessageSignature(message, "posthorn", key)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  test("no letter of any field or component can be changed, added or removed", async () => {
    const wire = await goodRequest();
    const places = [...wire.headers.keys(), "method", "authority", "path", "query"];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...places),
        fc.nat({ max: 400 }),
        fc.constantFrom(0, 1),
        fc.string({ unit: "binary", maxLength: 1 }),
        async (place, at, removed, added) => {
          const change = (text: string) => {
            const start = at % (text.length + 1);
            return text.slice(0, start) + added + text.slice(start + removed);
          };
          const headers = new Map(wire.headers);
          const request = { ...components };
          let before = "";
          let after = "";
          if (place === "method" || place === "authority" || place === "path" || place === "query") {
            before = request[place];
            after = change(before);
            request[place] = after;
          } else {
            before = headerOf(wire, place);
            after = change(before);
            headers.set(place, [after]);
          }
          const { method, authority, path, query } = request;
          const ctx = { nowS: createdS, destination: components.destination, findKey };
          const result = await verifyRequest({ method, authority, path, query, headers }, ctx);
          expect(result.ok).toBe(before === after);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
