import { createHmac } from "node:crypto";
import type { Random } from "../env/env.ts";
import { base64Url, findBase64Url, hashSecret } from "./secret.ts";

/**
 * A refresh token is 64 random bytes. The first 16 name the session. The next 16 stay the same for its whole life: who
 * shows them once had a token of ours. The last 32 change at every use: who shows the family without the newest of
 * them shows a token that was used before. So reuse is noticed however old the token is, no old ones are kept, and
 * knowing a session's name is not enough to have it ended.
 */
export interface RefreshToken {
  sessionId: string;
  familyHash: Uint8Array;
  refreshHash: Uint8Array;
}

const prefix = "phr_";
const sessionEnd = 16;
const familyEnd = 32;
const length = 64;

/** Undefined when `token` is not one that `makeRefreshToken` could have made. */
export function findRefreshToken(token: string): RefreshToken | undefined {
  const value = token.startsWith(prefix) ? findBase64Url(token.slice(prefix.length)) : undefined;
  return value?.length === length ? partsOf(value) : undefined;
}

/** The first token of a new session. */
export function makeRefreshToken(random: Random): RefreshToken & { token: string } {
  const value = random.bytes(length);
  return { ...partsOf(value), token: prefix + base64Url(value) };
}

/**
 * The next token of the same session, in the place of `token`. It follows from `token` and a secret of the server, so a
 * client that lost the answer can ask again and is given the very same one.
 */
export function turnRefreshToken(secret: Uint8Array, token: string): RefreshToken & { token: string } {
  const value = Buffer.from(token.slice(prefix.length), "base64url");
  const next = createHmac("sha256", secret).update(value).digest();
  value.set(next.subarray(0, length - familyEnd), familyEnd);
  return { ...partsOf(value), token: prefix + base64Url(value) };
}

function partsOf(value: Uint8Array): RefreshToken {
  return {
    sessionId: base64Url(value.subarray(0, sessionEnd)),
    familyHash: hashSecret(value.subarray(sessionEnd, familyEnd)),
    refreshHash: hashSecret(value.subarray(familyEnd)),
  };
}
