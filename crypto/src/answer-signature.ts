import {
  type Headers,
  type ProfileRefusal,
  type SignatureFields,
  signProfile,
  type VerifyContext,
  verifyProfile,
} from "./profile-signature.ts";
import type { SigningHost } from "./request-signature.ts";
import { answerProfile } from "./signature-profile.ts";

/** Everything of an answer that is signed. */
export interface AnswerComponents {
  status: number;
  contentType: string;
  contentDigest: string;
  /** The whole value of the request's Signature field. */
  requestSignature: string;
}

export interface AnswerTimes {
  createdS: number;
  /** At most 300 s after `createdS`. */
  expiresS: number;
}

/** An answer as received. */
export interface ReceivedAnswer {
  status: number;
  headers: Headers;
  /** The whole value of the Signature field of the request that was sent. */
  requestSignature: string;
}

export type VerifyAnswerResult =
  | {
      ok: true;
      keyId: string;
      /** SHA-256 the body must have; whoever reads the body compares it. */
      contentDigest: Uint8Array;
    }
  | ProfileRefusal;

/** The header fields that sign an answer to one request. Throws Error when a part is not one a verifier would accept. */
export function signAnswer(
  components: AnswerComponents,
  { keyId, signingKey }: SigningHost,
  { createdS, expiresS }: AnswerTimes,
): Promise<SignatureFields> {
  const { status, contentType, contentDigest, requestSignature } = components;
  const values = new Map([
    ...derivedValues(status, requestSignature),
    ['"content-type"', contentType],
    ['"content-digest"', contentDigest],
  ]);
  return signProfile(answerProfile, values, signingKey, { createdS, expiresS, nonce: "", keyId });
}

/**
 * Checks that an answer was signed, in the one accepted form, for the very request whose signature is given. Whose key
 * may answer is for `findKey` to say; the body is for the caller to compare with `contentDigest`.
 */
export async function verifyAnswer(answer: ReceivedAnswer, ctx: VerifyContext): Promise<VerifyAnswerResult> {
  const derived = new Map(derivedValues(answer.status, answer.requestSignature));
  const result = await verifyProfile(answerProfile, derived, answer.headers, ctx);
  if (!result.ok) return result;
  return { ok: true, keyId: result.parameters.keyId, contentDigest: result.contentDigest };
}

function derivedValues(status: number, requestSignature: string): [string, string][] {
  return [
    ['"@status"', String(status)],
    ['"signature";req', requestSignature],
  ];
}
