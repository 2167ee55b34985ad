/**
 * The SDK: everything a program or a page does with a Posthorn server. Functions take the session they act for first.
 * What a letter with a file needs, sealed, is told in client/README.md, with examples that are run as tests.
 *
 * @example
 * import { login, prepare, send, waitUntilSettled } from "@posthorn/client";
 * import { nodePlatform } from "@posthorn/client/node";
 *
 * const session = await login(nodePlatform(), { address: "alice@a.example", password: "correct horse" });
 * const { message } = await prepare(session, {
 *   from: session.address,
 *   to: ["bob@b.example"],
 *   subject: "The plan",
 *   body: "Here it is.",
 * });
 * await send(session, message);
 * const { recipients } = await waitUntilSettled(session, message.id);
 */
export type { FilePlace } from "@posthorn/crypto";
export { type PhraseReading, readRecoveryPhrase } from "@posthorn/crypto";
export { type Absence, changeAbsence, readAbsence } from "./absence.ts";
export {
  type Api,
  type CallOptions,
  type CommonOptions,
  type Credential,
  type ExchangeOptions,
  makeApi,
} from "./api.ts";
export { browserPlatform } from "./browser-platform.ts";
export { markMessage, moveMessage } from "./change-mail.ts";
export { closeAccount, readOwnRole, reopenAccount } from "./closing.ts";
export { compose } from "./compose.ts";
export { dateOfId } from "./date-of-id.ts";
export {
  type DeviceLink,
  formatDeviceLink,
  joinByLink,
  makeDeviceLink,
  parseDeviceLink,
} from "./device-link.ts";
export { discover } from "./discover.ts";
export { downloadFile } from "./download.ts";
export type { Draft, DraftRouting, DraftTarget } from "./draft.ts";
export { fetchTransport } from "./fetch-transport.ts";
export { isMissing } from "./follows.ts";
export { type FileHashes, hashFile } from "./hash-file.ts";
export {
  changeIdentity,
  createIdentity,
  type Identity,
  listIdentities,
  removeIdentity,
} from "./identities.ts";
export { type InviteLink, parseInviteLink } from "./invite-link.ts";
export { callJmap, callMethod, type JmapAnswer, type JmapCall, JmapRefusal, readAnswer } from "./jmap.ts";
export { acceptLostRecords } from "./keys/accept-lost.ts";
export { beginAnew, type ResetLink, type ResetOffer, viewReset } from "./keys/begin-anew.ts";
export {
  believeAnew,
  type Compared,
  compareScanned,
  forgetCompared,
  listCompared,
  markCompared,
  markDifferent,
  readSafetyNumber,
  type ToCompare,
} from "./keys/compare.ts";
export { changeConsent, readConsent } from "./keys/consent.ts";
export { type Contact, type ContactNews, lookUpContact, markTold, refuseContact } from "./keys/contacts.ts";
export { keepEpochsFresh } from "./keys/keep-fresh.ts";
export type { Keyring } from "./keys/keyring.ts";
export { findMissingKeys } from "./keys/own-mode.ts";
export { changePassword } from "./keys/password.ts";
export type { ComparedAgain } from "./keys/pins.ts";
export { readPhrase, recover, replacePhrase, testPhrase } from "./keys/recovery.ts";
export { countLost, regain } from "./keys/regain.ts";
export { replaceIdentity } from "./keys/replace-identity.ts";
export type { SenderKey, SenderTrust } from "./keys/sender-key.ts";
export type { SessionKeys } from "./keys/session-keys.ts";
export { browserKeeper } from "./local/browser-keeper.ts";
export { indexedDbPlace } from "./local/indexed-db-place.ts";
export {
  type LocalChange,
  type LocalPlace,
  type LocalReader,
  type LocalSchema,
  type LocalStore,
  LocalStoreError,
  type LocalStoreFault,
  type LocalWriter,
  type Range,
  type WriteOptions,
} from "./local/local-store.ts";
export { memoryPlace } from "./local/memory-place.ts";
export { type BytesTable, bytesTable, type IndexKey, type RowTable, rowTable } from "./local/table.ts";
export { browserTabs, type Channel, soloTabs, type Tabs } from "./local/tabs.ts";
export {
  eachMessage,
  getMessage,
  type Interruptible,
  type ListOptions,
  listMessages,
  listThread,
  type MessagePage,
  type ReadOptions,
  readChanges,
  readMessage,
  readMessageBytes,
  type StoredMessage,
} from "./mail.ts";
export * from "./mail-search/index.ts";
export { chooseMailbox, getMailbox, listMailboxes } from "./mailboxes.ts";
export { giveName, readNames } from "./names/given-names.ts";
export { changeOwnName, fittingName, nameOfIdentity, readOwnName, withName } from "./names/own-name.ts";
export { nameIn, readSenderNames, type SenderNames, withoutTag } from "./names/sender-names.ts";
export { shownName } from "./names/shown-name.ts";
export { isDoubtful, type Opened, type OpenedFile, openBytes, openStored } from "./open.ts";
export * from "./operator.ts";
export { type OwnAccount, readAccount } from "./own-account.ts";
export { type Clock, type Platform, type Sha256, systemClock, systemRandomBytes } from "./platform.ts";
export {
  createPushSubscription,
  listPushSubscriptions,
  type PushSubscription,
  type PushTarget,
  provePushSubscription,
  readPushKey,
  removePushSubscription,
  renewPushSubscription,
} from "./push-subscriptions.ts";
export type { DraftVersion, UnsentFile, UnsentLetter } from "./records/draft-content.ts";
export { hasRoomFor, type Settings } from "./records/settings-content.ts";
export { type ReplyFields, replyTo } from "./reply.ts";
export { changeRule, createRule, listRules, type Rule, type RuleFields, removeRule } from "./rules.ts";
export { saveName } from "./save-name.ts";
export { type Prepared, prepare, type SealOptions, type Uncompared } from "./seal.ts";
export { type FileSeal, newFileSeal } from "./sealed-file.ts";
export {
  downloadSealedBytes,
  downloadSealedFile,
  type SealedDownloadOptions,
  type SealedSinks,
  type WantedFile,
} from "./sealed-file-download.ts";
export { isSealedFile } from "./sealed-file-same.ts";
export { type SealedFile, type SealedUploadOptions, uploadSealedFile } from "./sealed-file-upload.ts";
export * from "./search/index.ts";
export * from "./send.ts";
export { decideSender, listSenders, parseSender } from "./senders.ts";
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
export { downloadMailFile, readStandardMail, type StandardMail } from "./standard-mail.ts";
export * from "./sync/index.ts";
export { type KeptSession, memoryKeeper, parseKeptSession, type TokenKeeper } from "./token-keeper.ts";
export { importedFileNames } from "./transfer/file-names.ts";
export type { RequestBody, StreamBody, Transport, TransportRequest, TransportResponse } from "./transport.ts";
export { UnexpectedAnswer, Unreachable, type UnreachableReason } from "./unreachable.ts";
export { type UploadOptions, uploadFile, uploadHashed } from "./upload.ts";
export { type Watching, watchMail } from "./watch-mail.ts";
