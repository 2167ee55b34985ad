/**
 * The parts one by one, for the published test vectors, which check them apart. Rooms use the door (index.ts), where
 * every signature has its purpose; the raw ones here have none.
 */
export type { AnswerMessage, HttpMessage, RequestMessage } from "./component-value.ts";
export {
  generateSigningKey,
  importVerifyKey,
  type SigningKey,
  signBytes,
  type VerifyKey,
  verifyBytes,
} from "./ed25519.ts";
export { findMessageSignature, type MessageSignature, verifyMessageSignature } from "./message-signature.ts";
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
