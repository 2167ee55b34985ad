import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { signatureVectors } from "./attacks/signature-vectors.ts";
import { field, signatureCases } from "./vector-cases/signatures.ts";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const vectors = await signatureVectors();
const { keys, requests, answers, statements } = vectors;

test("vectors/signatures.json holds these vectors; `vitest run crypto/src/signature-vectors -u` writes it anew", async () => {
  const text = `${JSON.stringify(await signatureVectors(), null, 1)}\n`;
  await expect(text).toMatchFileSnapshot(path("../../vectors/signatures.json"));
});

describe("the vectors", () => {
  test.each(signatureCases(vectors))("$name", async ({ find, expected }) => {
    expect(await find()).toEqual(expected);
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
