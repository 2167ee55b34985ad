import { createHash, createHmac, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { describe, expect, test } from "vitest";
import { HandClock } from "../env/hand-clock.ts";
import { accessTokenLifeMs, mintAccessToken, verifyAccessToken } from "./access-token.ts";
import { tokenKeyOf } from "./keys.ts";

const clock = new HandClock();
const tokenKey = tokenKeyOf(Buffer.alloc(32, "our own key"));
const ctx = { clock, host: "alpha.example", tokenKey };
const grant = { accountId: 4711, sessionId: "session-one", scopes: ["read", "send"] as const };
const { token } = await mintAccessToken(ctx, grant);
const [header = "", payload = "", signature = ""] = token.split(".");

const stranger = generateKeyPairSync("ed25519");
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const publicPem = tokenKey.publicKey.export({ format: "pem", type: "spki" }).toString();
const publicDer = tokenKey.publicKey.export({ format: "der", type: "spki" });
const publicJwk = tokenKey.publicKey.export({ format: "jwk" });

const nowS = Math.floor(clock.now() / 1000);
const goodHeader = { alg: "EdDSA", typ: "at+jwt", kid: tokenKey.kid };
const goodClaims = {
  iss: "alpha.example",
  aud: "posthorn",
  sub: "4711",
  sid: "session-one",
  scope: "read send",
  iat: nowS,
  exp: nowS + accessTokenLifeMs / 1000,
};

function encode(value: unknown): string {
  const bytes = typeof value === "string" || value instanceof Uint8Array ? value : JSON.stringify(value);
  return Buffer.from(bytes).toString("base64url");
}

/** A token with this head and content, signed by us as if we had made it, or by `key`. */
function ours(head: unknown, content: unknown = goodClaims, key: KeyObject = tokenKey.privateKey): string {
  const input = `${encode(head)}.${encode(content)}`;
  return `${input}.${sign(null, Buffer.from(input), key).toString("base64url")}`;
}

function mac(hash: string, secret: string | Uint8Array, head: object = {}): string {
  const alg = `HS${hash.slice(3)}`;
  const input = `${encode({ ...goodHeader, alg, ...head })}.${encode(goodClaims)}`;
  return `${input}.${createHmac(hash, secret).update(input).digest("base64url")}`;
}

function signedAs(alg: string, key: KeyObject, hash: string | null, head: object = {}): string {
  const input = `${encode({ ...goodHeader, alg, ...head })}.${encode(goodClaims)}`;
  const options = alg.startsWith("ES") ? ({ key, dsaEncoding: "ieee-p1363" } as const) : key;
  return `${input}.${sign(hash, Buffer.from(input), options).toString("base64url")}`;
}

function without(name: keyof typeof goodClaims): object {
  return Object.fromEntries(Object.entries(goodClaims).filter(([key]) => key !== name));
}

function withS(change: (s: bigint) => bigint): string {
  const bytes = Buffer.from(signature, "base64url");
  const little = BigInt(`0x${Buffer.from(bytes.subarray(32)).reverse().toString("hex")}`);
  Buffer.from(change(little).toString(16).padStart(64, "0"), "hex").reverse().copy(bytes, 32);
  return `${header}.${payload}.${bytes.toString("base64url")}`;
}

const groupOrder = 2n ** 252n + 27742317777372353535851937790883648493n;
const jwkOf = (key: KeyObject) => key.export({ format: "jwk" });

const heads: [string, string][] = [
  ["no algorithm, no signature", `${encode({ ...goodHeader, alg: "none" })}.${payload}.`],
  ["no algorithm, our signature", `${encode({ ...goodHeader, alg: "none" })}.${payload}.${signature}`],
  ["None", `${encode({ ...goodHeader, alg: "None" })}.${payload}.`],
  ["nOnE", `${encode({ ...goodHeader, alg: "nOnE" })}.${payload}.`],
  ["an empty algorithm", ours({ ...goodHeader, alg: "" })],
  ["no alg at all", ours({ typ: "at+jwt", kid: tokenKey.kid })],
  ["HS256 keyed with our public key as PEM (CVE-2026-22817)", mac("sha256", publicPem)],
  ["HS256 keyed with our public key as PEM without its line end", mac("sha256", publicPem.trimEnd())],
  ["HS256 keyed with our public key as DER", mac("sha256", publicDer)],
  ["HS256 keyed with the 32 bytes of our public key", mac("sha256", publicDer.subarray(-32))],
  ["HS256 keyed with our public key as JWK", mac("sha256", JSON.stringify(publicJwk))],
  ["HS256 keyed with x of our public key", mac("sha256", publicJwk.x ?? "")],
  ["HS256 keyed with nothing", mac("sha256", "")],
  ["HS384 keyed with our public key", mac("sha384", publicPem)],
  ["HS512 keyed with our public key", mac("sha512", publicPem)],
  [
    "RS256 under our kid: the head names the algorithm (CVE-2026-22818)",
    signedAs("RS256", rsa.privateKey, "sha256"),
  ],
  [
    "RS256 with its key in the head",
    signedAs("RS256", rsa.privateKey, "sha256", { jwk: jwkOf(rsa.publicKey) }),
  ],
  ["ES256 under our kid", signedAs("ES256", ec.privateKey, "sha256")],
  [
    "ES256 with a signature of zeros (CVE-2022-21449)",
    `${encode({ ...goodHeader, alg: "ES256" })}.${payload}.${encode(new Uint8Array(64))}`,
  ],
  ["EdDSA by somebody else under our kid", ours(goodHeader, goodClaims, stranger.privateKey)],
  [
    "EdDSA by somebody else with their key in the head (CVE-2018-0114)",
    ours({ ...goodHeader, jwk: jwkOf(stranger.publicKey) }, goodClaims, stranger.privateKey),
  ],
  ["our key in the head", ours({ ...goodHeader, jwk: publicJwk })],
  ["the other name of EdDSA (RFC 9864)", ours({ ...goodHeader, alg: "Ed25519" })],
  ["eddsa in lower case", ours({ ...goodHeader, alg: "eddsa" })],
  ["jku", ours({ ...goodHeader, jku: "https://evil.example/keys" })],
  ["x5u", ours({ ...goodHeader, x5u: "https://evil.example/cert" })],
  ["x5c", ours({ ...goodHeader, x5c: ["MIIB"] })],
  ["crit with something we know", ours({ ...goodHeader, crit: ["exp"], exp: goodClaims.exp })],
  ["crit with something nobody knows", ours({ ...goodHeader, crit: ["x"], x: 1 })],
  ["an empty crit", ours({ ...goodHeader, crit: [] })],
  ["b64 false (RFC 7797)", ours({ ...goodHeader, b64: false, crit: ["b64"] })],
  ["cty", ours({ ...goodHeader, cty: "JWT" })],
  ["zip", ours({ ...goodHeader, zip: "DEF" })],
  ["no kid", ours({ alg: "EdDSA", typ: "at+jwt" })],
  ["an empty kid", ours({ ...goodHeader, kid: "" })],
  ["another kid", ours({ ...goodHeader, kid: tokenKeyOf(Buffer.alloc(32, 9)).kid })],
  ["a kid that is a path", ours({ ...goodHeader, kid: "../../../../dev/null" })],
  ["a kid that is SQL", ours({ ...goodHeader, kid: "x' UNION SELECT 'key" })],
  ["a kid that is a list", ours({ ...goodHeader, kid: [tokenKey.kid] })],
  ["typ JWT (RFC 8725 §3.11)", ours({ ...goodHeader, typ: "JWT" })],
  ["typ in upper case", ours({ ...goodHeader, typ: "AT+JWT" })],
  ["typ with application/", ours({ ...goodHeader, typ: "application/at+jwt" })],
  ["no typ", ours({ alg: "EdDSA", kid: tokenKey.kid })],
  ["the head in another order", ours({ typ: "at+jwt", alg: "EdDSA", kid: tokenKey.kid })],
  ["the head with spaces", ours(JSON.stringify(goodHeader, null, 1))],
  ["alg twice, ours last", ours(`{"alg":"none",${JSON.stringify(goodHeader).slice(1)}`)],
  ["alg twice, ours first", ours(`${JSON.stringify(goodHeader).slice(0, -1)},"alg":"none"}`)],
  ["alg written with an escape", ours(JSON.stringify(goodHeader).replace("alg", "\\u0061lg"))],
  ["a head that is a list", ours([goodHeader])],
  ["a head that is no JSON", ours("{")],
];

const contents: [string, unknown][] = [
  ["another issuer", { ...goodClaims, iss: "beta.example" }],
  ["our issuer in upper case", { ...goodClaims, iss: "ALPHA.example" }],
  ["a list of issuers", { ...goodClaims, iss: ["alpha.example"] }],
  ["an issuer that only begins like ours", { ...goodClaims, iss: "alpha.example.evil.example" }],
  ["no issuer", without("iss")],
  ["another audience", { ...goodClaims, aud: "other" }],
  ["a list of audiences", { ...goodClaims, aud: ["posthorn"] }],
  ["no audience", without("aud")],
  ["account 0, which is the operator's", { ...goodClaims, sub: "0" }],
  ["a negative account", { ...goodClaims, sub: "-1" }],
  ["an account in hexadecimal", { ...goodClaims, sub: "0x10" }],
  ["an account with an exponent", { ...goodClaims, sub: "1e3" }],
  ["an account with a space", { ...goodClaims, sub: " 4711" }],
  ["an account in other digits", { ...goodClaims, sub: "４７１１" }],
  ["an account beyond what a number holds", { ...goodClaims, sub: "9999999999999999" }],
  ["an account that is a number", { ...goodClaims, sub: 4711 }],
  ["no account", without("sub")],
  ["no session", without("sid")],
  ["an empty session", { ...goodClaims, sid: "" }],
  ["a session that is too long", { ...goodClaims, sid: "s".repeat(65) }],
  ["no scope", without("scope")],
  ["an empty scope", { ...goodClaims, scope: "" }],
  ["an unknown scope", { ...goodClaims, scope: "read root" }],
  ["scopes with two spaces between", { ...goodClaims, scope: "read  send" }],
  ["scopes in a list", { ...goodClaims, scope: ["read"] }],
  ["a scope of every object", { ...goodClaims, scope: "constructor" }],
  ["no expiry", without("exp")],
  ["an expiry that is text", { ...goodClaims, exp: String(goodClaims.exp) }],
  ["an expiry that never comes", { ...goodClaims, exp: 8_640_000_000_000 }],
  ["an expiry with a fraction", { ...goodClaims, exp: goodClaims.exp + 0.5 }],
  ["a longer life", { ...goodClaims, exp: goodClaims.exp + 1 }],
  ["a shorter life", { ...goodClaims, exp: goodClaims.exp - 1 }],
  ["no time of issue", without("iat")],
  ["a negative time of issue", { ...goodClaims, iat: -600, exp: 0 }],
  ["a claim we do not know", { ...goodClaims, nbf: 0 }],
  ["a claim twice, another account last", `${JSON.stringify(goodClaims).slice(0, -1)},"sub":"1"}`],
  ["a claim twice, another account first", `{"sub":"1",${JSON.stringify(goodClaims).slice(1)}`],
  ["a claim twice, one of them escaped", `${JSON.stringify(goodClaims).slice(0, -1)},"s\\u0075b":"1"}`],
  ["__proto__", `${JSON.stringify(goodClaims).slice(0, -1)},"__proto__":{"sub":"1"}}`],
  ["a byte order mark", `\ufeff${JSON.stringify(goodClaims)}`],
  ["half of a surrogate pair", JSON.stringify(goodClaims).replace("session-one", "\\ud800")],
  [
    "bytes that are no UTF-8",
    Buffer.from(JSON.stringify(goodClaims).replace("session-one", "\xff"), "latin1"),
  ],
  ["a list", [goodClaims]],
  ["a text", JSON.stringify("posthorn")],
  ["null", "null"],
  ["nothing", ""],
  ["no JSON", "{"],
  ["something behind the JSON", `${JSON.stringify(goodClaims)}{}`],
];

const spellings: [string, string][] = [
  ["nothing", ""],
  ["dots", ".."],
  ["no signature", `${header}.${payload}.`],
  ["no third part", `${header}.${payload}`],
  ["no content (RFC 7515 appendix F)", `${header}..${signature}`],
  ["no head", `.${payload}.${signature}`],
  ["a fourth part", `${token}.`],
  ["a fourth part before the signature", `${header}.${payload}..${signature}`],
  ["five parts, as if sealed", `${header}.${payload}.${payload}.${payload}.${signature}`],
  ["another account, our signature", `${header}.${encode({ ...goodClaims, sub: "1" })}.${signature}`],
  ["the content of another token", `${header}.${encode({ ...goodClaims, sid: "session-two" })}.${signature}`],
  ["a signature of zeros", `${header}.${payload}.${encode(new Uint8Array(64))}`],
  ["a signature with s + L (RFC 8032 §8.4)", withS((s) => s + groupOrder)],
  ["a signature with −s", withS((s) => groupOrder - s)],
  [
    "the neutral point for a signature",
    `${header}.${payload}.${encode(Buffer.concat([Buffer.from([1]), Buffer.alloc(63)]))}`,
  ],
  ["padding", `${token}==`],
  ["padding in the middle", `${header}=.${payload}=.${signature}`],
  [
    "the other base64 alphabet",
    `${header}.${payload}.${signature.replaceAll("-", "+").replaceAll("_", "/")}+`,
  ],
  ["another last character for the same bytes", token.slice(0, -1) + otherLast(token.slice(-1))],
  ["a space in front", ` ${token}`],
  ["a space behind", `${token} `],
  ["a line feed behind", `${token}\n`],
  ["a space in the signature", `${header}.${payload}. ${signature}`],
  ["a space inside the signature", `${header}.${payload}.${signature.slice(0, 40)} ${signature.slice(40)}`],
  ["a line feed in the content", `${header}.${payload.slice(0, 8)}\n${payload.slice(8)}.${signature}`],
  ["a null byte behind", `${token}\0`],
  ["a space of no width", `${header}.\u200b${payload}.${signature}`],
  ["wide dots", token.replaceAll(".", "．")],
  ["a Cyrillic letter for a Latin one", token.replace("e", "е")],
  ["a combining mark", `${header}\u0301.${payload}.${signature}`],
  ["all in lower case", token.toLowerCase()],
  ["percent signs", token.replaceAll(".", "%2E")],
  ["twice", `${token}${token}`],
  ["twice with a comma", `${token},${token}`],
  ["the JSON form (RFC 7515 §7.2)", JSON.stringify({ protected: header, payload, signature })],
  ["quotes around", `"${token}"`],
  ["far too much", `${header}.${"A".repeat(1_000_000)}.${signature}`],
];

/** A letter that stands for the same bits that count, with others in those that do not. */
function otherLast(letter: string): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return letters[letters.indexOf(letter) ^ 1] ?? "";
}

