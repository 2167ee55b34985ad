import type { SigningKey } from "./ed25519.ts";
import {
  type Headers,
  type ProfileRefusal,
  type SignatureFields,
  signProfile,
  type VerifyContext,
  verifyProfile,
} from "./profile-signature.ts";
import { requestProfile } from "./signature-profile.ts";

/** Everything of a request that is signed. */
export interface RequestComponents {
  method: string;
  /** As in the Host header: lower case, without `:443`. */
  authority: string;
  path: string;
  /** With its "?"; "?" alone when the request has none (RFC 9421 §2.2.7). */
  query: string;
  contentType: string;
  contentDigest: string;
  /** The host addressed, which need not be the authority. */
  destination: string;
}

export interface SigningHost {
  /** `<host>/<key id>`. */
  keyId: string;
  signingKey: SigningKey;
}

export interface RequestTimes {
  createdS: number;
  /** At most 300 s after `createdS`. */
  expiresS: number;
  /** Base64url of at least 16 bytes that were never used before. */
  nonce: string;
}

/** A request as received. */
export interface ReceivedRequest {
  method: string;
  authority: string;
  path: string;
  /** With its "?"; "?" alone when the request has none. */
  query: string;
  headers: Headers;
}

export interface VerifyRequestContext extends VerifyContext {
  /** The host the request must have been meant for. */
  destination: string;
}

export type VerifyRequestResult =
  | {
      ok: true;
      keyId: string;
      nonce: string;
      /** The whole value of the Signature field, which a signed answer is bound to. */
      signature: string;
      /** SHA-256 the body must have; whoever reads the body compares it. */
      contentDigest: Uint8Array;
    }
  | ProfileRefusal;

/**
 * The header fields that sign a request. Throws Error when a component or parameter is not one a verifier would accept.
 *
 * @example
 * const signed = await signRequest(components, { keyId: "example.com/2026-11", signingKey }, { createdS, expiresS, nonce });
 * headers = { ...headers, ...signed };
 */
export function signRequest(
  components: RequestComponents,
  { keyId, signingKey }: SigningHost,
  times: RequestTimes,
): Promise<SignatureFields> {
  const { method, authority, path, query, contentType, contentDigest, destination } = components;
  const values = new Map([
    ...derivedValues(method, authority, path, query),
    ['"content-type"', contentType],
    ['"content-digest"', contentDigest],
    ['"posthorn-destination"', destination],
  ]);
  return signProfile(requestProfile, values, signingKey, { ...times, keyId });
}

/**
 * Checks that a request was signed, in the one accepted form, by the key its `keyid` names, for `destination`, and is
 * of this time. It does not see the body: the caller compares `contentDigest`, and remembers the nonce.
 */
export async function verifyRequest(
  request: ReceivedRequest,
  ctx: VerifyRequestContext,
): Promise<VerifyRequestResult> {
  const { method, authority, path, query, headers } = request;
  const [destination, ...others] = headers.get("posthorn-destination") ?? [];
  if (destination !== undefined && others.length === 0 && destination !== ctx.destination) {
    return { ok: false, reason: "otherDestination" };
  }
  const derived = new Map(derivedValues(method, authority, path, query));
  const result = await verifyProfile(requestProfile, derived, headers, ctx);
  if (!result.ok) return result;
  const { parameters, signature, contentDigest } = result;
  return { ok: true, keyId: parameters.keyId, nonce: parameters.nonce, signature, contentDigest };
}

function derivedValues(method: string, authority: string, path: string, query: string): [string, string][] {
  return [
    ['"@method"', method],
    ['"@authority"', authority],
    ['"@path"', path],
    ['"@query"', query],
  ];
}
