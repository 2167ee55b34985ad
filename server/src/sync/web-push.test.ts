import { createPublicKey, verify } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { trialDevice } from "./trial-push.ts";
import { arePushKeys, encryptPush, vapidAuthorization, vapidKeyOf } from "./web-push.ts";

const from = (text: string) => Buffer.from(text, "base64url");

/** RFC 8291 §5 and Appendix A. */
const example = {
  message: "When I grow up, I want to be a watermelon",
  ownPrivate: "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw",
  devicePublic: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
  auth: "BTBZMqHH6r4Tts7J_aSIgg",
  salt: "DGv6ra1nlYgDCS1FRnbzlw",
  body: "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
};
const keys = { p256dh: from(example.devicePublic), auth: from(example.auth) };

describe("a push message", () => {
  it("is encrypted as in the example of RFC 8291 §5", () => {
    const chance = [from(example.ownPrivate), from(example.salt)];
    const random = { bytes: () => chance.shift() ?? Buffer.alloc(0) };
    const body = encryptPush(Buffer.from(example.message), keys, random);
    expect(Buffer.from(body).toString("base64url")).toBe(example.body);
  });

  it("is read by the device, whatever it says", () => {
    const device = trialDevice();
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", maxLength: 300 }),
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.uint8Array({ minLength: 16, maxLength: 16 }),
        (message, scalar, salt) => {
          // All zeros are no private key, and chance has no other to give.
          fc.pre(scalar.some((byte) => byte !== 0) && scalar.some((byte) => byte !== 255));
          const random = { bytes: (length: number) => (length === 32 ? scalar : salt) };
          expect(device.read(encryptPush(Buffer.from(message), device.keys, random))).toBe(message);
        },
      ),
    );
  });

  it("takes other chance when what it got is no private key", () => {
    const chance = [Buffer.alloc(32), Buffer.alloc(32, 255), from(example.ownPrivate), from(example.salt)];
    const random = { bytes: () => chance.shift() ?? Buffer.alloc(0) };
    const body = encryptPush(Buffer.from(example.message), keys, random);
    expect(Buffer.from(body).toString("base64url")).toBe(example.body);
  });

  it("is not made longer than one record", () => {
    const random = { bytes: (length: number) => Buffer.alloc(length, 7) };
    expect(() => encryptPush(Buffer.alloc(4_080), keys, random)).toThrow("too long");
    expect(encryptPush(Buffer.alloc(4_079), keys, random)).toHaveLength(86 + 4_096);
  });
});

describe("a device's keys", () => {
  it.each([
    ["those of the example", keys, true],
    [
      "a point that is not on the curve",
      { ...keys, p256dh: Buffer.from([4, ...Buffer.alloc(64, 1)]) },
      false,
    ],
    ["a compressed point", { ...keys, p256dh: Buffer.from([2, ...keys.p256dh.subarray(1, 33)]) }, false],
    ["the point at infinity", { ...keys, p256dh: Buffer.from([0]) }, false],
    ["a secret that is too short", { ...keys, auth: keys.auth.subarray(1) }, false],
    ["nothing", { p256dh: new Uint8Array(), auth: new Uint8Array() }, false],
  ])("are told from what is none: %s", (_, given, expected) => {
    expect(arePushKeys(given)).toBe(expected);
  });
});

describe("what says whose messages they are", () => {
  const claims = {
    origin: "https://push.example.net",
    expiresAtS: 1_453_523_768,
    subject: "mailto:push@example.com",
  };
  /** RFC 8292 §2.4. */
  const signed =
    "eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAiOjE0NTM1MjM3NjgsInN1YiI6Im1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0";
  const signature = "i3CYb7t4xfxCDquptFOepC9GAu_HLGkMlMuCGSK2rpiUfnK9ojFwDXb1JrErtmysazNjjvW2L9OkSSHzvoD1oA";
  const publicKey = "BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs";

  function isSigned(text: string, by: string, key: string): boolean {
    const point = from(key);
    const part = (start: number) => point.subarray(start, start + 32).toString("base64url");
    const jwk = { kty: "EC", crv: "P-256", x: part(1), y: part(33) };
    const known = createPublicKey({ key: jwk, format: "jwk" });
    return verify("sha256", Buffer.from(text), { key: known, dsaEncoding: "ieee-p1363" }, from(by));
  }

  it("is what the example of RFC 8292 §2.4 says, but for the key, and signed as that is", () => {
    const key = vapidKeyOf(Buffer.alloc(32, 5));
    const field = vapidAuthorization(key, claims);
    const [, own = "", by = "", shown = ""] = /^vapid t=(.*)\.([^.]*), k=(.*)$/.exec(field) ?? [];
    expect(own).toBe(signed);
    expect(shown).toBe(key.applicationServerKey);
    expect(isSigned(own, by, shown)).toBe(true);
    expect(isSigned(signed, signature, publicKey)).toBe(true);
  });

  it("follows from its seed alone, also where the seed is no private key", () => {
    expect(vapidKeyOf(Buffer.alloc(32, 5)).applicationServerKey).toBe(
      vapidKeyOf(Buffer.alloc(32, 5)).applicationServerKey,
    );
    for (const seed of [Buffer.alloc(32), Buffer.alloc(32, 255)]) {
      expect(from(vapidKeyOf(seed).applicationServerKey)).toHaveLength(65);
    }
  });
});
