import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toBase64 } from "./base64.ts";
import { generateSigningKey, importVerifyKey, signBytes, verifyBytes } from "./ed25519.ts";
import { type KeyStatement, signKeyStatement, verifyKeyStatement } from "./key-statement.ts";
import { encodeStatement } from "./statement.ts";

const root = await generateSigningKey(new Uint8Array(32).fill(4));
const rootKey = await importVerifyKey(root.publicKey);

const statement: KeyStatement = {
  host: "example.com",
  id: "2026-11",
  algorithm: "ed25519",
  publicKey: "A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg",
  validFrom: "2026-11-01T00:00:00Z",
  validUntil: "2027-11-01T00:00:00Z",
};

describe("a root key's word for an online key", () => {
  test("holds for the statement it was given for", async () => {
    const signature = await signKeyStatement(root, statement);
    expect(await verifyKeyStatement(rootKey, statement, signature)).toBe(true);
  });

  test("is always of these very bytes, so that another implementation can check itself", async () => {
    expect(toBase64(await signKeyStatement(root, statement))).toBe(
      "0loBTT/Y9RkUimVDwpksAB8ZPA4xS9nMDpkddc/GDthUwCAPGsRgDUnOBmEbCr6aOGSe/7pSNA/AqXjGLr9UBA==",
    );
  });

  test.each([
    ["another host (A1)", { host: "evil.example" }],
    ["a host in capitals", { host: "Example.com" }],
    ["another id", { id: "2026-12" }],
    ["another algorithm", { algorithm: "ed448" }],
    ["another key", { publicKey: "B6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg" }],
    ["an earlier beginning", { validFrom: "2025-11-01T00:00:00Z" }],
    ["a later end", { validUntil: "2037-11-01T00:00:00Z" }],
    ["letters moved from the host to the id", { host: "example.co", id: "m2026-11" }],
    ["fields exchanged", { validFrom: statement.validUntil, validUntil: statement.validFrom }],
    ["half of a surrogate pair", { id: "\ud800" }],
  ])("does not hold for %s", async (_, change) => {
    const signature = await signKeyStatement(root, statement);
    expect(await verifyKeyStatement(rootKey, { ...statement, ...change }, signature)).toBe(false);
  });

  test("is not given by another key, nor for half of a surrogate pair", async () => {
    const other = await generateSigningKey(new Uint8Array(32).fill(5));
    expect(await verifyKeyStatement(rootKey, statement, await signKeyStatement(other, statement))).toBe(
      false,
    );
    await expect(signKeyStatement(root, { ...statement, id: "\udc00" })).rejects.toThrow("surrogate");
  });

  test("cannot be had from a signature made for another purpose (A5, CVE-2026-24471)", async () => {
    const { host, id, algorithm, publicKey, validFrom, validUntil } = statement;
    const texts = [host, id, algorithm, publicKey, validFrom, validUntil];
    const receipt = encodeStatement("posthorn-receipt", texts) ?? new Uint8Array();
    const signature = await signBytes(root, receipt);
    expect(await verifyBytes(rootKey, receipt, signature)).toBe(true);
    expect(await verifyKeyStatement(rootKey, statement, signature)).toBe(false);
  });
});

describe("the bytes of a statement", () => {
  test("no two statements have the same", () => {
    const texts = fc.array(
      fc.string({ unit: fc.constantFrom("a", "b", "\0", "\u0001", "é"), maxLength: 3 }),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(texts, texts, (one, other) => {
        const same = Buffer.from(encodeStatement("d", one) ?? []).equals(
          encodeStatement("d", other) ?? new Uint8Array(),
        );
        expect(same).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
      { numRuns: 2_000 },
    );
  });

  test("none begins like the base of a request's signature", () => {
    expect(encodeStatement('"@method": POST', [])?.[0]).toBe(0);
  });
});
