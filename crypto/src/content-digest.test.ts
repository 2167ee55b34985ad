import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { contentDigest, findSha256 } from "./content-digest.ts";

describe("Content-Digest", () => {
  test("RFC 9530 appendix D: the RFC's own example", () => {
    const body = '{"hello": "world"}\n';
    const sha256 = createHash("sha256").update(body).digest();
    expect(contentDigest(sha256)).toBe("sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:");
    expect(findSha256("sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:")).toEqual(
      Uint8Array.from(sha256),
    );
  });

  test("is made of 32 bytes only", () => {
    expect(() => contentDigest(new Uint8Array(31))).toThrow("32 bytes");
    expect(() => contentDigest(new Uint8Array(64))).toThrow("32 bytes");
  });
});
