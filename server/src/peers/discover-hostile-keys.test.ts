import { generateSigningKey, type KeyStatement, signKeyStatement, toBase64Url } from "@posthorn/crypto";
import { expect, test } from "vitest";
import type { Egress } from "../env/env.ts";
import { HandClock } from "../env/hand-clock.ts";
import { discover } from "./discover.ts";

const host = "evil.example";
const root = await generateSigningKey(new Uint8Array(32).fill(1));
const online = await generateSigningKey(new Uint8Array(32).fill(2));
/** The neutral point: every signature of zeros holds for it. */
const weak = toBase64Url(Uint8Array.of(1, ...new Uint8Array(31)));
const times = { validFrom: "2026-11-01T00:00:00Z", validUntil: "2027-11-01T00:00:00Z" };

interface Keys {
  rootKey: string;
  publicKey: string;
  rootSignature: string;
}

/** A discovery document whose keys are as evil says, else in perfect order. */
async function fetchDocument(keys: Partial<Keys>) {
  const publicKey = keys.publicKey ?? toBase64Url(online.publicKey);
  const statement: KeyStatement = { host, id: "2026-11", algorithm: "ed25519", publicKey, ...times };
  const rootSignature = keys.rootSignature ?? toBase64Url(await signKeyStatement(root, statement));
  const { host: _, ...key } = statement;
  const document = {
    version: 1,
    host,
    endpoint: `https://${host}`,
    rootKey: keys.rootKey ?? toBase64Url(root.publicKey),
    keys: [{ ...key, rootSignature }],
    oldKeys: [],
    limits: {},
    types: ["email"],
  };
  const body = new TextEncoder().encode(JSON.stringify(document));
  const egress: Egress = {
    request: () =>
      Promise.resolve({
        ok: true,
        answer: { status: 200, headers: new Map([["content-type", ["application/json"]]]), body },
      }),
    close: () => Promise.resolve(),
  };
  return discover({ egress, clock: new HandClock() }, host);
}

test("a document whose keys are in order is taken", async () => {
  expect(await fetchDocument({})).toMatchObject({ ok: true });
});

test.each<[string, Partial<Keys>, string]>([
  ["a root key of small order (RFC 8032 §8.9)", { rootKey: weak }, "root key is none"],
  ["a root key in a second spelling", { rootKey: `${weak.slice(0, -1)}B` }, "root key is none"],
  ["a signing key of small order (RFC 8032 §8.9)", { publicKey: weak }, "2026-11 is none"],
  ["a signing key in a second spelling", { publicKey: `${weak.slice(0, -1)}B` }, "2026-11 is none"],
  ["a signature of zeros", { rootSignature: "A".repeat(86) }, "not vouched for"],
  ["a signature in a second spelling", { rootSignature: `${"A".repeat(85)}B` }, "not vouched for"],
])("A1: a host with %s is told of in words, and nothing throws", async (_, keys, detail) => {
  const result = await fetchDocument(keys);
  expect(result).toMatchObject({ ok: false, detail: expect.stringContaining(detail) });
});
