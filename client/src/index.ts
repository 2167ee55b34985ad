/**
 * The SDK: everything a program or a page does with a Posthorn server. Functions take the session they act for first.
 *
 * @example
 * import { compose, login, send, uploadFile, waitUntilSettled } from "@posthorn/client";
 * import { nodePlatform, openFileSource } from "@posthorn/client/node";
 *
 * const platform = nodePlatform();
 * const session = await login(platform, { address: "alice@a.example", password: "correct horse" });
 * const file = await openFileSource("plan.pdf");
 * const plan = await uploadFile(session, file, { filename: "plan.pdf", mimeType: "application/pdf" });
 * await file.close();
 * const message = compose(platform, {
 *   from: session.address,
 *   to: ["bob@b.example"],
 *   subject: "The plan",
 *   body: "Here it is.",
 *   attachments: [plan],
 * });
 * await send(session, message);
 * const { recipients } = await waitUntilSettled(session, message.id);
 */
export {
  type Api,
  type CallOptions,
  type CommonOptions,
  type Credential,
  type ExchangeOptions,
  makeApi,
} from "./api.ts";
export { browserPlatform } from "./browser-platform.ts";
export { compose } from "./compose.ts";
export { dateOfId } from "./date-of-id.ts";
export { discover } from "./discover.ts";
export { downloadFile } from "./download.ts";
export type { Draft, DraftRouting, DraftTarget } from "./draft.ts";
export { fetchTransport } from "./fetch-transport.ts";
export { isMissing } from "./follows.ts";
export { type FileHashes, hashFile } from "./hash-file.ts";
export { type InviteLink, parseInviteLink } from "./invite-link.ts";
export {
  compareScanned,
  forgetCompared,
  markCompared,
  readSafetyNumber,
  type ToCompare,
} from "./keys/compare.ts";
export { changeConsent, readConsent } from "./keys/consent.ts";
export { type Contact, type ContactNews, lookUpContact } from "./keys/contacts.ts";
export type { Keyring } from "./keys/keyring.ts";
export { changePassword } from "./keys/password.ts";
export { recover, replacePhrase, testPhrase } from "./keys/recovery.ts";
export { replaceIdentity } from "./keys/replace-identity.ts";
export type { SenderKey, SenderTrust } from "./keys/sender-key.ts";
export type { SessionKeys } from "./keys/session-keys.ts";
export { keepEpochsFresh } from "./keys/statements.ts";
export * from "./mail.ts";
export { type Opened, type OpenedFile, openBytes, openStored } from "./open.ts";
export * from "./operator.ts";
export { type Clock, type Platform, type Sha256, systemClock, systemRandomBytes } from "./platform.ts";
export {
  type Collection,
  deleteRecord,
  type OwnRecord,
  readRecords,
  writeRecord,
} from "./records/records.ts";
export { type ReplyFields, replyTo } from "./reply.ts";
export { saveName } from "./save-name.ts";
export { type Prepared, prepare, type SealedUpload, type SealOptions } from "./seal.ts";
export { type FilePlace, type FileSeal, newFileSeal } from "./sealed-file.ts";
export {
  downloadSealedBytes,
  downloadSealedFile,
  type SealedDownloadOptions,
  type SealedSinks,
  type WantedFile,
} from "./sealed-file-download.ts";
export { type SealedFile, type SealedUploadOptions, uploadSealedFile } from "./sealed-file-upload.ts";
export * from "./send.ts";
export * from "./session.ts";
export {
  blobSource,
  bytesSource,
  memorySink,
  type Progress,
  type Sink,
  type Source,
  type TransferOptions,
} from "./source.ts";
export { type KeptSession, memoryKeeper, parseKeptSession, type TokenKeeper } from "./token-keeper.ts";
export type { RequestBody, StreamBody, Transport, TransportRequest, TransportResponse } from "./transport.ts";
export { UnexpectedAnswer, Unreachable, type UnreachableReason } from "./unreachable.ts";
export { type UploadOptions, uploadFile, uploadHashed } from "./upload.ts";
