import { expect, test } from "vitest";
import { bindTexts } from "./bind-texts.ts";
import { deviceLinkKeys } from "./device-link.ts";
import { hkdfSha256 } from "./hkdf.ts";

const secret = new Uint8Array(32).map((_, index) => index);

test("token and key are what §90.13 says, another for each address, and neither is the other", async () => {
  const { token, key } = await deviceLinkKeys(secret, "alice@a.example");
  expect(token).toEqual(
    await hkdfSha256(secret, bindTexts("posthorn-device-link-token-v1", ["alice@a.example"]), 32),
  );
  expect(key).toEqual(
    await hkdfSha256(secret, bindTexts("posthorn-device-link-key-v1", ["alice@a.example"]), 32),
  );
  expect(token).not.toEqual(key);
  expect((await deviceLinkKeys(secret, "bob@a.example")).token).not.toEqual(token);
});

test("a secret of another length, and an address that is none, are refused", async () => {
  await expect(deviceLinkKeys(secret.slice(1), "alice@a.example")).rejects.toThrow("32 bytes");
  await expect(deviceLinkKeys(secret, "alice")).rejects.toThrow();
});