const refused = { ok: false, reason: "invalid" };

describe("a forged access token is refused", () => {
  test.each(heads)("whose head has %s", async (_, forged) => {
    expect(await verifyAccessToken(ctx, forged)).toEqual(refused);
  });

  test.each(contents)("whose content has %s, even with our signature", async (_, content) => {
    expect(await verifyAccessToken(ctx, ours(goodHeader, content))).toEqual(refused);
  });

  test.each(spellings)("that is spelled with %s", async (_, forged) => {
    expect(await verifyAccessToken(ctx, forged)).toEqual(refused);
  });

  test("when it is cut anywhere", async () => {
    for (let length = 0; length < token.length; length++) {
      expect(await verifyAccessToken(ctx, token.slice(0, length))).toEqual(refused);
    }
  });

  test("when a single bit of its signature or its content is turned", async () => {
    for (const [at, part] of [payload, signature].entries()) {
      const bytes = Buffer.from(part, "base64url");
      for (let bit = 0; bit < bytes.length * 8; bit += 3) {
        const turned = Buffer.from(bytes);
        turned[bit >> 3] = (turned[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const other = turned.toString("base64url");
        const forged = at === 0 ? `${header}.${other}.${signature}` : `${header}.${payload}.${other}`;
        expect(await verifyAccessToken(ctx, forged)).toEqual(refused);
      }
    }
  });

  test("when it was made by another host, or with another key", async () => {
    expect(await verifyAccessToken({ ...ctx, host: "beta.example" }, token)).toEqual(refused);
    const other = { ...ctx, tokenKey: tokenKeyOf(Buffer.alloc(32, 9)) };
    expect(await verifyAccessToken(other, token)).toEqual(refused);
    expect(await verifyAccessToken(ctx, (await mintAccessToken(other, grant)).token)).toEqual(refused);
  });
});

describe("an access token", () => {
  test("of ours says whose it is and what it is for", async () => {
    expect(ours(goodHeader)).toBe(token);
    expect(await verifyAccessToken(ctx, token)).toEqual({
      ok: true,
      claims: {
        accountId: 4711,
        sessionId: "session-one",
        scopes: new Set(["read", "send"]),
        expiresAt: goodClaims.exp * 1000,
      },
    });
  });

  test("is good for ten minutes to the millisecond", async () => {
    const at = (ms: number) => verifyAccessToken({ ...ctx, clock: new HandClock(clock.now() + ms) }, token);
    expect((await at(accessTokenLifeMs - 1)).ok).toBe(true);
    expect(await at(accessTokenLifeMs)).toEqual({ ok: false, reason: "expired" });
    expect(await at(100 * 365 * 86_400_000)).toEqual({ ok: false, reason: "expired" });
  });

  test("of the future is good a few seconds early, for processes whose clocks differ", async () => {
    const at = (ms: number) => verifyAccessToken({ ...ctx, clock: new HandClock(clock.now() + ms) }, token);
    expect((await at(-5_000)).ok).toBe(true);
    expect((await at(-5_001)).ok).toBe(false);
  });

  test("made before the clock was set back is to be refreshed, not signed in for anew (reliability I12)", async () => {
    const dayBack = { ...ctx, clock: new HandClock(clock.now() - 86_400_000) };
    expect(await verifyAccessToken(dayBack, token)).toEqual({ ok: false, reason: "expired" });
  });

  test("made in the middle of a second lives no longer than ten minutes", async () => {
    const late = { ...ctx, clock: new HandClock(clock.now() + 999) };
    const made = await mintAccessToken(late, grant);
    expect(made).toEqual({ token, expiresInS: 600 });
  });
});

test("a key is named after its public half, so a key and its name cannot be mixed up", () => {
  expect(tokenKey.kid).toBe(createHash("sha256").update(publicDer).digest("base64url").slice(0, 16));
});
