/** Old mail in, all mail out: what a program needs besides the rest of the SDK. Apart from it, for it brings libraries of its own. */
export { ensureLabels } from "./ensure-labels.ts";
export {
  type ExportBeside,
  type ExportFormat,
  type ExportOptions,
  type ExportReport,
  exportMail,
} from "./export-mail.ts";
export { type ChosenFile, type FoundMail, findMails, type NotRead } from "./find-mails.ts";
export { type ImportOutcome, importMails, type MailToImport } from "./import-mails.ts";
export { findKeptImport, keepImport } from "./kept-import.ts";
export { type MailHead, type MailPart, readMailHead, readWholeMail, type WholeMail } from "./read-mail.ts";
export { readOriginal } from "./read-original.ts";
export { type CardPerson, writeVcards } from "./write-vcard.ts";
