/** Mail on a device: opened, read, changed at once, and kept the same as on its server. */
export { aliases, type Undo, undos } from "./act.ts";
export { applyToEmail } from "./apply-change.ts";
export { type Action, actions, type Change, type EmailChange, type MailboxChange } from "./change.ts";
export { listComparedHere } from "./compared-here.ts";
export { countMailboxes } from "./count-mailboxes.ts";
export {
  changeEmails,
  createMailbox,
  doMail,
  getMailboxOf,
  removeMailbox,
  snoozeEmails,
  trashEmails,
  undoMail,
} from "./do-mail.ts";
export { doAcceptAlias, doDecide, doDropRule, doKeepRule } from "./do-own.ts";
export {
  type DraftList,
  findDraft,
  listDrafts,
  removeDraft,
  type StoredDraft,
  saveDraft,
} from "./drafts.ts";
export { type EmailRow, emails } from "./email.ts";
export { findLetter, type Letter, type PostOptions, post } from "./letters.ts";
export {
  accountKey,
  type Mail,
  openMail,
  type SyncState,
  type SyncStatus,
  senderNames,
  statuses,
  syncStates,
} from "./mail-context.ts";
export { type MailboxRow, mailboxRows as mailboxes } from "./mailbox-rows.ts";
export { identities, submissions } from "./mirror.ts";
export { findOpened, type KeptText } from "./opened-texts.ts";
export { draftTables, settingsTables } from "./own-edits.ts";
export { openEmail, readWireText } from "./read-email.ts";
export { dismissRefusal, listRefusals, resendRefusal } from "./refused.ts";
export { aliasOf, decidedBy } from "./screened.ts";
export { changeSettings, doSettings, readSettings } from "./settings.ts";
export { type Refusal, refusals } from "./settle.ts";
export { syncMail, syncOnce } from "./sync-mail.ts";
export { removeUnreadableDrafts } from "./unreadable-drafts.ts";
export {
  areDraftsRead,
  findUnsentBytes,
  forgetUnneededBytes,
  forgetUnsentBytes,
  keepUnsentBytes,
  listUnsentFiles,
  noteUnsentBytes,
  type UnsentBytes,
  unsentSource,
} from "./unsent-files.ts";
