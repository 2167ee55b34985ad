/** Keys, signatures, digests and sealing: bytes in, bytes out. Knows no mail and imports nothing of ours. */
export { deriveSecret, identityOf, kek, type SecretLabel } from "./account-secrets.ts";
export {
  type AccountStatement,
  type Epoch,
  hashStatement,
  type SignedStatement,
  signStatement,
} from "./account-statement.ts";
export {
  type AnswerComponents,
  type AnswerTimes,
  type ReceivedAnswer,
  signAnswer,
  type VerifyAnswerResult,
  verifyAnswer,
} from "./answer-signature.ts";
export {
  type ArrivalFiles,
  type ArrivalOwner,
  type OpenedArrival,
  openArrival,
  type SealedArrival,
  sealArrival,
} from "./arrival-seal.ts";
export { findBase64Url, fromBase64Url, toBase64Url } from "./base64.ts";
export { bindTexts } from "./bind-texts.ts";
export { contentDigest } from "./content-digest.ts";
export { deviceLinkKeys } from "./device-link.ts";
export { generateSigningKey, importVerifyKey, type SigningKey, type VerifyKey } from "./ed25519.ts";
export { findEpoch, type UsableEpoch } from "./epoch-choice.ts";
export { openWithKey, type SealedToKey, sealToKey } from "./hpke.ts";
export {
  type ChainContext,
  type ChainFault,
  type ChainPin,
  type ChainResult,
  checkChain,
} from "./key-chain.ts";
export { keyIdOf } from "./key-id.ts";
export { type KeyStatement, signKeyStatement, verifyKeyStatement } from "./key-statement.ts";
export type { SealHeader, SealRecipient } from "./message-header.ts";
export {
  openMessage,
  type SealedMessage,
  type SealInput,
  sealMessage,
  type WrappedKey,
} from "./message-seal.ts";
export { openSha256 } from "./open-sha256.ts";
export { type OwnerClaim, recoveryProofKey, signClaim, verifyClaim } from "./owner-proof.ts";
export { openRecord, type RecordPlace, recordIdOf, sealRecord } from "./owner-record.ts";
export { padFile, padStream, unpadFile } from "./padded-file.ts";
export { paddedFileSize, paddedMessageSize, padMessage, unpadMessage } from "./padding.ts";
export type { Headers, SignatureFields } from "./profile-signature.ts";
export {
  makeRecoveryPhrase,
  type PhraseReading,
  readRecoveryPhrase,
  recoveryKey,
} from "./recovery-phrase.ts";
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
export {
  type Comparison,
  compareVerifyText,
  type Person,
  safetyNumber,
  verifyText,
} from "./safety-number.ts";
export { openBytes, sealBytes } from "./sealed-bytes.ts";
export { type FilePlace, fileContext, sealedFileSize } from "./sealed-file.ts";
export { chunkPlace, findLayout, type SealedLayout, sealedSize } from "./sealed-layout.ts";
export { type ByteRanges, sealRanges } from "./sealed-ranges.ts";
export {
  findSealedChunks,
  NotOpenedError,
  openStream,
  type SealedChunks,
  sealStream,
} from "./sealed-stream.ts";
export type { SignatureRefusal } from "./signature-refusal.ts";
export {
  type RootWrap,
  unwrapEpochKey,
  unwrapRootSecret,
  type WrapWay,
  wrapEpochKey,
  wrapRootSecret,
} from "./wrapped-secrets.ts";
export { generateKemKey, importKemPublicKey, type KemKey, type KemPublicKey } from "./x-wing.ts";
