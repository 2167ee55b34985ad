import { limits, readJson, shape } from "@posthorn/protocol";
import { CompactSign, compactVerify } from "jose";
import { Type } from "typebox";
import type { Clock } from "../env/env.ts";
import { findScopes, formatScopes, type Scope } from "./caller.ts";
import type { TokenKey } from "./keys.ts";
import { base64Url, findBase64Url } from "./secret.ts";

/**
 * Access tokens: JWTs (RFC 9068) that only this host makes and only this host reads. So there is nothing to negotiate:
 * the header is one fixed text per key, compared as a text before anything in it is believed. A token that names
 * another algorithm, carries a key of its own or points to one never gets as far as a parser.
 */

export const accessTokenLifeMs = 10 * 60_000;
const audience = "posthorn";
/** Processes of one server may differ a little in their clocks. */
const clockSkewMs = 5_000;
const secondMs = 1000;
const signatureLength = 86;

export interface AccessTokenContext {
  clock: Clock;
  /** The host this server speaks for; issuer of its tokens. */
  host: string;
  tokenKey: TokenKey;
}

interface AccessClaims {
  accountId: number;
  sessionId: string;
  scopes: ReadonlySet<Scope>;
  /** Wall clock, milliseconds since 1970. */
  expiresAt: number;
}

/** `expired` is a token of ours whose time is not now: the session may live on, so a refresh helps. */
export type Verification = { ok: true; claims: AccessClaims } | { ok: false; reason: "invalid" | "expired" };

const Claims = shape(
  Type.Object(
    {
      iss: Type.String({ maxLength: limits.host }),
      aud: Type.Literal(audience),
      sub: Type.String({ pattern: "^[1-9][0-9]{0,15}$", maxLength: 16 }),
      sid: Type.String({ minLength: 1, maxLength: 64 }),
      scope: Type.String({ minLength: 1, maxLength: 64 }),
      iat: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
      exp: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
    },
    { additionalProperties: false },
  ),
);

/** A token that lives for `accessTokenLifeMs`, counted from the last whole second. */
export async function mintAccessToken(
  ctx: AccessTokenContext,
  grant: { accountId: number; sessionId: string; scopes: Iterable<Scope> },
): Promise<{ token: string; expiresInS: number }> {
  const iat = Math.floor(ctx.clock.now() / secondMs);
  const exp = iat + accessTokenLifeMs / secondMs;
  const claims = {
    iss: ctx.host,
    aud: audience,
    sub: String(grant.accountId),
    sid: grant.sessionId,
    scope: formatScopes(grant.scopes),
    iat,
    exp,
  };
  const token = await new CompactSign(Buffer.from(JSON.stringify(claims)))
    .setProtectedHeader(headerOf(ctx.tokenKey.kid))
    .sign(ctx.tokenKey.privateKey);
  return { token, expiresInS: accessTokenLifeMs / secondMs };
}

/** Checks form, signature, claims and time. Whether the session still lives is asked elsewhere. */
export async function verifyAccessToken(ctx: AccessTokenContext, token: string): Promise<Verification> {
  const payload = await findSignedPayload(ctx.tokenKey, token);
  const claims = payload && findClaims(payload);
  if (claims === undefined || claims.iss !== ctx.host) return invalid;
  const scopes = findScopes(claims.scope);
  const accountId = Number(claims.sub);
  if (scopes === undefined || !Number.isSafeInteger(accountId)) return invalid;
  const now = ctx.clock.now();
  const expiresAt = claims.exp * secondMs;
  const issuedAt = claims.iat * secondMs;
  if (expiresAt - issuedAt !== accessTokenLifeMs) return invalid;
  // From the future: made before this machine's clock was set back.
  if (expiresAt <= now || issuedAt > now + clockSkewMs) return { ok: false, reason: "expired" };
  return { ok: true, claims: { accountId, sessionId: claims.sid, scopes, expiresAt } };
}

const invalid: Verification = { ok: false, reason: "invalid" };

async function findSignedPayload(key: TokenKey, token: string): Promise<Uint8Array | undefined> {
  const header = `${encodedHeader(key.kid)}.`;
  const signature = token.slice(token.lastIndexOf(".") + 1);
  // Base64 has several spellings of one signature; a token has one.
  if (!token.startsWith(header) || signature.length !== signatureLength || !findBase64Url(signature))
    return undefined;
  try {
    return (await compactVerify(token, key.publicKey, { algorithms: ["EdDSA"] })).payload;
  } catch {
    return undefined;
  }
}

function findClaims(payload: Uint8Array) {
  try {
    return Claims.parse(readJson(payload));
  } catch {
    return undefined;
  }
}

function headerOf(kid: string) {
  return { alg: "EdDSA", typ: "at+jwt", kid } as const;
}

function encodedHeader(kid: string): string {
  return base64Url(Buffer.from(JSON.stringify(headerOf(kid))));
}
