/** Keys, signatures and digests: bytes in, bytes out. Knows no mail and imports nothing of ours. */
export {
  type AnswerComponents,
  type AnswerTimes,
  type ReceivedAnswer,
  signAnswer,
  type VerifyAnswerResult,
  verifyAnswer,
} from "./answer-signature.ts";
export { fromBase64Url, toBase64Url } from "./base64.ts";
export { contentDigest } from "./content-digest.ts";
export { generateSigningKey, importVerifyKey, type SigningKey, type VerifyKey } from "./ed25519.ts";
export { type KeyStatement, signKeyStatement, verifyKeyStatement } from "./key-statement.ts";
export type { Headers, SignatureFields } from "./profile-signature.ts";
export {
  type ReceivedRequest,
  type RequestComponents,
  type RequestTimes,
  type SigningHost,
  signRequest,
  type VerifyRequestContext,
  type VerifyRequestResult,
  verifyRequest,
} from "./request-signature.ts";
export type { SignatureRefusal } from "./signature-refusal.ts";
