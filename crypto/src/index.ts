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
export { openWithKey, type SealedToKey, sealToKey } from "./hpke.ts";
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
export { openBytes, sealBytes } from "./sealed-bytes.ts";
export { chunkPlace, findLayout, type SealedLayout, sealedSize } from "./sealed-layout.ts";
export {
  findSealedChunks,
  NotOpenedError,
  openStream,
  type SealedChunks,
  sealStream,
} from "./sealed-stream.ts";
export type { SignatureRefusal } from "./signature-refusal.ts";
export { generateKemKey, importKemPublicKey, type KemKey, type KemPublicKey } from "./x-wing.ts";
