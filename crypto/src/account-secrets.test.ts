import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { deriveSecret, identityOf, kek, type SecretLabel } from "./account-secrets.ts";
import { toBase64Url } from "./base64.ts";
import { type SecretVectors, secretCases } from "./vector-cases/account-secrets.ts";

const vectors: SecretVectors = JSON.parse(
  readFileSync(new URL("../../vectors/account-secrets.json", import.meta.url), "utf8"),
);
const rootSecret = new Uint8Array(32).fill(9);

describe("vectors/account-secrets.json", () => {
  test.each(secretCases(vectors))("$name", async ({ find, expected }) => {
    expect(await find()).toEqual(expected);
  });
});

describe("the secrets of an account", () => {
  test("are all different, for every purpose and root secret", async () => {
    const labels: SecretLabel[] = ["identity", "vault", "settings", "search", "local", "wrap"];
    const roots = [rootSecret, rootSecret.with(0, 8), rootSecret.with(31, 8)];
    const secrets = await Promise.all(
      roots.flatMap((root) => labels.map(async (label) => toBase64Url(await deriveSecret(root, label)))),
    );
    expect(new Set([...secrets, ...roots.map(toBase64Url)]).size).toBe(
      labels.length * roots.length + roots.length,
    );
  });

  test.each([0, 16, 31, 33, 64])("do not come from a root secret of %i bytes", async (length) => {
    await expect(deriveSecret(new Uint8Array(length), "vault")).rejects.toThrow("32 bytes");
    await expect(identityOf(new Uint8Array(length))).rejects.toThrow("32 bytes");
  });

  test.each([0, 32, 63, 65])("are not wrapped by an export key of %i bytes", async (length) => {
    await expect(kek(new Uint8Array(length), "alice@alpha.example")).rejects.toThrow("64 bytes");
  });

  test("are not wrapped for an address that is not in its one spelling", async () => {
    await expect(kek(new Uint8Array(64), "Alice@alpha.example")).rejects.toThrow("lower case");
  });
});
