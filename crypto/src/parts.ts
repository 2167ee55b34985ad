/**
 * The parts one by one, for the published test vectors, which check them apart. Rooms use the door (index.ts), where
 * every signature has its purpose; the raw ones here have none.
 */
export { importAeadKey, openAead, sealAead } from "./aead.ts";
export { availableBackends, chooseBackend } from "./choose-backend.ts";
export type { AnswerMessage, HttpMessage, RequestMessage } from "./component-value.ts";
export {
  generateSigningKey,
  importVerifyKey,
  type SigningKey,
  signBytes,
  type VerifyKey,
  verifyBytes,
} from "./ed25519.ts";
export { hkdfSha256 } from "./hkdf.ts";
export { hmac } from "./hmac.ts";
export { scheduleKeys } from "./hpke-schedule.ts";
export { findMessageSignature, type MessageSignature, verifyMessageSignature } from "./message-signature.ts";
export { decapsulateMlKem, importMlKemKey } from "./ml-kem.ts";
export {
  type BareItem,
  type Dictionary,
  DisplayString,
  type InnerList,
  type Item,
  isInnerList,
  type List,
  type Parameters,
  parseDictionary,
  parseItem,
  parseList,
  Token,
} from "./structured-field.ts";
export { decapsulate, generateKemKey, type KemKey } from "./x-wing.ts";
export { encapsulateWith } from "./x-wing-javascript.ts";
export { agree, importAgreementKey } from "./x25519.ts";
